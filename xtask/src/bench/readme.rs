//! The README's table: ratios of the newest results, so that no figure stands there that was not measured.

use anyhow::{Context, Result};
use std::fmt::Write;

use crate::between;

/// The name of the marks between which the table stands.
const NAME: &str = "measured";

/// The columns of the results that the README shows, with its own words for them.
const COLUMNS: &[(&str, &str)] = &[
    ("cold CPU", "CPU of a cold start"),
    ("warm CPU", "CPU of a warm invocation"),
    ("cold private memory", "memory of its own"),
];

/// What each function of the results is.
const FUNCTIONS: &[(&str, &str)] = &[
    ("hello", "`lambda_runtime`, bare"),
    ("hello-json", "the same with a `tracing` JSON line"),
    ("hello-http", "`lambda_http`, bare"),
    ("logged", "`lambda_runtime` with a line and a metric by zerobill"),
    ("bootstrap", "zerobill's `bootstrap`"),
    ("bootstrap-full", "`bootstrap` with every feature"),
    ("python", "Python's official client, bare"),
    ("python-powertools", "the same with Powertools: a line and a metric"),
];

/// The README with its table made from this page of results.
pub(super) fn with_table(readme: &str, name: &str, page: &str) -> Result<String> {
    between::put(readme, NAME, &format!("\n\n{}\n", table(name, page)?))
}

/// How many budgets of a page are met and missed.
pub(super) fn budgets(page: &str) -> (usize, usize) {
    let verdicts = |verdict: &str| {
        let has = |line: &&str| {
            line.rsplit('|')
                .nth(1)
                .is_some_and(|cell| cell.trim().starts_with(verdict))
        };
        page.lines().filter(has).count()
    };
    (verdicts("met"), verdicts("missed by"))
}

fn table(name: &str, page: &str) -> Result<String> {
    let (_, ratios) = page
        .split_once("## Times `hello`\n\n")
        .context("the results have no ratios to `hello`")?;
    let mut rows = ratios.lines().take_while(|line| line.starts_with('|')).map(cells);
    let head = rows.next().context("the table of ratios has no head")?;
    let places: Vec<_> = COLUMNS
        .iter()
        .map(|(column, _)| head.iter().position(|cell| cell == column))
        .collect::<Option<_>>()
        .context("the table of ratios lacks a column")?;
    let mut text = String::from("| times the bare Rust function |");
    for (_, words) in COLUMNS {
        let _infallible = write!(text, " {words} |");
    }
    text.push_str("\n|---|");
    text.push_str(&"---:|".repeat(COLUMNS.len()));
    text.push('\n');
    for row in rows.skip(1) {
        let known = FUNCTIONS
            .iter()
            .find(|(function, _)| Some(*function) == row.first().copied());
        let Some((_, words)) = known else { continue };
        let _infallible = write!(text, "| {words} |");
        for place in &places {
            let _infallible = write!(text, " {} |", row.get(*place).copied().unwrap_or_default());
        }
        text.push('\n');
    }
    let (met, missed) = budgets(page);
    let _infallible = writeln!(
        text,
        "\nMedians; in brackets the middle half of the samples. Quiet runs differ by up to an eighth. {met} budgets are met, {missed} missed:\n\
         [`results/{name}`](crates/zerobill-bench/results/{name}) has them all, with the machine. `cargo xtask bench` measures again."
    );
    Ok(text)
}

fn cells(line: &str) -> Vec<&str> {
    line.trim_matches('|').split('|').map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::environment;

    const PAGE: &str = "# day\n\n| a | at most 1 | 0.50 | met |\n| b | at most 1 | 2.00 | missed by 100 % |\n\n\
        ## Times `hello`\n\n| function | cold CPU | cold private memory | other | warm CPU |\n|---|---:|---:|---:|---:|\n\
        | hello | 1.00 (0.90–1.10) | 1.00 | 9 | 1.00 |\n| unknown | 1 | 1 | 1 | 1 |\n| python | 20.00 | 30.00 | 9 | 3.00 |\n\n";

    #[test]
    fn the_table_has_the_ratios_of_the_page_and_counts_its_budgets() {
        let readme = "# a\n<!-- measured: begin -->\nold\n<!-- measured: end -->\nb\n";
        let expected = "# a\n<!-- measured: begin -->\n\n| times the bare Rust function | CPU of a cold start | CPU of a warm invocation | memory of its own |\n\
             |---|---:|---:|---:|\n| `lambda_runtime`, bare | 1.00 (0.90–1.10) | 1.00 | 1.00 |\n\
             | Python's official client, bare | 20.00 | 3.00 | 30.00 |\n\nMedians; in brackets the middle half of the samples. Quiet \
             runs differ by up to an eighth. 1 budgets are met, 1 missed:\n[`results/day.md`](crates/zerobill-bench/results/day.md) has \
             them all, with the machine. `cargo xtask bench` measures again.\n\n<!-- measured: end -->\nb\n";
        assert_eq!(with_table(readme, "day.md", PAGE).unwrap(), expected);
        let error = with_table("no place", "day.md", PAGE).unwrap_err().to_string();
        assert_eq!(error, "the page has no `<!-- measured: begin -->`");
        let error = with_table(readme, "day.md", "# day\n").unwrap_err().to_string();
        assert_eq!(error, "the results have no ratios to `hello`");
    }

    /// The newest page of a folder of results, whose names are dates.
    fn newest(folder: &Path) -> Result<PathBuf> {
        let entries = fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
        let pages = entries.flatten().map(|entry| entry.path());
        pages
            .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
            .max()
            .with_context(|| format!("there are no results in `{}`", folder.display()))
    }

    /// A figure that nothing measured cannot stand there.
    #[test]
    fn the_readme_s_table_is_that_of_the_newest_results() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let readme = fs::read_to_string(root.join("README.md")).unwrap();
        let newest = newest(&root.join("crates/zerobill-bench/results")).unwrap();
        let name = newest.file_name().unwrap().to_str().unwrap();
        let page = fs::read_to_string(&newest).unwrap();
        let expected = with_table(&readme, name, &page).unwrap();
        if environment::variable("UPDATE_EXPECT").is_some() {
            fs::write(root.join("README.md"), &expected).unwrap();
            return;
        }
        assert_eq!(readme, expected, "run this test with UPDATE_EXPECT=1");
    }
}
