//! Measures functions as whole processes: cold start, warm invocation, memory, instructions, all against the first one.

mod budgets;
mod clock;
mod cold;
mod expected;
mod instructions;
mod machine;
mod preload;
mod report;
mod runtime_api;
mod statistics;
mod subject;
mod throttled;
mod trust;
mod upstream;
mod warm;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Parser;

use crate::budgets::Asking;
use crate::subject::Subject;
use crate::trust::Trust;
use crate::upstream::Upstream;

/// Measures Lambda functions against the first one given, interleaved in one run; prints Markdown.
#[derive(Debug, Parser)]
#[command(name = "zerobill-bench", args_override_self = true)]
struct Arguments {
    /// A function: its name and its command, as `NAME=PROGRAM ARGUMENT…`. The first is the reference. `NAME@FILE=…` sends it
    /// the event of a file in its folder instead of the one that the others get.
    #[arg(long = "subject", value_name = "NAME=COMMAND", required = true, value_parser = Subject::parse)]
    subjects: Vec<Subject>,
    /// The folder the functions start in.
    #[arg(long, default_value = ".")]
    folder: PathBuf,
    /// The event that invocations send.
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
    /// A file with the answer that the functions get when they ask the server in `BASE_URL`.
    #[arg(long, value_name = "FILE")]
    upstream: Option<PathBuf>,
    /// Puts that server behind TLS, with a certificate authority of its own.
    #[arg(long, requires = "upstream")]
    tls: bool,
    /// Measures also with this share of a CPU, in percent.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u64).range(5..=100))]
    cpu_share: Option<u64>,
    /// Cold starts per function with that share, each with 20 later events.
    #[arg(long, default_value_t = 10)]
    throttled: usize,
    /// What the page begins with, instead of a description of the machine.
    #[arg(long)]
    head: Option<String>,
    /// Measures the first function, which is the example `connected`, with and without what this `zerobill` recommends; nothing else.
    #[arg(long, value_name = "ZEROBILL", requires = "cpu_share")]
    preload: Option<String>,
    /// Leaves the count of instructions out, which needs `valgrind` and is slow.
    #[arg(long)]
    no_instructions: bool,
}

fn main() -> Result<()> {
    let mut arguments = Arguments::parse();
    if let (Some(zerobill), Some(percent)) = (&arguments.preload, arguments.cpu_share) {
        return print(&preload::run(
            &arguments.subjects[0],
            zerobill,
            percent,
            arguments.cold,
        )?);
    }
    let event: Arc<[u8]> = arguments.event.as_bytes().into();
    let folder = &arguments.folder;
    let files = tempfile::tempdir().context("cannot make a folder for certificates")?;
    let trust = arguments.tls.then(|| Trust::new(files.path())).transpose()?;
    let upstream = arguments.upstream.as_deref();
    let upstream = upstream.map(|file| Upstream::start(file, trust)).transpose()?;
    let variables: Vec<_> = upstream.iter().flat_map(Upstream::variables).collect();
    for subject in &mut arguments.subjects {
        subject.variables.clone_from(&variables);
        subject.event = match &subject.event_file {
            None => Arc::clone(&event),
            Some(file) => {
                let file = folder.join(file);
                let bytes = fs::read(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
                bytes.into()
            }
        };
    }
    let subjects = &arguments.subjects;
    let cold = cold::measure(subjects, folder, arguments.cold)?;
    let warm = warm::measure(subjects, folder, arguments.rounds, arguments.warm)?;
    let direct_us = upstream.as_ref().map(|upstream| upstream.direct(&event)).transpose()?;
    let throttled = arguments.cpu_share.map(|percent| {
        (
            percent,
            throttled::measure(subjects, folder, percent, arguments.throttled),
        )
    });
    let instructions = if arguments.no_instructions {
        vec![Err("left out by `--no-instructions`".to_owned()); subjects.len()]
    } else {
        instructions::measure(subjects, folder)
    };
    let head = arguments.head.unwrap_or_else(machine::describe);
    let asking = Asking {
        direct_us,
        throttled: throttled
            .as_ref()
            .and_then(|(_, results)| results.as_deref().ok())
            .unwrap_or_default(),
    };
    let mut page = report::page(subjects, &head, &cold, &warm, &instructions, asking);
    if let Some((percent, results)) = &throttled {
        page.push_str(&throttled::section(subjects, *percent, results));
    }
    print(&page)
}

fn print(page: &str) -> Result<()> {
    std::io::stdout()
        .write_all(page.as_bytes())
        .context("cannot print the results")
}
