//! Where trips are kept, and what is talked to.

use std::{path::Path, sync::Arc};

use zerobill::{
    Clock,
    brake::{FileTrips, Trips},
    environment::{AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, Environment, GUARD_TABLE, METER_FOLDER, REGION, Variable},
};
use zerobill_aws::{
    Aws,
    control::{AwsBrake, DynamoDbTrips},
};

use crate::{cli::GuardPlace, commands::budgets::project_trips, failure::Failure, profile};

/// The brake, its trips, and how they are called.
pub(super) struct Place {
    pub(super) brake: AwsBrake,
    pub(super) trips: Arc<dyn Trips>,
    pub(super) kept_in: String,
    /// Whether it has triggers, which a local engine has not.
    pub(super) has_triggers: bool,
}

/// What the meter calls its file in `ZEROBILL_METER_FOLDER`.
const TRIPS: &str = "trips.json";

/// What stands for the keys of AWS where there is no AWS.
const LOCAL: &str = "local";

pub(super) async fn of(arguments: &GuardPlace) -> Result<Place, Failure> {
    let environment = match arguments.endpoint_url.as_deref() {
        Some(url) => with_engine(url),
        None => profile::environment().await?,
    };
    let table = arguments.table.clone().or_else(|| {
        let named = environment.read(&GUARD_TABLE).map(|(_, name)| name.to_owned());
        named.filter(|_| arguments.store.is_none())
    });
    let aws = Aws::new(&environment, Clock::system());
    let folder = environment
        .read(&METER_FOLDER)
        .map(|(_, folder)| Path::new(folder).join(TRIPS));
    let project = arguments.endpoint_url.as_ref().map(|_| project_trips());
    let file = arguments
        .store
        .clone()
        .or(folder.or(project).filter(|_| table.is_none()));
    let (trips, kept_in): (Arc<dyn Trips>, _) = match (table, file) {
        (Some(table), _) => {
            let kept_in = format!("the table `{table}`");
            (Arc::new(DynamoDbTrips::new(aws.clone(), table)), kept_in)
        }
        (None, Some(file)) => {
            let kept_in = format!("`{}`", file.display());
            (Arc::new(FileTrips::new(file)), kept_in)
        }
        (None, None) => {
            return Err(Failure::usage("it is not said where the guard keeps what it has stopped").hint(
                "`--table NAME` is the guard's table, and `--store FILE` a file for functions that run on this machine",
            ));
        }
    };
    let brake = AwsBrake::new(aws, Arc::clone(&trips));
    let has_triggers = arguments.endpoint_url.is_none();
    Ok(Place {
        brake: if has_triggers {
            brake
        } else {
            brake.of_concurrency_alone()
        },
        trips,
        kept_in,
        has_triggers,
    })
}

/// The process's variables, with an engine in the place of Lambda. An engine checks no signature, so that any key will do.
fn with_engine(url: &str) -> Environment {
    let process = Environment::process();
    let own = process
        .names()
        .filter_map(|name| Some((name.to_owned(), process.get(name)?.to_owned())));
    let is_missing = |variable: &&Variable| process.read(variable).is_none();
    let local = [&REGION, &AWS_ACCESS_KEY_ID, &AWS_SECRET_ACCESS_KEY]
        .into_iter()
        .filter(is_missing);
    let local = local.map(|variable| (variable.names[0].to_owned(), LOCAL.to_owned()));
    let url = (
        "AWS_ENDPOINT_URL_LAMBDA".to_owned(),
        url.trim_end_matches('/').to_owned(),
    );
    Environment::from_pairs(own.chain(local).chain([url]))
}
