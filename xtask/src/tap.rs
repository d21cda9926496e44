//! Reads the Test Anything Protocol, in which the real-client scripts report their checks.

use crate::report::Tally;

/// Counts the checks in `output`. What was announced by the plan and not reported counts as failed, and so does a missing
/// plan: a script that died half-way never looks complete.
pub(crate) fn count(output: &str) -> Tally {
    let mut tally = Tally::default();
    let mut planned = None;
    for line in output.lines() {
        if let Some(plan) = line.strip_prefix("1..") {
            planned = plan.trim().parse::<usize>().ok();
        } else if line.starts_with("not ok ") {
            tally.failed += 1;
        } else if line.starts_with("ok ") {
            if line.contains(" # SKIP") {
                tally.skipped += 1;
            } else {
                tally.passed += 1;
            }
        }
    }
    let reported = tally.passed + tally.failed + tally.skipped;
    match planned {
        Some(planned) if planned > 0 => tally.failed += planned.abs_diff(reported),
        _ => tally.failed += 1,
    }
    tally
}

/// What a script wants to be read also when all its checks hold.
pub(crate) fn notes(output: &str) -> impl Iterator<Item = &str> {
    output.lines().filter_map(|line| line.strip_prefix("# note: "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_counted_by_outcome() {
        let output = "ok 1 - a\nnoise ok 9\nnot ok 2 - b\n# got 1\nok 3 - c # SKIP no tool\n1..3\n";
        assert_eq!(
            count(output),
            Tally {
                passed: 1,
                failed: 1,
                skipped: 1
            }
        );
    }

    #[test]
    fn notes_are_told_from_the_reasons_of_failures() {
        let output = "# note: 42 of 42\nok 1 - a\n# got # note: 1\n# note: 7 bytes\n1..1\n";
        assert_eq!(notes(output).collect::<Vec<_>>(), ["42 of 42", "7 bytes"]);
    }

    #[test]
    fn a_missing_plan_a_short_report_and_an_empty_plan_fail() {
        assert_eq!(
            count("ok 1 - a\n"),
            Tally {
                passed: 1,
                failed: 1,
                skipped: 0
            }
        );
        assert_eq!(
            count("1..3\nok 1 - a\n"),
            Tally {
                passed: 1,
                failed: 2,
                skipped: 0
            }
        );
        assert_eq!(
            count("1..0\n"),
            Tally {
                passed: 0,
                failed: 1,
                skipped: 0
            }
        );
        assert_eq!(
            count(""),
            Tally {
                passed: 0,
                failed: 1,
                skipped: 0
            }
        );
    }
}
