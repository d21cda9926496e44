//! How fast the local Lambda is beside another one, with the same function.

use anyhow::{Result, ensure};

use super::{LIMIT, build, settle};
use crate::report::say;
use crate::steps::real_clients;
use crate::workspace::Workspace;
use crate::{process, tools};

/// Measures `zerobill dev` as it ships against `cargo lambda watch`; the results as Markdown.
pub(super) fn run(workspace: &Workspace) -> Result<String> {
    let log = workspace.log("bench");
    build(
        workspace,
        &["--profile", "quick", "--package", "zerobill-bench", "--bin", "engines"],
    )?;
    build(
        workspace,
        &["--release", "--package", "zerobill-cli", "--bin", "zerobill"],
    )?;
    build(workspace, &["--release", "--package", "conformance", "--bins"])?;
    let python = tools::python(workspace, &log)?;
    settle()?;
    say("measuring the local Lambda");
    let mut command = workspace.command(python.join("bin/python"));
    command.arg(workspace.root.join("real-clients/engine_speed.py"));
    real_clients::variables(&mut command, workspace);
    command
        .env("ZEROBILL", workspace.target.join("release/zerobill"))
        .env("ENGINES", workspace.target.join("quick/engines"))
        .env("TARGET_FOLDER", &workspace.target)
        .env("CARGO_LAMBDA", python.join("bin/cargo-lambda"))
        .env("OUTPUT_FOLDER", workspace.output.join("bench"));
    let finished = process::run(&mut command, &log, LIMIT)?;
    ensure!(finished.status.success(), "the measurement failed: {}", finished.output);
    Ok(format!("\n# The local Lambda\n\n{}", finished.output))
}
