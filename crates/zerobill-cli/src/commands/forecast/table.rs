//! The forecast for people: dollars first.

use zerobill_free_tier::{Quantity, Row};

use super::{MEMORY_SIZES_MB, Outlook};
use crate::printer;

/// How wide the bar of a whole allowance is.
const BAR: usize = 20;

pub(super) fn print(outlook: &Outlook) {
    let Outlook {
        month,
        forecast,
        traffic,
        ..
    } = outlook;
    let (cost, worst) = (forecast.cost(), forecast.cost_at_worst());
    let at_worst = if worst > cost {
        format!(
            "; {} if AWS grants no free logs, which no bill proves",
            worst.in_cents()
        )
    } else {
        String::new()
    };
    printer::data(&format!("{} in {month}{at_worst}", cost.in_cents()));
    printer::data(&format!(
        "{} requests, {} GB-seconds on {}",
        grouped(traffic.requests),
        amount(Quantity::gb_seconds(traffic.mb_ms)),
        outlook.architecture
    ));
    printer::data(&match (forecast.first_to_end(), forecast.nearest_to_end()) {
        (Some(row), _) => format!(
            "first to end: {}, on {}",
            row.offer.what,
            row.exhausted_on(*month).unwrap_or_default()
        ),
        (None, Some(row)) => format!("every allowance lasts; most used: {}", row.offer.what),
        (None, None) => "no allowance is used".to_owned(),
    });
    printer::data("");
    let width = forecast
        .rows
        .iter()
        .map(|row| row.offer.what.chars().count())
        .max()
        .unwrap_or_default();
    for row in &forecast.rows {
        printer::data(line(row, outlook, width).trim_end());
    }
    printer::data("\n  memory   free invocations   these requests, if their durations stay");
    for cost in traffic.by_memory(outlook.architecture, MEMORY_SIZES_MB) {
        let (memory, free) = (format!("{} MB", cost.memory_mb), grouped(cost.free_invocations));
        printer::data(&format!("{memory:>8}   {free:>16}   {:>14}", cost.cost.in_cents()));
    }
    print_logs(outlook);
    for note in &outlook.notes {
        printer::note(&format!("note: {note}"));
    }
}

fn line(row: &Row, outlook: &Outlook, width: usize) -> String {
    let free = row.offer.free_units().map(grouped).unwrap_or_default();
    let ends = row
        .exhausted_on(outlook.month)
        .map_or(String::new(), |day| format!("ends {day}"));
    let cost = row
        .cost
        .map_or("?".to_owned(), zerobill_free_tier::NanoDollars::in_cents);
    let plural = if row.offer.unit == "GB" { "" } else { "s" };
    let used = format!("{} of {free} {}{plural}", amount(row.used), row.offer.unit);
    format!(
        "{cost:>10}  {:width$}  {}  {used}  {ends}",
        row.offer.what,
        share(row.share())
    )
}

/// A bar with the share in percent; what is beyond the free amount is cut off at the bar's end.
pub(super) fn share(share: Option<f64>) -> String {
    let Some(share) = share else {
        return format!("{:BAR$}         ", "");
    };
    let tenths = (share * BAR as f64).round();
    let full = (0..BAR).filter(|at| (*at as f64) < tenths).count();
    let percent = if share >= 99.995 {
        ">9999".to_owned()
    } else {
        format!("{:.1}", share * 100.0)
    };
    let (mark, rest) = if share > 1.0 { ("!", "") } else { (" ", "░") };
    format!("{}{}{mark}{percent:>6} %", "█".repeat(full), rest.repeat(BAR - full))
}

fn print_logs(outlook: &Outlook) {
    let Some(logs) = &outlook.logs else { return };
    printer::data(&format!(
        "\n{} reports among {} events of {} files; {} could not be read; {} were billed otherwise than their durations add up to",
        grouped(logs.traffic.requests),
        grouped(logs.events),
        logs.files,
        logs.unparsed,
        logs.computed_differs
    ));
    for problem in &logs.problems {
        printer::note(&format!("cannot read {}", printer::name(problem)));
    }
}

/// Whole numbers whole, others with up to three decimals.
pub(crate) fn amount(quantity: Quantity) -> String {
    number(quantity.to_f64())
}

pub(super) fn number(value: f64) -> String {
    if value.fract() == 0.0 && value < 1e15 {
        return decimals(value, 0);
    }
    match value {
        value if value >= 1_000.0 => decimals(value, 0),
        value if value >= 10.0 => decimals(value, 1),
        value => decimals(value, 3),
    }
}

fn decimals(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), grouped);
    if part.is_empty() {
        whole
    } else {
        format!("{whole}.{part}")
    }
}

/// With a comma after every three digits.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_no_longer_than_they_help() {
        let texts = [0.0, 999.0, 1_000.0, 1_234_567.891, 12.34, 0.0312].map(number);
        assert_eq!(texts, ["0", "999", "1,000", "1,234,568", "12.3", "0.031"]);
    }

    #[test]
    fn a_bar_is_full_where_the_allowance_is_used_up() {
        assert_eq!(share(Some(0.5)), "██████████░░░░░░░░░░   50.0 %");
        assert_eq!(share(Some(1.0)), "████████████████████  100.0 %");
        assert_eq!(share(Some(1.25)), "████████████████████! 125.0 %");
        assert_eq!(share(Some(1e9)), "████████████████████! >9999 %");
        assert_eq!(share(None).chars().count(), share(Some(0.0)).chars().count());
    }
}
