//! Searches everything the test run's processes printed for the secrets that tests made.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::process;
use crate::report::Tally;
use crate::workspace::Workspace;

/// What every secret made by a test contains. It is put together here so that no source line shown in an output matches.
pub(crate) const MARKER: &str = concat!("zbsec", "ret-");

const CONTROL: &str = "control.log";

/// Two checks: a planted secret is found, and it is the only one.
pub(super) fn search(workspace: &Workspace, step: &str) -> Result<Tally> {
    let found = search_in(&workspace.output)?;
    let mut report: Vec<String> = found
        .leaks
        .iter()
        .map(|place| format!("a secret was printed: {place}\n"))
        .collect();
    let mut tally = Tally::of(found.leaks.is_empty());
    tally += Tally::of(found.control);
    report.push(format!("{} files with {} bytes searched\n", found.files, found.bytes));
    process::note(&workspace.log(step), &report.concat())?;
    ensure!(found.bytes > 0, "no step left any output to search");
    Ok(tally)
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    files: usize,
    bytes: usize,
    control: bool,
    leaks: Vec<String>,
}

/// Plants a secret in a control file, then searches every file of the folder.
fn search_in(output: &Path) -> Result<Found> {
    fs::write(output.join(CONTROL), format!("password={MARKER}planted\n"))?;
    let mut found = Found::default();
    for path in files(output)? {
        let bytes = fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let name = path.strip_prefix(output).unwrap_or(&path).display().to_string();
        let lines = matching_lines(&bytes);
        if name == CONTROL {
            found.control = lines == [1];
            continue;
        }
        found.files += 1;
        found.bytes += bytes.len();
        found
            .leaks
            .extend(lines.into_iter().map(|line| format!("{name}:{line}")));
    }
    Ok(found)
}

/// The numbers of the lines with the marker, from 1.
fn matching_lines(bytes: &[u8]) -> Vec<usize> {
    let marked = |line: &[u8]| line.windows(MARKER.len()).any(|window| window == MARKER.as_bytes());
    let lines = bytes.split(|&byte| byte == b'\n').enumerate();
    lines
        .filter(|(_, line)| marked(line))
        .map(|(index, _)| index + 1)
        .collect()
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files.extend(self::files(&entry.path())?);
        } else {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_planted_secret_is_found_and_is_no_leak() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("step.log"), "all well\n").unwrap();
        let found = search_in(folder.path()).unwrap();
        assert_eq!(
            found,
            Found {
                files: 1,
                bytes: 9,
                control: true,
                leaks: Vec::new()
            }
        );
    }

    #[test]
    fn a_printed_secret_is_a_leak_wherever_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("client")).unwrap();
        fs::write(
            folder.path().join("client/reply"),
            format!("\u{0}\n{{\"token\":\"{MARKER}7\"}}"),
        )
        .unwrap();
        let found = search_in(folder.path()).unwrap();
        assert!(found.control);
        assert_eq!(found.leaks, ["client/reply:2"]);
    }

    #[test]
    fn a_folder_with_nothing_in_it_has_no_bytes() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(search_in(folder.path()).unwrap().bytes, 0);
    }
}
