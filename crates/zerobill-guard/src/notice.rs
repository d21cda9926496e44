//! What is said, in sentences.

use zerobill::brake::Trip;
use zerobill_free_tier::Budget;

use crate::{evaluate::Share, ledger::Notice};

/// A share of a budget was reached.
pub(crate) fn reached(share: &Share, percent: u64, month: &str) -> Notice {
    let Share {
        subject, budget, used, ..
    } = share;
    let text = format!(
        "{subject} has used {} of {} in {month}, {} % of the budget. The figures are some minutes old.",
        amount(*used),
        amount(*budget),
        share.percent
    );
    Notice {
        subject: format!("zerobill: {subject} has used {percent} % of its budget"),
        text,
    }
}

/// A function would be stopped, if this were no dry run.
pub(crate) fn would_stop(function: &str, reason: &str) -> Notice {
    Notice {
        subject: format!("zerobill: {function} would be stopped"),
        text: format!("A dry run: `{function}` would be stopped now: {reason}."),
    }
}

/// A function was stopped.
pub(crate) fn stopped(trip: &Trip) -> Notice {
    let Trip { function, reason, .. } = trip;
    let gaps = trip.gaps.iter().map(|gap| format!("\nNot stopped: {gap}."));
    let text = format!(
        "`{function}` is stopped: {reason}. Each invocation is refused with 429 until \
         `zerobill guard release --function {function}`.{}",
        gaps.collect::<String>()
    );
    Notice {
        subject: format!("zerobill: {function} is stopped"),
        text,
    }
}

/// A function could not be stopped.
pub(crate) fn not_stopped(function: &str, reason: &str, problem: &str) -> Notice {
    Notice {
        subject: format!("zerobill: {function} could not be stopped"),
        text: format!(
            "`{function}` should be stopped: {reason}. It could not: {problem}. It is tried again each minute."
        ),
    }
}

/// A deployment let a stopped function run, and it was stopped again.
pub(crate) fn stopped_again(trip: &Trip) -> Notice {
    let function = &trip.function;
    Notice {
        subject: format!("zerobill: {function} was stopped again"),
        text: format!(
            "Something let `{function}` run while it was stopped, such as a deployment; it is stopped again. \
             `zerobill guard release --function {function}` lets it run."
        ),
    }
}

/// A month began with functions that are stopped still.
pub(crate) fn still_stopped(functions: &[&str], month: &str) -> Notice {
    Notice {
        subject: format!("zerobill: still stopped in {month}"),
        text: format!(
            "Still stopped as {month} begins: {}. `zerobill guard release` lets them run.",
            functions.join(", ")
        ),
    }
}

/// An amount with its unit: `950,000 requests`.
pub(crate) fn amount(budget: Budget) -> String {
    match budget {
        Budget::Requests(number) => format!("{} requests", grouped(number)),
        Budget::GbSeconds(number) => format!("{} GB-seconds", grouped(number)),
        Budget::Dollars(dollars) => dollars.in_cents(),
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
