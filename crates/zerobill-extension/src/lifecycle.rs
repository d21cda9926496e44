//! The life of the extension: it registers, hears of invocations, and tells the store the rest at the end.

use std::time::Duration;

use crate::{
    clock,
    log::{Level, say},
    meter::Meter,
    runtime_api::{Event, RuntimeApi},
    settings::Settings,
    telemetry,
    transport::Failed,
};

/// How long the report of the last invocation is waited for at the end: it may come only then.
const LAST_REPORT: Duration = Duration::from_millis(300);

/// What Lambda calls an end after an invocation that took too long: its report does not come, and its charge is right as it is.
const TIMEOUT: &str = "timeout";

/// Runs until the environment ends.
pub(crate) fn run(address: &str, settings: Settings) -> Result<(), Failed> {
    let api = RuntimeApi::register(address, &name())?;
    let mut meter = Meter::new(settings, clock::epoch_ms());
    let shared = meter.shared();
    let listening = telemetry::listen(shared.clone())
        .map_err(|error| Failed(format!("it cannot listen: {error}")))
        .and_then(|port| api.subscribe(port));
    if let Err(failed) = listening {
        say(
            Level::Warn,
            &format!("invocations stay charged up to their deadlines, since telemetry cannot be had: {failed}"),
        );
    }
    loop {
        match api.next()? {
            Event::Invoke {
                request_id,
                deadline_ms,
            } => meter.invoke(&request_id, deadline_ms, clock::epoch_ms()),
            Event::Shutdown {
                shutdown_reason,
                deadline_ms,
            } => {
                if shutdown_reason != TIMEOUT {
                    shared.settle(LAST_REPORT);
                }
                meter.flush(deadline_ms, clock::epoch_ms());
                return Ok(());
            }
        }
    }
}

/// The name of the program's file, which Lambda knows the extension by.
fn name() -> String {
    let program = std::env::args_os().next().unwrap_or_default();
    let name = std::path::Path::new(&program).file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
