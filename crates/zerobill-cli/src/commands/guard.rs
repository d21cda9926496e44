//! `zerobill guard`: which functions are stopped, stop one, release one.

mod install;
mod place;
mod release;
mod status;
mod trip;

use std::process::ExitCode;

use serde_json::{Value, json};
use zerobill::brake::{BrakeError, Concurrency, Saved, Trip};

use crate::{
    cli::{Guard, GuardAction},
    failure::Failure,
};

pub(crate) async fn run(arguments: Guard) -> Result<ExitCode, Failure> {
    match arguments.action {
        GuardAction::Status(arguments) => status::run(arguments).await,
        GuardAction::Trip(arguments) => trip::run(arguments).await,
        GuardAction::Release(arguments) => release::run(arguments).await,
        GuardAction::Install(arguments) => install::run(arguments).await,
    }
}

/// The name in a name or an ARN, qualified or not.
fn name(function: &str) -> &str {
    let name = function.rsplit_once(":function:").map_or(function, |(_, name)| name);
    name.split(':').next().unwrap_or(name)
}

fn failed(error: BrakeError) -> Failure {
    let failure = Failure::user(&error);
    let missing = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"];
    if missing.iter().any(|name| error.0.contains(name)) {
        return failure.hint(
            "set `AWS_REGION`, and the keys by a profile of `~/.aws/credentials` or as `eval \"$(aws configure \
             export-credentials --format env)\"` does",
        );
    }
    failure
}

/// What is, was or would be changed, in words; one line each.
fn changes(saved: &Saved) -> Vec<String> {
    let concurrency = match saved.concurrency {
        Concurrency::Untouched => None,
        Concurrency::Unreserved => Some("no reserved concurrency".to_owned()),
        Concurrency::Reserved(number) => Some(format!("reserved concurrency {number}")),
    };
    let triggers = [
        ("event-source mapping", &saved.mappings),
        ("schedule", &saved.schedules),
        ("rule", &saved.rules),
    ];
    let named = triggers
        .into_iter()
        .flat_map(|(kind, ids)| ids.iter().map(move |id| format!("{kind} {id}")));
    concurrency.into_iter().chain(named).collect()
}

fn document(trip: &Trip) -> Value {
    json!({
        "function": trip.function,
        "state": state(trip),
        "reason": trip.reason,
        "since": moment(trip.since_ms),
        "saved": trip.saved,
        "gaps": trip.gaps,
    })
}

fn state(trip: &Trip) -> &'static str {
    match trip {
        trip if trip.releasing => "releasing",
        trip if trip.gaps.is_empty() => "stopped",
        _ => "stopped in part",
    }
}

/// A time as `2026-11-14T02:46:00Z`.
fn moment(epoch_ms: u64) -> String {
    let seconds = i64::try_from(epoch_ms / 1_000).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).map_or_else(|_| format!("{epoch_ms} ms since 1970"), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_by_its_name_or_its_arn() {
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:shop";
        let alias = format!("{arn}:live");
        assert_eq!([name("shop"), name("shop:live"), name(arn), name(&alias)], ["shop"; 4]);
    }

    #[test]
    fn times_are_those_of_utc() {
        assert_eq!(moment(1_794_624_360_999), "2026-11-14T02:46:00Z");
    }
}
