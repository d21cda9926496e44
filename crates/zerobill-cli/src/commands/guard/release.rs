//! Lets a function run again.

use std::process::ExitCode;

use serde_json::json;
use zerobill::brake::Brake as _;

use super::{changes, failed, name, place};
use crate::{
    cli::{Format, GuardRelease},
    failure::Failure,
    printer,
};

pub(super) async fn run(arguments: GuardRelease) -> Result<ExitCode, Failure> {
    let (place, function) = (place::of(&arguments.place).await?, name(&arguments.name));
    let is_json = arguments.place.format == Format::Json;
    let Some(trip) = place.brake.state(function).await.map_err(failed)? else {
        if is_json {
            printer::data(&json!({ "function": function, "released": false }).to_string());
        } else {
            printer::data(&format!(
                "`{function}` is not stopped, as far as {} knows",
                place.kept_in
            ));
        }
        return Ok(ExitCode::SUCCESS);
    };
    if arguments.dry_run {
        for change in changes(&trip.saved) {
            printer::note(&format!("would restore: {change}"));
        }
        if is_json {
            printer::data(&json!({ "function": function, "would_restore": trip.saved }).to_string());
        }
        return Ok(ExitCode::SUCCESS);
    }
    // What was there by then, if another one was quicker.
    let released = place.brake.release(function).await.map_err(failed)?.unwrap_or(trip);
    for change in changes(&released.saved) {
        printer::note(&format!("restored: {change}"));
    }
    if is_json {
        printer::data(&json!({ "function": function, "released": true, "restored": released.saved }).to_string());
    } else {
        printer::data(&format!("`{function}` runs again"));
    }
    Ok(ExitCode::SUCCESS)
}
