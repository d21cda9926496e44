//! `cargo xtask conformance`: what a local Lambda must get right, row by row, of ours and of another one.

mod pages;

use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::report::say;
use crate::steps::real_clients;
use crate::workspace::Workspace;
use crate::{process, tools};

const LIMIT: Duration = Duration::from_secs(30 * 60);

/// With what ours is compared.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Another local Lambda that is running with the functions of `real-clients/conformance`, such as `http://127.0.0.1:9000`;
    /// `cargo lambda watch` is started unless one is named.
    #[arg(long)]
    url: Option<String>,
    /// Prints the table and writes no page.
    #[arg(long)]
    dry_run: bool,
}

/// Prints the table, and puts it into the pages if it is that of `cargo lambda watch`; says whether every row holds of ours.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<bool> {
    let log = workspace.log("conformance");
    let python = tools::python(workspace, &log)?;
    let mut command = workspace.command(python.join("bin/python"));
    command.arg(workspace.root.join("real-clients/conformance.py"));
    real_clients::variables(&mut command, workspace);
    command
        .env("CARGO_LAMBDA", python.join("bin/cargo-lambda"))
        .env("OUTPUT_FOLDER", workspace.output.join("conformance"));
    if let Some(url) = &options.url {
        command.env("OTHER_URL", url);
    }
    let finished = process::run(&mut command, &log, LIMIT)?;
    say(finished.output.trim_end());
    let holds = finished.status.success();
    if holds && options.url.is_none() && !options.dry_run {
        let date = Command::new("date").arg("+%Y-%m-%d").output()?.stdout;
        pages::write(workspace, String::from_utf8(date)?.trim(), &finished.output)?;
    }
    Ok(holds)
}
