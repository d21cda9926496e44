//! What the metering extension costs a function that has a small share of a CPU.

use anyhow::{Result, ensure};

use super::{LIMIT, build, settle};
use crate::report::say;
use crate::steps::real_clients;
use crate::workspace::Workspace;
use crate::{process, tools};

/// Measures a Python function without the extension and with it as it ships; the results as Markdown.
pub(super) fn run(workspace: &Workspace) -> Result<String> {
    let log = workspace.log("bench");
    build(workspace, &["--profile", "small", "--package", "zerobill-extension"])?;
    // It is not measured itself, and the tests build it so.
    build(workspace, &["--package", "zerobill-cli", "--bin", "zerobill"])?;
    let python = tools::python(workspace, &log)?.join("bin/python");
    settle()?;
    say("measuring the metering extension");
    let mut command = workspace.command(python);
    command.arg(workspace.root.join("real-clients/extension_cost.py"));
    real_clients::variables(&mut command, workspace);
    command
        .env("ZEROBILL", workspace.target.join("debug/zerobill"))
        .env("METER_EXTENSION", workspace.target.join("small/zerobill-extension"))
        .env("OUTPUT_FOLDER", workspace.output.join("bench"));
    let finished = process::run(&mut command, &log, LIMIT)?;
    ensure!(finished.status.success(), "the measurement failed: {}", finished.output);
    Ok(format!("\n# The metering extension\n\n{}", finished.output))
}
