//! Counts what a discovery found, and warns of what Alexa does not take.

use serde::{Deserialize, de::IgnoredAny};
use serde_json::{json, value::RawValue};
use zerobill::Gateway;

use crate::members::at;

/// Alexa takes so many endpoints in one answer.
pub(crate) const MAX_ENDPOINTS: usize = 300;

/// And so many capabilities of one endpoint.
pub(crate) const MAX_CAPABILITIES: usize = 100;

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) endpoints: usize,
    /// The most capabilities of one endpoint.
    pub(crate) most_capabilities: usize,
}

#[derive(Deserialize)]
struct Endpoint {
    #[serde(default)]
    capabilities: Vec<IgnoredAny>,
}

/// Counts `answer`'s endpoints; none if it is no answer to a discovery.
pub(crate) fn count(answer: &RawValue) -> Option<Found> {
    let endpoints = at(answer, &["event", "payload", "endpoints"])?;
    let endpoints: Vec<Endpoint> = serde_json::from_str(endpoints.get()).ok()?;
    let capabilities = endpoints.iter().map(|endpoint| endpoint.capabilities.len());
    Some(Found {
        endpoints: endpoints.len(),
        most_capabilities: capabilities.max().unwrap_or_default(),
    })
}

/// Logs the counts.
pub(crate) fn report(gateway: &Gateway, answer: &RawValue) {
    let Some(found) = count(answer) else { return };
    let fields = json!({
        "endpoints": found.endpoints,
        "bytes": answer.get().len(),
        "most_capabilities": found.most_capabilities,
    });
    match found.warning() {
        Some(warning) => gateway.logging().warning(&warning, fields),
        None => gateway.logging().info("discovered", fields),
    }
}

impl Found {
    /// What Alexa will not take of it.
    pub(crate) fn warning(&self) -> Option<String> {
        let Self {
            endpoints,
            most_capabilities,
        } = self;
        if *endpoints > MAX_ENDPOINTS {
            return Some(format!(
                "{endpoints} endpoints were discovered, and Alexa takes {MAX_ENDPOINTS}: leave some out with \
                 `alexa: smart_home: filter:` in Home Assistant's configuration"
            ));
        }
        (*most_capabilities > MAX_CAPABILITIES).then(|| {
            format!(
                "an endpoint has {most_capabilities} capabilities, and Alexa takes {MAX_CAPABILITIES}: leave it out with \
                 `alexa: smart_home: filter:` in Home Assistant's configuration"
            )
        })
    }
}
