//! What a run says: one line per step with its time, and the total as the last line.

use std::fmt;
use std::io::Write;
use std::ops::AddAssign;

/// Checks counted by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Checks that held.
    pub(crate) passed: usize,
    /// Checks that did not.
    pub(crate) failed: usize,
    /// Checks that were not made.
    pub(crate) skipped: usize,
}

impl Tally {
    /// One check that held or did not.
    pub(crate) fn of(passed: bool) -> Self {
        Self {
            passed: usize::from(passed),
            failed: usize::from(!passed),
            skipped: 0,
        }
    }

    /// One step that was not run.
    pub(crate) const SKIPPED: Self = Self {
        passed: 0,
        failed: 0,
        skipped: 1,
    };
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

/// Prints one line. A closed standard output is no reason to stop testing.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _closed = writeln!(out, "{line}").and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_one_plain_line() {
        let mut total = Tally::of(true);
        total += Tally::of(false);
        total += Tally::SKIPPED;
        total += Tally {
            passed: 40,
            failed: 0,
            skipped: 2,
        };
        assert_eq!(total.to_string(), "41 passed, 1 failed, 3 skipped");
    }
}
