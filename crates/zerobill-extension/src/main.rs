//! An external extension of AWS Lambda that meters a function in any language: it counts each invocation when it begins, charges it
//! up to its deadline until Lambda reports what is billed, adds up the month in a store that all execution environments share, and
//! says when a budget is nearly used, or stops the function if it was told to.
//!
//! It never fails the function: what is wrong with its settings or its store is a line in the log.

mod aws;
mod clock;
mod environment;
mod ledger;
mod lifecycle;
mod log;
mod meter;
mod policy;
mod runtime_api;
mod settings;
mod sign;
mod stop;
mod store;
mod telemetry;
mod transport;

use std::process::ExitCode;

use self::{environment::Environment, settings::Settings};

fn main() -> ExitCode {
    let environment = Environment::process();
    let Some(address) = environment.get("AWS_LAMBDA_RUNTIME_API") else {
        log::say(
            log::Level::Error,
            "this is an extension of AWS Lambda, which starts it from a layer's folder `extensions`; \
             `zerobill dev --extensions DIR` runs it locally",
        );
        return ExitCode::from(64);
    };
    let (settings, faults) = Settings::read(&environment);
    for fault in faults {
        log::say(log::Level::Error, &fault);
    }
    match lifecycle::run(&address, settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            log::say(log::Level::Error, &fault.to_string());
            ExitCode::FAILURE
        }
    }
}
