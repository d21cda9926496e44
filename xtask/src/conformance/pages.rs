//! The pages that show the table: `docs/local-lambda.md` in full, the README in one sentence.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::between;
use crate::report::say;
use crate::workspace::Workspace;

const PAGE: &str = "docs/local-lambda.md";
const README: &str = "README.md";
const NAME: &str = "conformance";
const REQUIREMENTS: &str = "real-clients/requirements.txt";

/// Puts the table of this day into the pages.
pub(super) fn write(workspace: &Workspace, date: &str, table: &str) -> Result<()> {
    let pins = read(&workspace.root, REQUIREMENTS)?;
    let version = pins.lines().find_map(|line| line.strip_prefix("cargo-lambda=="));
    let version = version.with_context(|| format!("`{REQUIREMENTS}` does not name `cargo-lambda`"))?;
    let (rows, theirs) = counts(table);
    let full = format!(
        "\n`cargo lambda watch` {version} (`--concurrency 10 --timeout 3`, with the functions already built), measured on {date}: \
         {theirs} of {rows} rows hold there.\nEach row has an emulator of its own; after `no` is what was found.\n\n{}\n\n",
        table.trim()
    );
    for (page, content) in [(PAGE, full), (README, sentence(table))] {
        let text = between::put(&read(&workspace.root, page)?, NAME, &content)?;
        fs::write(workspace.root.join(page), text).with_context(|| format!("cannot write `{page}`"))?;
        say(&format!("written to {page}"));
    }
    Ok(())
}

/// What the README says of the table, every row of which holds of ours.
fn sentence(table: &str) -> String {
    let (rows, theirs) = counts(table);
    format!("of {rows} rows that Lambda holds, {theirs} hold there and all here")
}

/// How many rows there are, and how many hold of the other one.
fn counts(table: &str) -> (usize, usize) {
    let rows = table.lines().filter(|line| line.starts_with("| L"));
    let theirs = rows.clone().filter(|line| line.trim_end().ends_with("| yes |"));
    (rows.count(), theirs.count())
}

fn read(root: &Path, file: &str) -> Result<String> {
    fs::read_to_string(root.join(file)).with_context(|| format!("cannot read `{file}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str =
        "| | what must hold | a | b |\n|---|---|---|---|\n| L01 | x | yes | yes |\n| L02 | y | yes | no: `yes` |\n";

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    #[test]
    fn rows_are_counted() {
        assert_eq!(counts(TABLE), (2, 1));
        assert_eq!(
            sentence(TABLE),
            "of 2 rows that Lambda holds, 1 hold there and all here"
        );
    }

    /// The rows that there are tests of, as the table names them.
    fn tested() -> Vec<String> {
        let mut rows = Vec::new();
        for file in fs::read_dir(root().join("crates/zerobill-engine/tests/conformance")).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            for name in text.lines().filter_map(|line| line.strip_prefix("fn l")) {
                let (number, words) = name.split_once('_').unwrap();
                let words = words.split('(').next().unwrap().replace('_', " ");
                rows.push(format!("| L{number} | {words} |"));
            }
        }
        rows.sort_unstable();
        rows
    }

    #[test]
    fn the_page_has_every_row_and_the_readme_its_count() {
        let page = read(root(), PAGE).unwrap();
        let table = between::get(&page, NAME).unwrap();
        let head = |line: &str| line.splitn(4, " |").take(2).collect::<Vec<_>>().join(" |") + " |";
        let shown: Vec<_> = table.lines().filter(|line| line.starts_with("| L")).map(head).collect();
        assert_eq!(shown, tested(), "run `cargo xtask conformance`");
        let readme = read(root(), README).unwrap();
        assert_eq!(between::get(&readme, NAME).unwrap(), sentence(table));
    }
}
