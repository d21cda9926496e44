//! The page of results: ratios first, then the figures behind them.

use std::fmt::Write;

use crate::budgets::{self, Asking};
use crate::cold::Cold;
use crate::instructions::{Count, Counted};
use crate::statistics::Summary;
use crate::subject::Subject;
use crate::warm::Warm;

/// What stands where there is no figure.
const ABSENT: &str = "–";

/// All results as Markdown, below a line that says what they are.
pub(crate) fn page(
    subjects: &[Subject],
    head: &str,
    cold: &[Cold],
    warm: &[Warm],
    instructions: &[Counted],
    asking: Asking<'_>,
) -> String {
    let mut page = format!("{head}\n\nMedians; in brackets the middle half of the samples.\n");
    if let Some(direct) = asking.direct_us {
        let _infallible = writeln!(page, "What the functions ask answers a bare client in {direct} µs.");
    }
    page.push_str(&budgets::table(subjects, cold, warm, instructions, asking));
    page.push_str(&ratios(subjects, cold, warm, instructions));
    page.push_str(&figures(subjects, cold, warm, instructions));
    for (subject, count) in subjects.iter().zip(instructions) {
        if let Err(reason) = count {
            let _infallible = write!(
                page,
                "\nInstructions and allocations of `{}` were not counted: {reason}.\n",
                subject.name
            );
        }
    }
    page
}

fn ratios(subjects: &[Subject], cold: &[Cold], warm: &[Warm], counts: &[Counted]) -> String {
    let Some(reference) = subjects.first() else {
        return String::new();
    };
    let mut columns = vec![
        ("cold CPU", times(cold, |cold| cold.cpu_ms)),
        ("cold wall", times(cold, |cold| cold.wall_ms)),
        (
            "cold private memory",
            relative(cold, |cold| cold.private_dirty_kb.median),
        ),
        ("warm CPU", times(warm, |warm| warm.cpu_us)),
        ("warm wall", times(warm, |warm| warm.wall_us)),
    ];
    let counted = |figure: fn(&Count) -> u64| {
        let figure = |count: &Counted| count.as_ref().map_or(f64::NAN, |count| figure(count) as f64);
        relative(counts, figure)
    };
    columns.push(("cold instructions", counted(|count| count.cold)));
    columns.push(("warm instructions", counted(|count| count.warm)));
    table(&format!("Times `{}`", reference.name), subjects, &columns)
}

fn figures(subjects: &[Subject], cold: &[Cold], warm: &[Warm], counts: &[Counted]) -> String {
    let shown = |summary: Summary| summary.to_string();
    let mut columns = vec![
        ("cold CPU ms", cold.iter().map(|cold| shown(cold.cpu_ms)).collect()),
        ("cold wall ms", cold.iter().map(|cold| shown(cold.wall_ms)).collect()),
        (
            "private KB",
            cold.iter()
                .map(|cold| format!("{:.0}", cold.private_dirty_kb.median))
                .collect(),
        ),
        (
            "resident KB",
            cold.iter()
                .map(|cold| format!("{:.0}", cold.resident_kb.median))
                .collect(),
        ),
        ("warm CPU µs", warm.iter().map(|warm| shown(warm.cpu_us)).collect()),
        ("warm wall µs", warm.iter().map(|warm| shown(warm.wall_us)).collect()),
        (
            "private KB after",
            warm.iter()
                .map(|warm| format!("{} ({})", warm.private_dirty_kb, warm.count))
                .collect(),
        ),
    ];
    let counted = |figure: fn(&Count) -> u64| {
        let shown = |count: &Counted| {
            count
                .as_ref()
                .map_or(ABSENT.to_owned(), |count| figure(count).to_string())
        };
        counts.iter().map(shown).collect()
    };
    columns.push(("cold instructions", counted(|count| count.cold)));
    columns.push(("warm instructions", counted(|count| count.warm)));
    columns.push(("warm allocations", counted(|count| count.allocations)));
    table("Figures", subjects, &columns)
}

/// Each median, and the middle half beside it, divided by the median of the first.
fn times<T>(items: &[T], figure: impl Fn(&T) -> Summary) -> Vec<String> {
    let first = items.first().map_or(f64::NAN, |item| figure(item).median);
    let shown = |item: &T| {
        let Summary { median, quartiles, .. } = figure(item);
        let [low, high] = [quartiles.0 / first, quartiles.1 / first];
        format!("{:.2} ({low:.2}–{high:.2})", median / first)
    };
    items.iter().map(shown).collect()
}

/// Each figure divided by that of the first.
fn relative<T>(items: &[T], figure: impl Fn(&T) -> f64) -> Vec<String> {
    let first = items.first().map_or(f64::NAN, &figure);
    let shown = |ratio: f64| {
        if ratio.is_nan() {
            ABSENT.to_owned()
        } else {
            format!("{ratio:.2}")
        }
    };
    items.iter().map(|item| shown(figure(item) / first)).collect()
}

/// A heading and a table with a row for each function.
fn table(heading: &str, subjects: &[Subject], columns: &[(&str, Vec<String>)]) -> String {
    let mut text = format!("\n## {heading}\n\n| function |");
    for (name, _) in columns {
        let _infallible = write!(text, " {name} |");
    }
    text.push_str("\n|---|");
    text.push_str(&"---:|".repeat(columns.len()));
    text.push('\n');
    for (row, subject) in subjects.iter().enumerate() {
        let _infallible = write!(text, "| {} |", subject.name);
        for (_, cells) in columns {
            let _infallible = write!(text, " {} |", cells.get(row).map_or("", String::as_str));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_row_for_each_function() {
        let subjects = [Subject::parse("hello=a").unwrap(), Subject::parse("ours=b").unwrap()];
        let columns = [
            ("CPU", relative(&[2.0, 3.0], |value| *value)),
            ("KB", vec!["7".to_owned(), "8".to_owned()]),
            (
                "ms",
                times(&[vec![2.0], vec![3.0, 4.0, 5.0]], |samples| {
                    Summary::of(samples.clone())
                }),
            ),
        ];
        let expected = "\n## Times\n\n| function | CPU | KB | ms |\n|---|---:|---:|---:|\n| hello | 1.00 | 7 | 1.00 (1.00–1.00) |\n\
            | ours | 1.50 | 8 | 2.00 (1.75–2.25) |\n";
        assert_eq!(table("Times", &subjects, &columns), expected);
    }
}
