//! Which functions are stopped, and whether they still are.

use std::process::ExitCode;

use serde_json::json;

use super::{changes, document, failed, moment, name, place, state};
use crate::{
    cli::{Format, GuardStatus},
    failure::Failure,
    printer,
};

pub(super) async fn run(arguments: GuardStatus) -> Result<ExitCode, Failure> {
    let place = place::of(&arguments.place).await?;
    let mut trips = place.trips.list().await.map_err(failed)?;
    if let Some(function) = &arguments.name {
        trips.retain(|trip| trip.function == name(function));
    }
    let mut documents = Vec::new();
    for trip in &trips {
        let (undone, problem) = match place.brake.preview(&trip.function).await {
            Ok((undone, problems)) => (changes(&undone), problems),
            Err(error) => (Vec::new(), vec![error.0]),
        };
        let mut document = document(trip);
        document["undone"] = json!(undone);
        documents.push(document);
        if arguments.place.format == Format::Json {
            continue;
        }
        printer::data(&format!(
            "{}  {} since {}: {}",
            trip.function,
            state(trip),
            moment(trip.since_ms),
            trip.reason
        ));
        for change in changes(&trip.saved) {
            printer::data(&format!("    before: {change}"));
        }
        for gap in &trip.gaps {
            printer::data(&format!("    not stopped: {gap}"));
        }
        for change in undone {
            printer::data(&format!(
                "    undone since: {change}; the guard stops it again, and so does `zerobill guard trip`"
            ));
        }
        for problem in problem {
            printer::note(&format!("warning: {problem}"));
        }
    }
    if arguments.place.format == Format::Json {
        printer::data(&json!({ "stopped": documents }).to_string());
    } else if trips.is_empty() {
        printer::data(&match &arguments.name {
            Some(function) => format!("`{}` is not stopped", name(function)),
            None => "no function is stopped".to_owned(),
        });
    }
    Ok(ExitCode::SUCCESS)
}
