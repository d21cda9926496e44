//! `zerobill analyze`: what requests use, what to build before the first of them, and what memory they need.

mod advice;
mod evidence;
mod json;
mod table;

use std::{path::Path, process::ExitCode};

use zerobill::analytics::Plan;

use self::{advice::Advice, evidence::Evidence};
use crate::{
    cli::{self, Format},
    failure::Failure,
    printer,
};

pub(crate) fn run(arguments: &cli::Analyze) -> Result<ExitCode, Failure> {
    let evidence = Evidence::read(&arguments.files)?;
    let has_exports = evidence.merged.environments() > 0;
    if !has_exports && (evidence.by_memory.is_empty() || arguments.output.is_some()) {
        return Err(nothing(&evidence));
    }
    let advice = Advice::of(&evidence, arguments.memory);
    match arguments.format {
        Format::Table => table::print(&evidence, &advice),
        Format::Json => printer::data(&format!("{:#}", json::of(&evidence, &advice))),
    }
    if let Some(file) = &arguments.output {
        write(file, &evidence, &advice)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn nothing(evidence: &Evidence) -> Failure {
    let mut problem = format!(
        "there are no usage analytics in the {} events of these files",
        evidence.events
    );
    if let Some(first) = evidence.problems.first() {
        problem = format!("{problem}; {first}");
    }
    Failure::user(problem).hint("a function logs them where `ZEROBILL_ANALYTICS_REQUESTS` is set, to 100 for example")
}

fn write(file: &Path, evidence: &Evidence, advice: &Advice) -> Result<(), Failure> {
    let names = advice.preload.iter().map(|preload| preload.name.clone()).collect();
    let environments = evidence.merged.environments() as u64;
    let plan = Plan::new(evidence.tally.requests, environments, names);
    let text =
        serde_json::to_string_pretty(&plan).map_err(|error| Failure::new(crate::failure::Kind::Internal, error))?;
    std::fs::write(file, text + "\n")
        .map_err(|error| Failure::user(format!("cannot write `{}`: {error}", file.display())))?;
    printer::note(&format!(
        "written to `{}`; beside the function it is read where `ZEROBILL_PRELOAD=auto` is set",
        file.display()
    ));
    Ok(())
}
