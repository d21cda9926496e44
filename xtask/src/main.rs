//! The project's own commands: `cargo xtask test` runs every check there is, `cargo xtask bench` measures,
//! `cargo xtask package` makes what is deployed.

mod bench;
mod between;
mod conformance;
mod environment;
mod house;
mod package;
mod process;
mod report;
mod soak;
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
    /// Says row by row what the local Lambda gets right, and another one.
    Conformance(conformance::Options),
    /// Has what must not grow take many requests: minutes, where the tests take a tenth of them.
    Soak(soak::Options),
    /// Builds the function as the zip files that AWS Lambda takes, and checks them.
    Package(package::Options),
    /// Builds the command as a Python wheel, which installs without Rust.
    Wheel(package::wheel::Options),
    /// Runs the real Home Assistant of the checks until Ctrl-C, and says where it is and where its tokens are.
    HomeAssistant(house::Options),
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
        Command::Conformance(options) => conformance::run(&workspace, &options),
        Command::Soak(options) => soak::run(&workspace, &options),
        Command::Package(options) => package::run(&workspace, &options).map(|()| true),
        Command::Wheel(options) => package::wheel::run(&workspace, &options).map(|()| true),
        Command::HomeAssistant(options) => house::run(&workspace, &options).map(|()| true),
    }
}
