//! Measures functions as whole processes: cold start, warm invocation, memory, instructions, all against the first one.

mod budgets;
mod clock;
mod cold;
mod instructions;
mod machine;
mod report;
mod runtime_api;
mod statistics;
mod subject;
mod warm;

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;

use crate::subject::Subject;

/// Measures Lambda functions against the first one given, interleaved in one run; prints Markdown.
#[derive(Debug, Parser)]
#[command(name = "zerobill-bench")]
struct Arguments {
    /// A function: its name and its command, as `NAME=PROGRAM ARGUMENT…`. The first is the reference.
    #[arg(long = "subject", value_name = "NAME=COMMAND", required = true, value_parser = Subject::parse)]
    subjects: Vec<Subject>,
    /// The folder the functions start in.
    #[arg(long, default_value = ".")]
    folder: PathBuf,
    /// The event each invocation sends.
    #[arg(long, default_value = r#"{"requestType":"health_check"}"#)]
    event: String,
    /// Cold starts per function.
    #[arg(long, default_value_t = 40)]
    cold: usize,
    /// Rounds of warm invocations per function.
    #[arg(long, default_value_t = 20)]
    rounds: usize,
    /// Warm invocations per round.
    #[arg(long, default_value_t = 200)]
    warm: usize,
    /// Leaves the count of instructions out, which needs `valgrind` and is slow.
    #[arg(long)]
    no_instructions: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let event = arguments.event.as_bytes();
    let folder = &arguments.folder;
    let cold = cold::measure(&arguments.subjects, folder, event, arguments.cold)?;
    let warm = warm::measure(&arguments.subjects, folder, event, arguments.rounds, arguments.warm)?;
    let instructions = if arguments.no_instructions {
        vec![Err("left out by `--no-instructions`".to_owned()); arguments.subjects.len()]
    } else {
        instructions::measure(&arguments.subjects, folder, event)
    };
    let page = report::page(&arguments.subjects, &machine::describe(), &cold, &warm, &instructions);
    std::io::stdout()
        .write_all(page.as_bytes())
        .context("cannot print the results")
}
