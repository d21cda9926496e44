//! `cargo xtask bench`: builds what ships, each program by itself, and records what it costs against its peers.

mod operations;

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::report::say;
use crate::workspace::Workspace;
use crate::{process, tools};

const LIMIT: Duration = Duration::from_secs(60 * 60);
const CRATE: &str = "crates/zerobill-bench";

/// The functions measured: package, kind of target, name. The first is what the others are compared with.
const FUNCTIONS: &[(&str, &str, &str)] = &[
    ("zerobill-bench", "--bin", "hello"),
    ("zerobill-bench", "--bin", "hello-json"),
    ("zerobill-function", "--bin", "bootstrap"),
    ("zerobill-bench", "--example", "logged"),
];

/// How much to measure.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Prints the results and writes no file.
    #[arg(long)]
    dry_run: bool,
    /// What else the measuring program takes, after `--`.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Builds, measures, and writes `crates/zerobill-bench/results/<date>.md`.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let log = workspace.log("bench");
    let mut bench = workspace.command(workspace.target.join("quick/zerobill-bench"));
    bench.arg("--folder").arg(workspace.root.join(CRATE).join("functions"));
    build(
        workspace,
        &[
            "--profile",
            "quick",
            "--package",
            "zerobill-bench",
            "--bin",
            "zerobill-bench",
        ],
    )?;
    for (package, kind, name) in FUNCTIONS {
        build(workspace, &["--release", "--package", package, kind, name])?;
        let folder = workspace.target.join(if *kind == "--example" {
            "release/examples"
        } else {
            "release"
        });
        let program = folder.join(name);
        bench.arg("--subject").arg(format!("{name}={}", program.display()));
    }
    let python = tools::python(workspace, &log)?.join("bin/python");
    bench
        .arg("--subject")
        .arg(format!("python={} -m awslambdaric hello.handler", python.display()));
    // A page of a program that is not yet on disk counts as memory that the process has written.
    said(&mut Command::new("sync"))?;
    say("measuring");
    let finished = process::run(bench.args(&options.rest), &log, LIMIT)?;
    ensure!(finished.status.success(), "the measurement failed: {}", finished.output);
    say("measuring single operations");
    let operations = operations::run(workspace)?;
    let date = said(Command::new("date").arg("+%Y-%m-%d"))?;
    let commit = said(workspace.command("git").args(["rev-parse", "--short=12", "HEAD"]))?;
    let page = format!(
        "# {date}\n\n`cargo xtask bench` at {commit}. {}{operations}",
        finished.output
    );
    say(&page);
    if !options.dry_run {
        let file = workspace.root.join(CRATE).join("results").join(format!("{date}.md"));
        fs::write(&file, page).with_context(|| format!("cannot write `{}`", file.display()))?;
        say(&format!("written to {}", file.display()));
    }
    Ok(())
}

fn build(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    say(&format!("building {}", arguments.join(" ")));
    let mut command = workspace.cargo(&["build", "--locked"]);
    let finished = process::run(command.args(arguments), &workspace.log("bench"), LIMIT)?;
    ensure!(finished.status.success(), "it does not build: {}", finished.output);
    Ok(())
}

fn said(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("cannot run `{}`", command.get_program().display()))?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
