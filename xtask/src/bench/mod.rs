//! `cargo xtask bench`: builds what ships, each program by itself, and records what it costs against its peers.

mod bridge;
mod engine;
mod extension;
mod operations;
mod readme;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};

use crate::report::say;
use crate::workspace::Workspace;
use crate::{process, tools};

const LIMIT: Duration = Duration::from_secs(60 * 60);
const CRATE: &str = "crates/zerobill-bench";

/// What a function of 128 MB has of a CPU, in percent.
const SHARE: &str = "7";

/// A function that is measured.
struct Function {
    /// What the results call it, with the file of its event if it has one of its own.
    name: &'static str,
    package: &'static str,
    /// Its kind of target and its name.
    target: [&'static str; 2],
    features: &'static str,
}

/// Those of Rust. The first is what the others are compared with.
const FUNCTIONS: &[Function] = &[
    function("hello", "zerobill-bench", ["--bin", "hello"]),
    function("hello-json", "zerobill-bench", ["--bin", "hello-json"]),
    function(
        "hello-http@get-health.json",
        "zerobill-bench",
        ["--example", "hello-http"],
    ),
    function("logged", "zerobill-bench", ["--example", "logged"]),
    Function {
        features: "aws,guard,json-schema,jwt",
        ..function("bootstrap-full", "zerobill-function", ["--bin", "bootstrap"])
    },
    function("bootstrap", "zerobill-function", ["--bin", "bootstrap"]),
];

/// Those of Python, which the official client runs: their names, and their handlers in the folder of functions.
const HANDLERS: &[(&str, &str)] = &[
    ("python", "hello.handler"),
    ("python-powertools", "powertools_hello.handler"),
];

const fn function(name: &'static str, package: &'static str, target: [&'static str; 2]) -> Function {
    Function {
        name,
        package,
        target,
        features: "",
    }
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Whole functions against their peers
    Functions,
    /// Single operations
    Operations,
    /// The function between Alexa and Home Assistant against the usual script
    Bridge,
    /// What the metering extension costs a function
    Extension,
    /// The first request of a function that needs much, before and after `zerobill analyze`
    Preload,
    /// The local Lambda against another one
    Engine,
}

/// What the measuring program takes for a try.
const QUICK: &str = "--cold 2 --rounds 1 --warm 20 --throttled 1 --no-instructions";

/// How much to measure.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Measures this part and no other, and writes no file.
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Prints the results and writes no file.
    #[arg(long)]
    dry_run: bool,
    /// Measures little of everything and writes no file, to see whether it runs
    #[arg(long)]
    quick: bool,
    /// What else the measuring program takes, after `--`, such as `--cold 100`.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Builds, measures, and writes `crates/zerobill-bench/results/<date>.md`.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let quick = QUICK.split_whitespace().filter(|_| options.quick).map(str::to_owned);
    let rest: Vec<_> = quick.chain(options.rest.iter().cloned()).collect();
    let takes = |part| options.only.is_none_or(|only| only == part);
    let mut results = String::new();
    if takes(Part::Functions) || takes(Part::Bridge) || takes(Part::Preload) {
        let (package, bin) = ("zerobill-bench", "zerobill-bench");
        build(workspace, &["--profile", "quick", "--package", package, "--bin", bin])?;
    }
    if takes(Part::Functions) {
        results.push_str(&functions(workspace, &rest)?);
    }
    if takes(Part::Operations) {
        say("measuring single operations");
        results.push_str(&operations::run(workspace, options.quick)?);
    }
    if takes(Part::Bridge) {
        let bootstrap = shipped(
            workspace,
            &function("bootstrap", "zerobill-function", ["--bin", "bootstrap"]),
        )?;
        let python = tools::python(workspace, &workspace.log("bench"))?.join("bin/python");
        settle()?;
        say("measuring the bridge to Home Assistant");
        results.push_str(&bridge::run(workspace, &bootstrap, &python, &rest)?);
    }
    if takes(Part::Extension) {
        results.push_str(&extension::run(workspace)?);
    }
    if takes(Part::Preload) {
        results.push_str(&preload(workspace, &rest)?);
    }
    if takes(Part::Engine) {
        results.push_str(&engine::run(workspace)?);
    }
    let date = said(Command::new("date").arg("+%Y-%m-%d"))?;
    let commit = said(workspace.command("git").args(["rev-parse", "--short=12", "HEAD"]))?;
    let (met, missed) = readme::budgets(&results);
    let page = format!("# {date}\n\n`cargo xtask bench` at {commit}: {met} budgets met, {missed} missed. {results}");
    say(&page);
    if !options.dry_run && !options.quick && options.only.is_none() {
        let name = format!("{date}.md");
        let readme = workspace.root.join("README.md");
        let text = fs::read_to_string(&readme).with_context(|| format!("cannot read `{}`", readme.display()))?;
        write(&readme, &readme::with_table(&text, &name, &page)?)?;
        write(&workspace.root.join(CRATE).join("results").join(name), &page)?;
    }
    Ok(())
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
    say(&format!("written to {}", file.display()));
    Ok(())
}

/// Measures whole functions; the results as Markdown.
fn functions(workspace: &Workspace, rest: &[String]) -> Result<String> {
    let log = workspace.log("bench");
    let mut bench = workspace.command(workspace.target.join("quick/zerobill-bench"));
    bench.arg("--folder").arg(workspace.root.join(CRATE).join("functions"));
    for function in FUNCTIONS {
        let program = shipped(workspace, function)?;
        bench
            .arg("--subject")
            .arg(format!("{}={}", function.name, program.display()));
    }
    let python = tools::python(workspace, &log)?.join("bin/python");
    for (name, handler) in HANDLERS {
        let command = format!("{name}={} -m awslambdaric {handler}", python.display());
        bench.arg("--subject").arg(command);
    }
    bench.args(["--cpu-share", SHARE]);
    settle()?;
    say("measuring");
    let finished = process::run(bench.args(rest), &log, LIMIT)?;
    ensure!(finished.status.success(), "the measurement failed: {}", finished.output);
    Ok(finished.output)
}

/// Measures the first request of a function with and without what `zerobill analyze` recommends.
fn preload(workspace: &Workspace, rest: &[String]) -> Result<String> {
    let features = ["--features", "aws,jwt"];
    let example = ["--release", "--package", "zerobill-function", "--example", "connected"];
    build(workspace, &[&example[..], &features].concat())?;
    build(
        workspace,
        &["--profile", "quick", "--package", "zerobill-cli", "--bin", "zerobill"],
    )?;
    let function = workspace.target.join("release/examples/connected");
    let mut bench = workspace.command(workspace.target.join("quick/zerobill-bench"));
    bench.arg("--subject").arg(format!("connected={}", function.display()));
    bench.arg("--preload").arg(workspace.target.join("quick/zerobill"));
    bench.args(["--cpu-share", "7", "--cold", "20"]).args(rest);
    settle()?;
    say("measuring what preloading does");
    let finished = process::run(&mut bench, &workspace.log("bench"), LIMIT)?;
    ensure!(finished.status.success(), "the measurement failed: {}", finished.output);
    Ok(finished.output)
}

/// Builds one program by itself, as it ships, and puts it where the next one of its name does not overwrite it.
fn shipped(workspace: &Workspace, function: &Function) -> Result<PathBuf> {
    let [kind, name] = function.target;
    let mut arguments = vec!["--release", "--package", function.package, kind, name];
    if !function.features.is_empty() {
        arguments.extend(["--features", function.features]);
    }
    build(workspace, &arguments)?;
    let folder = workspace.target.join("release");
    let built = if kind == "--example" {
        folder.join("examples")
    } else {
        folder
    }
    .join(name);
    let kept = workspace.target.join("bench");
    fs::create_dir_all(&kept)?;
    let program = kept.join(function.name.split('@').next().unwrap_or(function.name));
    fs::copy(&built, &program).with_context(|| format!("cannot copy `{}`", built.display()))?;
    Ok(program)
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
