//! The steps that let programs of others talk to ours: Python scripts that report each check by name.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::secrets::MARKER;
use crate::report::{Tally, say};
use crate::workspace::Workspace;
use crate::{house, process, tap, tools};

const LIMIT: Duration = Duration::from_secs(10 * 60);
const BUILD_LIMIT: Duration = Duration::from_secs(40 * 60);

pub(super) fn python_client(workspace: &Workspace, step: &str) -> Result<Tally> {
    script(workspace, step, "python_client.py")
}

pub(super) fn extension(workspace: &Workspace, step: &str) -> Result<Tally> {
    script(workspace, step, "extension.py")
}

pub(super) fn metering(workspace: &Workspace, step: &str) -> Result<Tally> {
    script(workspace, step, "metering.py")
}

pub(super) fn axum_function(workspace: &Workspace, step: &str) -> Result<Tally> {
    script(workspace, step, "axum_function.py")
}

pub(super) fn event_fixtures(workspace: &Workspace, step: &str) -> Result<Tally> {
    script(workspace, step, "event_fixtures.py")
}

pub(super) fn cargo_lambda(workspace: &Workspace, step: &str) -> Result<Tally> {
    script(workspace, step, "cargo_lambda.py")
}

pub(super) fn package(workspace: &Workspace, step: &str) -> Result<Tally> {
    script(workspace, step, "package.py")
}

pub(super) fn cfn_lint(workspace: &Workspace, step: &str) -> Result<Tally> {
    script(workspace, step, "cfn_lint.py")
}

pub(super) fn github_action(workspace: &Workspace, step: &str) -> Result<Tally> {
    script(workspace, step, "github_action.py")
}

pub(super) fn wheel(workspace: &Workspace, step: &str) -> Result<Tally> {
    script(workspace, step, "wheel.py")
}

pub(super) fn powertools(workspace: &Workspace, step: &str) -> Result<Tally> {
    script(workspace, step, "powertools.py")
}

pub(super) fn tokens(workspace: &Workspace, step: &str) -> Result<Tally> {
    script(workspace, step, "tokens.py")
}

pub(super) fn aws(workspace: &Workspace, step: &str) -> Result<Tally> {
    script(workspace, step, "aws.py")
}

pub(super) fn game_day(workspace: &Workspace, step: &str) -> Result<Tally> {
    script(workspace, step, "game_day.py")
}

pub(super) fn home_assistant(workspace: &Workspace, step: &str) -> Result<Tally> {
    let python = tools::home_assistant::python(workspace, &workspace.log(step))?;
    script_with(workspace, step, "home-assistant/run.py", |command| {
        command.env(house::PYTHON, python);
    })
}

pub(super) fn dashboard(workspace: &Workspace, step: &str) -> Result<Tally> {
    let chromium = tools::chromium::find(&workspace.log(step))?;
    script_with(workspace, step, "dashboard/run.py", |command| {
        command.env("CHROMIUM", chromium);
        command.env("SCREENSHOT_FOLDER", workspace.target.join("dashboard"));
    })
}

/// Runs one script with the paths of everything it may start, and counts the checks it reports.
fn script(workspace: &Workspace, step: &str, name: &str) -> Result<Tally> {
    script_with(workspace, step, name, |_| {})
}

/// The same with what only this script needs.
fn script_with(workspace: &Workspace, step: &str, name: &str, add: impl FnOnce(&mut Command)) -> Result<Tally> {
    let log = workspace.log(step);
    let python = tools::python(workspace, &log)?;
    let binaries = build(workspace, step)?;
    let mut command = workspace.command(python.join("bin/python"));
    command.arg(workspace.root.join("real-clients").join(name));
    variables(&mut command, workspace);
    add(&mut command);
    command
        .env("ZEROBILL", binaries.join("zerobill"))
        .env("BOOTSTRAP", binaries.join("bootstrap"));
    command
        .env("AXUM_PLAIN", binaries.join("axum-plain"))
        .env("AXUM_ZEROBILL", binaries.join("axum-zerobill"));
    command.env("XTASK", binaries.join("xtask"));
    command.env("METER_EXTENSION", binaries.join("zerobill-extension"));
    command.env("OBSERVER_EXTENSION", binaries.join("observer-extension"));
    command.env("ONE_INVOCATION", binaries.join("one-invocation"));
    command.env("CARGO_LAMBDA", python.join("bin/cargo-lambda"));
    command.env("EVENT_FIXTURES", event_fixtures_folder(workspace)?);
    command.env("OUTPUT_FOLDER", workspace.output.join(step));
    let finished = process::run(&mut command, &log, LIMIT)?;
    for note in tap::notes(&finished.output) {
        say(&format!("   {note}"));
    }
    let mut tally = tap::count(&finished.output);
    if !finished.status.success() && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}

/// What every script reads.
pub(crate) fn variables(command: &mut Command, workspace: &Workspace) {
    command
        .env("PYTHONPATH", workspace.root.join("real-clients"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUNBUFFERED", "1")
        .env("SECRET_MARKER", MARKER);
}

/// Builds the binaries with the features that the tests use, so that nothing is compiled for it alone.
fn build(workspace: &Workspace, step: &str) -> Result<PathBuf> {
    let arguments = [
        "build",
        "--workspace",
        "--all-features",
        "--locked",
        "--bins",
        "--tests",
    ];
    let finished = process::run(&mut workspace.cargo(&arguments), &workspace.log(step), BUILD_LIMIT)?;
    ensure!(finished.status.success(), "the binaries do not build");
    Ok(workspace.target.join("debug"))
}

/// The folder of example events inside the `aws_lambda_events` package that the lock file names.
fn event_fixtures_folder(workspace: &Workspace) -> Result<PathBuf> {
    for package in workspace.packages(&[])? {
        if package["name"] == "aws_lambda_events" {
            let manifest = package["manifest_path"]
                .as_str()
                .context("a package without a manifest")?;
            return Ok(PathBuf::from(manifest).with_file_name("src").join("fixtures"));
        }
    }
    bail!("no dependency is called `aws_lambda_events`")
}
