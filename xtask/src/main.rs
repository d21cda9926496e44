//! The project's own commands: `cargo xtask test` runs every check there is, `cargo xtask bench` measures.

mod bench;
mod environment;
mod process;
mod report;
mod steps;
mod tap;
mod tools;
mod workspace;

#[cfg(test)]
mod tidy;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs every check: format, lints, tests, docs, dependencies, real clients, secrets.
    Test(steps::Selection),
    /// Measures what ships against its peers and records the results; takes minutes, and a machine with nothing else to do.
    Bench(bench::Options),
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            report::say(&format!("error: {error:#}"));
            ExitCode::from(2)
        }
    }
}

/// Whether everything passed.
fn run(arguments: Arguments) -> Result<bool> {
    let workspace = workspace::Workspace::find()?;
    match arguments.command {
        Command::Test(selection) => steps::test(&workspace, &selection),
        Command::Bench(options) => bench::run(&workspace, &options).map(|()| true),
    }
}
