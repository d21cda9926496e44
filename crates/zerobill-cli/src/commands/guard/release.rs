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
    for change in changes(&trip.saved) {
        printer::note(&format!("restored: {change}"));
    }
    if arguments.dry_run {
        if is_json {
            printer::data(&json!({ "function": function, "would_restore": trip.saved }).to_string());
        }
        return Ok(ExitCode::SUCCESS);
    }
    place.brake.release(function).await.map_err(failed)?;
    if is_json {
        printer::data(&json!({ "function": function, "released": true, "restored": trip.saved }).to_string());
    } else {
        printer::data(&format!("`{function}` runs again"));
    }
    Ok(ExitCode::SUCCESS)
}
