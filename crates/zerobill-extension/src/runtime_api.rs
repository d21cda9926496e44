//! The Extensions API from the extension's side.

use serde::Deserialize;
use serde_json::json;
use ureq::Agent;

use crate::transport::{self, Failed};

/// Calls Lambda.
pub(crate) struct RuntimeApi {
    agent: Agent,
    address: String,
    id: String,
}

/// What Lambda tells.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "eventType", rename_all = "UPPERCASE", rename_all_fields = "camelCase")]
pub(crate) enum Event {
    /// An invocation begins.
    Invoke { request_id: String, deadline_ms: u64 },
    /// The environment ends.
    Shutdown { shutdown_reason: String, deadline_ms: u64 },
}

impl RuntimeApi {
    /// Registers for invocations and the end. The name must be that of the program's file.
    pub(crate) fn register(address: &str, name: &str) -> Result<Self, Failed> {
        let agent = transport::local();
        let answer = agent
            .post(format!("http://{address}/2020-01-01/extension/register"))
            .header("Lambda-Extension-Name", name)
            .content_type("application/json")
            .send(json!({ "events": ["INVOKE", "SHUTDOWN"] }).to_string());
        let mut answer = answer.map_err(|error| Failed(format!("Lambda does not answer at `{address}`: {error}")))?;
        let id = answer.headers().get("lambda-extension-identifier");
        let id = id.and_then(|id| id.to_str().ok()).map(str::to_owned);
        let body = answer.body_mut().read_to_string().unwrap_or_default();
        match id {
            Some(id) if answer.status().is_success() => Ok(Self {
                agent,
                address: address.to_owned(),
                id,
            }),
            _ => Err(Failed(format!(
                "Lambda does not register `{name}`: {} {body}",
                answer.status()
            ))),
        }
    }

    /// Asks for the telemetry that says what invocations are billed, to be sent to this port.
    pub(crate) fn subscribe(&self, port: u16) -> Result<(), Failed> {
        let request = json!({
            "schemaVersion": "2022-12-13",
            "types": ["platform"],
            "buffering": { "maxItems": 1_000, "maxBytes": 262_144, "timeoutMs": 100 },
            "destination": { "protocol": "HTTP", "URI": format!("http://sandbox.localdomain:{port}") },
        });
        let answer = self
            .agent
            .put(format!("http://{}/2022-07-01/telemetry", self.address))
            .header("Lambda-Extension-Identifier", &self.id)
            .content_type("application/json")
            .send(request.to_string());
        let mut answer = answer.map_err(|error| Failed(format!("telemetry cannot be asked for: {error}")))?;
        // 202 says that a local Lambda has no telemetry.
        if answer.status() == 200 {
            return Ok(());
        }
        let body = answer.body_mut().read_to_string().unwrap_or_default();
        Err(Failed(format!("there is no telemetry: {} {body}", answer.status())))
    }

    /// Waits for the next event, however long that takes.
    pub(crate) fn next(&self) -> Result<Event, Failed> {
        let answer = self
            .agent
            .get(format!("http://{}/2020-01-01/extension/event/next", self.address))
            .header("Lambda-Extension-Identifier", &self.id)
            .call();
        let mut answer = answer.map_err(|error| Failed(format!("Lambda does not answer: {error}")))?;
        let body = answer.body_mut().read_to_string();
        let body = body.map_err(|error| Failed(format!("Lambda broke off: {error}")))?;
        serde_json::from_str(&body).map_err(|error| Failed(format!("`{body}` is no event: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_events_are_read_as_lambda_sends_them() {
        let invoke = r#"{"eventType":"INVOKE","deadlineMs":676051,"requestId":"3da1f2dc","invokedFunctionArn":"arn",
            "tracing":{"type":"X-Amzn-Trace-Id","value":"Root=1-5f35ae12"}}"#;
        assert_eq!(
            serde_json::from_str::<Event>(invoke).unwrap(),
            Event::Invoke {
                request_id: "3da1f2dc".to_owned(),
                deadline_ms: 676_051
            }
        );
        let shutdown = r#"{"eventType":"SHUTDOWN","shutdownReason":"spindown","deadlineMs":676051}"#;
        assert_eq!(
            serde_json::from_str::<Event>(shutdown).unwrap(),
            Event::Shutdown {
                shutdown_reason: "spindown".to_owned(),
                deadline_ms: 676_051
            }
        );
    }
}
