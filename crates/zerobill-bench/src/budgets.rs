//! What the figures must keep to; a missed budget is printed with by how much.

use std::fmt::Write;

use crate::cold::Cold;
use crate::instructions::Counted;
use crate::statistics::Summary;
use crate::subject::Subject;
use crate::throttled::Throttled;
use crate::warm::Warm;

/// A figure, or a ratio of two, and its bound.
struct Budget {
    what: &'static str,
    /// The function that it is about.
    of: &'static str,
    bound: Bound,
    value: Option<f64>,
}

#[derive(Clone, Copy)]
enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

/// What else was measured of functions that ask something in turn.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Asking<'a> {
    /// How long what they ask takes by itself, in microseconds.
    pub(crate) direct_us: Option<Summary>,
    /// With a share of a CPU.
    pub(crate) throttled: &'a [Throttled],
}

/// A table of the budgets whose functions were measured; nothing when none were.
pub(crate) fn table(
    subjects: &[Subject],
    cold: &[Cold],
    warm: &[Warm],
    counts: &[Counted],
    asking: Asking<'_>,
) -> String {
    let index = |name: &str| subjects.iter().position(|subject| subject.name == name);
    let cold_cpu = |name| Some(cold.get(index(name)?)?.cpu_ms.median);
    let warm_cpu = |name| Some(warm.get(index(name)?)?.cpu_us.median);
    let private = |name| Some(warm.get(index(name)?)?.private_dirty_kb as f64);
    let ratio = |one: Option<f64>, other: Option<f64>| Some(one? / other?);
    let allocations = |name| Some(counts.get(index(name)?)?.as_ref().ok()?.allocations as f64);
    let own_us = |name| Some(warm.get(index(name)?)?.wall_us.median - asking.direct_us?.median);
    let floor = |name| Some(asking.throttled.get(index(name)?)?.within_1_ms_percent);
    let first_ms = |name| Some(asking.throttled.get(index(name)?)?.first_ms.median);
    let budgets = [
        Budget {
            what: "cold CPU of `bootstrap`, times `hello`",
            of: "bootstrap",
            bound: Bound::AtMost(1.3),
            value: ratio(cold_cpu("bootstrap"), cold_cpu("hello")),
        },
        Budget {
            what: "cold CPU of `bootstrap` with every feature, times `hello`",
            of: "bootstrap-full",
            bound: Bound::AtMost(2.0),
            value: ratio(cold_cpu("bootstrap-full"), cold_cpu("hello")),
        },
        Budget {
            what: "cold CPU of `python`, times `bootstrap`",
            of: "python",
            bound: Bound::AtLeast(20.0),
            value: ratio(cold_cpu("python"), cold_cpu("bootstrap")),
        },
        Budget {
            what: "warm CPU of `logged` (one line, one metric), times `hello-json` (one line)",
            of: "logged",
            bound: Bound::AtMost(1.5),
            value: ratio(warm_cpu("logged"), warm_cpu("hello-json")),
        },
        Budget {
            what: "later events of `bootstrap` within 1 ms, the least that is billed, with a share of a CPU, %",
            of: "bootstrap",
            bound: Bound::AtLeast(99.0),
            value: floor("bootstrap"),
        },
        Budget {
            what: "private memory of `bootstrap` after all invocations, KB",
            of: "bootstrap",
            bound: Bound::AtMost(3072.0),
            value: private("bootstrap"),
        },
        Budget {
            what: "allocations of a warm invocation of `bootstrap`, beyond `hello`",
            of: "bootstrap",
            bound: Bound::AtMost(40.0),
            value: allocations("bootstrap")
                .zip(allocations("hello"))
                .map(|(ours, bare)| ours - bare),
        },
        Budget {
            what: "cold CPU of `script`, times `bridge`",
            of: "script",
            bound: Bound::AtLeast(10.0),
            value: ratio(cold_cpu("script"), cold_cpu("bridge")),
        },
        Budget {
            what: "warm CPU of `script`, times `bridge`",
            of: "script",
            bound: Bound::AtLeast(10.0),
            value: ratio(warm_cpu("script"), warm_cpu("bridge")),
        },
        Budget {
            what: "what `bridge` adds to the time of Home Assistant, warm, µs",
            of: "bridge",
            bound: Bound::AtMost(1000.0),
            value: own_us("bridge"),
        },
        Budget {
            what: "first directive of `bridge-preloaded` with a share of a CPU, ms",
            of: "bridge-preloaded",
            bound: Bound::AtMost(30.0),
            value: first_ms("bridge-preloaded"),
        },
        Budget {
            what: "first directive of `bridge` with a share of a CPU, times `bridge-preloaded`",
            of: "bridge-preloaded",
            bound: Bound::AtLeast(5.0),
            value: ratio(first_ms("bridge"), first_ms("bridge-preloaded")),
        },
    ];
    let measured: Vec<_> = budgets
        .into_iter()
        .filter(|budget| index(budget.of).is_some())
        .collect();
    rows(&measured)
}

/// The budget of what preloading does to the first event.
pub(crate) fn preload(lazy_ms: f64, preloaded_ms: f64) -> String {
    rows(&[Budget {
        what: "first event with a share of a CPU, times the same with `ZEROBILL_PRELOAD=auto`",
        of: "connected",
        bound: Bound::AtLeast(5.0),
        value: Some(lazy_ms / preloaded_ms),
    }])
}

fn rows(budgets: &[Budget]) -> String {
    let mut text = String::new();
    for budget in budgets {
        let (words, bound) = match budget.bound {
            Bound::AtMost(bound) => ("at most", bound),
            Bound::AtLeast(bound) => ("at least", bound),
        };
        let what = budget.what;
        let Some(value) = budget.value else {
            let _infallible = writeln!(text, "| {what} | {words} {bound} | – | not measured |");
            continue;
        };
        let over = match budget.bound {
            Bound::AtMost(bound) => value - bound,
            Bound::AtLeast(bound) => bound - value,
        };
        let verdict = if over <= 0.0 {
            "met".to_owned()
        } else {
            format!("missed by {:.0} %", over / bound * 100.0)
        };
        let _infallible = writeln!(text, "| {what} | {words} {bound} | {value:.2} | {verdict} |");
    }
    if text.is_empty() {
        return text;
    }
    format!("\n## Budgets\n\n| what | must be | is | |\n|---|---|---:|---|\n{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_budget_says_by_how_much_and_what_was_not_measured_says_so() {
        let budgets = [
            Budget {
                what: "a",
                of: "ours",
                bound: Bound::AtMost(1.3),
                value: Some(1.2),
            },
            Budget {
                what: "b",
                of: "ours",
                bound: Bound::AtMost(2.0),
                value: Some(3.0),
            },
            Budget {
                what: "c",
                of: "ours",
                bound: Bound::AtLeast(20.0),
                value: Some(15.0),
            },
            Budget {
                what: "d",
                of: "ours",
                bound: Bound::AtMost(1.0),
                value: None,
            },
        ];
        let expected = "\n## Budgets\n\n| what | must be | is | |\n|---|---|---:|---|\n\
            | a | at most 1.3 | 1.20 | met |\n\
            | b | at most 2 | 3.00 | missed by 50 % |\n\
            | c | at least 20 | 15.00 | missed by 25 % |\n| d | at most 1 | – | not measured |\n";
        assert_eq!(rows(&budgets), expected);
        assert_eq!(rows(&[]), "");
    }
}
