//! Classifying, looking into and decoding events.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails like a test")]

mod bad_input;
mod fixtures;
mod kinds;
mod lookups;
mod properties;

use serde_json::value::RawValue;
use zerobill::event::{Event, EventKind};

/// The event as a runtime client hands it over.
fn event(json: &str) -> Event {
    let payload: Box<RawValue> =
        serde_json::from_slice(json.as_bytes()).unwrap_or_else(|error| panic!("not JSON: {error}: {json}"));
    Event::new(payload)
}

fn kind(json: &str) -> EventKind {
    event(json).kind()
}

/// The text of the built-in sample `name` of the command.
fn sample(name: &str) -> String {
    let file = format!("{}/../zerobill-cli/samples/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(file).unwrap()
}
