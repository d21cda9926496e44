//! `cargo xtask soak`: what must not grow, over as many requests as take minutes. The tests take a tenth of them.

use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::environment::Stopwatch;
use crate::process;
use crate::report::{Tally, say};
use crate::workspace::Workspace;

const LIMIT: Duration = Duration::from_secs(60 * 60);

/// What has the tests take all their requests.
const IN_FULL: &str = "ZEROBILL_SOAK";

/// What a test prints of what it saw.
const SEEN: &str = "soak: ";

/// How they are run.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The profile of cargo that the tests are built with.
    #[arg(long, default_value = "quick")]
    profile: String,
}

/// One test that takes more requests where it is told to.
struct Soak {
    about: &'static str,
    package: &'static str,
    /// Which of the package's tests it is.
    test: &'static [&'static str],
}

const SOAKS: &[Soak] = &[
    Soak {
        about: "usage analytics over 10,000,000 requests of random kinds",
        package: "zerobill",
        test: &["--lib", "--", "analytics::tests::stress"],
    },
    Soak {
        about: "the local Lambda over 100,000 invocations",
        package: "zerobill-engine",
        test: &["--test", "soak", "--"],
    },
];

/// Runs them all, one after the other; says whether nothing grew.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<bool> {
    let mut total = Tally::default();
    for soak in SOAKS {
        say(&format!("== {}", soak.about));
        let started = Stopwatch::start();
        let mut command = workspace.cargo(&["test", "--locked", "--package", soak.package]);
        command.args(["--profile", &options.profile]);
        command.args(soak.test).arg("--show-output").env(IN_FULL, "1");
        let finished = process::run(&mut command, &workspace.log("soak"), LIMIT)?;
        for line in finished.output.lines().filter_map(|line| line.strip_prefix(SEEN)) {
            say(&format!("   {line}"));
        }
        let passed = finished.status.success();
        if !passed {
            say(&finished.output);
        }
        total += Tally::of(passed);
        say(&format!("   {:.1} s", started.elapsed().as_secs_f64()));
    }
    say(&total.to_string());
    Ok(total.failed == 0)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The packages with a file that reads the variable.
    fn packages() -> Vec<String> {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("crates");
        let mut found = Vec::new();
        for package in fs::read_dir(crates).unwrap().flatten() {
            let mut folders = vec![package.path()];
            let mut reads = false;
            while let Some(folder) = folders.pop() {
                for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                    if path.is_dir() {
                        folders.push(path);
                    } else if path.extension().is_some_and(|extension| extension == "rs") {
                        reads |= fs::read_to_string(path).unwrap().contains(&format!("\"{IN_FULL}\""));
                    }
                }
            }
            found.extend(reads.then(|| package.file_name().into_string().unwrap()));
        }
        found.sort_unstable();
        found
    }

    #[test]
    fn every_test_that_can_take_more_is_run() {
        assert_eq!(packages(), SOAKS.iter().map(|soak| soak.package).collect::<Vec<_>>());
    }
}
