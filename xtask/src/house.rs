//! `cargo xtask home-assistant`: the Home Assistant of the checks, for trying things by hand.

use std::os::unix::process::CommandExt;

use anyhow::{Context, Result};
use clap::Args;

use crate::steps::real_clients::variables;
use crate::tools;
use crate::workspace::Workspace;

/// Where its scripts are.
const FOLDER: &str = "real-clients/home-assistant";

/// The variable that tells the scripts which interpreter has Home Assistant.
pub(crate) const PYTHON: &str = "HOME_ASSISTANT_PYTHON";

/// How to run it.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The port on the loopback interface.
    #[arg(long, default_value_t = 8123)]
    port: u16,
    /// Serves HTTPS with a certificate of an authority that is made for it.
    #[arg(long)]
    tls: bool,
    /// How many doors to add to the devices of the demo, for a long discovery.
    #[arg(long, default_value_t = 0)]
    sensors: u32,
}

/// Installs it once, and runs it until Ctrl-C in place of this process.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let python = tools::home_assistant::python(workspace, &workspace.log("home-assistant"))?;
    let mut command = workspace.command(&python);
    command.arg(workspace.root.join(FOLDER).join("house.py"));
    command.args([
        "--port",
        &options.port.to_string(),
        "--sensors",
        &options.sensors.to_string(),
    ]);
    if options.tls {
        command.arg("--tls");
    }
    variables(&mut command, workspace);
    command.env(PYTHON, &python);
    command.env("OUTPUT_FOLDER", workspace.target.join("home-assistant"));
    Err(command.exec()).context("cannot run Home Assistant")
}
