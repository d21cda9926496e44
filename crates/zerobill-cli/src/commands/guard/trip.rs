//! Stops a function.

use std::process::ExitCode;

use serde_json::json;
use zerobill::brake::Brake as _;

use super::{changes, document, failed, name, place};
use crate::{
    cli::{Format, GuardTrip},
    failure::{Failure, Kind},
    printer,
};

pub(super) async fn run(arguments: GuardTrip) -> Result<ExitCode, Failure> {
    let (place, function) = (place::of(&arguments.place).await?, name(&arguments.name));
    let is_json = arguments.place.format == Format::Json;
    let triggers = if place.has_triggers {
        ", and its event-source mappings, schedules and rules are disabled"
    } else {
        ""
    };
    printer::note(&format!(
        "`{function}` gets the reserved concurrency 0, so that each invocation is refused with 429{triggers}; what there is \
         before is kept in {}",
        place.kept_in
    ));
    if arguments.dry_run {
        let (saved, gaps) = place.brake.preview(function).await.map_err(failed)?;
        for gap in &gaps {
            printer::note(&format!("warning: {gap}"));
        }
        if is_json {
            printer::data(&json!({ "function": function, "would_change": saved, "gaps": gaps }).to_string());
        } else {
            let lines = changes(&saved);
            let nothing = [format!("`{function}` is stopped already")];
            for change in if lines.is_empty() { &nothing[..] } else { &lines[..] } {
                printer::data(change);
            }
        }
        return Ok(ExitCode::SUCCESS);
    }
    let trip = place.brake.trip(function, &arguments.reason).await.map_err(failed)?;
    if is_json {
        printer::data(&document(&trip).to_string());
    } else {
        printer::data(&format!("`{function}` is {}", super::state(&trip)));
    }
    for gap in &trip.gaps {
        printer::note(&format!("warning: {gap}"));
    }
    let code = if trip.gaps.is_empty() {
        0
    } else {
        Kind::User.exit_code()
    };
    Ok(ExitCode::from(code))
}
