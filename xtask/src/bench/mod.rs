//! `cargo xtask bench`: builds what ships, each program by itself, and records what it costs against its peers.

mod bridge;
mod operations;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};

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

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Whole functions against their peers
    Functions,
    /// Single operations
    Operations,
    /// The function between Alexa and Home Assistant against the usual script
    Bridge,
}

/// How much to measure.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Measures this part and no other, and writes no file.
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Prints the results and writes no file.
    #[arg(long)]
    dry_run: bool,
    /// What else the measuring program takes, after `--`.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Builds, measures, and writes `crates/zerobill-bench/results/<date>.md`.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let takes = |part| options.only.is_none_or(|only| only == part);
    let mut results = String::new();
    if takes(Part::Functions) || takes(Part::Bridge) {
        let (package, bin) = ("zerobill-bench", "zerobill-bench");
        build(workspace, &["--profile", "quick", "--package", package, "--bin", bin])?;
    }
    if takes(Part::Functions) {
        results.push_str(&functions(workspace, &options.rest)?);
    }
    if takes(Part::Operations) {
        say("measuring single operations");
        results.push_str(&operations::run(workspace)?);
    }
    if takes(Part::Bridge) {
        let bootstrap = shipped(workspace, "zerobill-function", "--bin", "bootstrap")?;
        let python = tools::python(workspace, &workspace.log("bench"))?.join("bin/python");
        settle()?;
        say("measuring the bridge to Home Assistant");
        results.push_str(&bridge::run(workspace, &bootstrap, &python, &options.rest)?);
    }
    let date = said(Command::new("date").arg("+%Y-%m-%d"))?;
    let commit = said(workspace.command("git").args(["rev-parse", "--short=12", "HEAD"]))?;
    let page = format!("# {date}\n\n`cargo xtask bench` at {commit}. {results}");
    say(&page);
    if !options.dry_run && options.only.is_none() {
        let file = workspace.root.join(CRATE).join("results").join(format!("{date}.md"));
        fs::write(&file, page).with_context(|| format!("cannot write `{}`", file.display()))?;
        say(&format!("written to {}", file.display()));
    }
    Ok(())
}

/// Measures whole functions; the results as Markdown.
fn functions(workspace: &Workspace, rest: &[String]) -> Result<String> {
    let log = workspace.log("bench");
    let mut bench = workspace.command(workspace.target.join("quick/zerobill-bench"));
    bench.arg("--folder").arg(workspace.root.join(CRATE).join("functions"));
    for (package, kind, name) in FUNCTIONS {
        let program = shipped(workspace, package, kind, name)?;
        bench.arg("--subject").arg(format!("{name}={}", program.display()));
    }
    let python = tools::python(workspace, &log)?.join("bin/python");
    bench
        .arg("--subject")
        .arg(format!("python={} -m awslambdaric hello.handler", python.display()));
    settle()?;
    say("measuring");
    let finished = process::run(bench.args(rest), &log, LIMIT)?;
    ensure!(finished.status.success(), "the measurement failed: {}", finished.output);
    Ok(finished.output)
}

/// Builds one program by itself, as it ships.
fn shipped(workspace: &Workspace, package: &str, kind: &str, name: &str) -> Result<PathBuf> {
    build(workspace, &["--release", "--package", package, kind, name])?;
    let folder = if kind == "--example" {
        "release/examples"
    } else {
        "release"
    };
    Ok(workspace.target.join(folder).join(name))
}

/// A page of a program that is not yet on disk counts as memory that the process has written.
fn settle() -> Result<()> {
    said(&mut Command::new("sync")).map(|_| ())
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
