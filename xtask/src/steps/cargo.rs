//! The steps that are cargo commands. They share one profile and one set of features, so that little is built twice.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use crate::report::Tally;
use crate::workspace::Workspace;
use crate::{process, tools};

const LIMIT: Duration = Duration::from_secs(40 * 60);

/// The feature that stands for those that are on unless they are left out.
const DEFAULT: &str = "default";

pub(super) fn fmt(workspace: &Workspace, step: &str) -> Result<Tally> {
    succeeds(workspace, step, &mut workspace.cargo(&["fmt", "--all", "--check"]))
}

pub(super) fn clippy(workspace: &Workspace, step: &str) -> Result<Tally> {
    let arguments = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--locked",
        "--",
        "-D",
        "warnings",
    ];
    succeeds(workspace, step, &mut workspace.cargo(&arguments))
}

pub(super) fn test(workspace: &Workspace, step: &str) -> Result<Tally> {
    // `--bins --tests` and not `--all-targets`: benches are run by `cargo xtask bench`.
    let arguments = [
        "test",
        "--workspace",
        "--all-features",
        "--locked",
        "--no-fail-fast",
        "--lib",
        "--bins",
        "--tests",
    ];
    counted(workspace, step, &arguments)
}

pub(super) fn doctest(workspace: &Workspace, step: &str) -> Result<Tally> {
    counted(
        workspace,
        step,
        &[
            "test",
            "--workspace",
            "--all-features",
            "--locked",
            "--no-fail-fast",
            "--doc",
        ],
    )
}

pub(super) fn doc(workspace: &Workspace, step: &str) -> Result<Tally> {
    let mut command = workspace.cargo(&["doc", "--workspace", "--all-features", "--locked", "--no-deps"]);
    succeeds(workspace, step, command.env("RUSTDOCFLAGS", "-D warnings"))
}

/// Each library that has features, with each of them alone, with none and with all; and with none the rows say what is missing.
pub(super) fn features(workspace: &Workspace, step: &str) -> Result<Tally> {
    let mut tally = Tally::default();
    for package in &workspace.packages(&["--no-deps"])? {
        let (Some(name), sets) = (package["name"].as_str(), feature_sets(package)) else {
            continue;
        };
        let lint = |targets: &str, features: &str| {
            let arguments = ["clippy", "--locked", "--package", name, targets];
            let mut command = workspace.cargo(&arguments);
            command.args(["--no-default-features", "--features", features, "--", "-D", "warnings"]);
            succeeds(workspace, step, &mut command)
        };
        // The library alone: what its tests depend on could lend it features.
        for features in &sets {
            tally += lint("--lib", features)?;
        }
        // With all of them the tests are built elsewhere.
        if !sets.is_empty() {
            tally += lint("--all-targets", "")?;
        }
    }
    let bare = [
        "test",
        "--package",
        "zerobill",
        "--no-default-features",
        "--locked",
        "--lib",
        "--tests",
    ];
    tally += counted(workspace, step, &bare)?;
    Ok(tally)
}

/// The sets of features that a library is built with, each once: none, each of them alone, those by default, and all.
fn feature_sets(package: &Value) -> BTreeSet<String> {
    let is_library = |target: &Value| {
        target["kind"]
            .as_array()
            .is_some_and(|kinds| kinds.contains(&"lib".into()))
    };
    let has_library = package["targets"]
        .as_array()
        .is_some_and(|targets| targets.iter().any(is_library));
    let Some(features) = package["features"]
        .as_object()
        .filter(|features| !features.is_empty() && has_library)
    else {
        return BTreeSet::new();
    };
    let joined = |mut names: Vec<&str>| {
        names.sort_unstable();
        names.join(",")
    };
    let names = features.keys().map(String::as_str).filter(|name| *name != DEFAULT);
    let by_default = features.get(DEFAULT).and_then(Value::as_array).into_iter().flatten();
    let by_default = joined(by_default.filter_map(Value::as_str).collect());
    let all = joined(names.clone().collect());
    names
        .map(str::to_owned)
        .chain([String::new(), by_default, all])
        .collect()
}

/// Advisories are left out: they need the network, and change without the code changing.
pub(super) fn deny(workspace: &Workspace, step: &str) -> Result<Tally> {
    let mut command = workspace.command(tools::cargo_deny(workspace, &workspace.log(step))?);
    command.args([
        "--locked",
        "--all-features",
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ]);
    succeeds(workspace, step, &mut command)
}

/// A step of one check: the command exits with 0.
fn succeeds(workspace: &Workspace, step: &str, command: &mut Command) -> Result<Tally> {
    let finished = process::run(command, &workspace.log(step), LIMIT)?;
    Ok(Tally::of(finished.status.success()))
}

/// A step of as many checks as the test runner reports.
fn counted(workspace: &Workspace, step: &str, arguments: &[&str]) -> Result<Tally> {
    let mut command = workspace.cargo(arguments);
    let finished = process::run(command.env("RUST_BACKTRACE", "1"), &workspace.log(step), LIMIT)?;
    let mut tally = count(&finished.output);
    if !finished.status.success() && tally.failed == 0 {
        // It did not build, or a test took its process down before it could report.
        tally.failed = 1;
    }
    Ok(tally)
}

/// Adds up the result lines that each test binary prints.
fn count(output: &str) -> Tally {
    let mut tally = Tally::default();
    for line in output.lines().filter_map(|line| line.strip_prefix("test result: ")) {
        let figure = |name: &str| {
            line.split([';', '.'])
                .find_map(|part| part.trim().strip_suffix(name)?.trim().parse::<usize>().ok())
                .unwrap_or(0)
        };
        tally += Tally {
            passed: figure("passed"),
            failed: figure("failed"),
            skipped: figure("ignored"),
        };
    }
    tally
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn result_lines_are_added_up() {
        let output = "\
running 3 tests
test a ... ok
test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s

test result: FAILED. 12 passed; 2 failed; 0 ignored; 0 measured; 5 filtered out; finished in 10.25s
";
        assert_eq!(
            count(output),
            Tally {
                passed: 15,
                failed: 2,
                skipped: 1
            }
        );
    }

    #[test]
    fn a_library_is_built_once_with_each_set_of_its_features() {
        let package = |kind: &str, features: Value| json!({ "features": features, "targets": [{ "kind": ["test"] }, { "kind": [kind] }] });
        let sets = |package: Value| feature_sets(&package).into_iter().collect::<Vec<_>>();
        let three = json!({ "default": ["http", "aws"], "http": [], "aws": ["dep:aws"], "jwt": [] });
        assert_eq!(
            sets(package("lib", three)),
            ["", "aws", "aws,http", "aws,http,jwt", "http", "jwt"]
        );
        let one = json!({ "default": ["http"], "http": [] });
        assert_eq!(sets(package("lib", one.clone())), ["", "http"]);
        assert_eq!(sets(package("lib", json!({}))), [""; 0]);
        assert_eq!(sets(package("bin", one)), [""; 0]);
    }

    #[test]
    fn output_without_a_result_counts_nothing() {
        assert_eq!(count("error: could not compile `zerobill`\n"), Tally::default());
    }
}
