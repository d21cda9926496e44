//! A directive of the Alexa Smart Home API: what must be read of it, and the documents that answer it.

use serde_json::{Value, json, value::RawValue};
use zerobill::{Event, Gateway};

use crate::{
    correction, discovery,
    failure::{Failure, Kind},
    members::{at, is_object, text},
};

/// What must be read of a directive; the rest passes as it came.
#[derive(Debug, Default)]
pub(crate) struct Directive<'a> {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) payload: Option<&'a RawValue>,
    correlation_token: Option<String>,
    endpoint_id: Option<String>,
    token: Option<String>,
    /// Why it cannot be passed on.
    fault: Option<&'static str>,
}

impl<'a> Directive<'a> {
    /// Reads `event`, whatever it is: one that is no directive has a fault.
    pub(crate) fn read(event: &'a Event) -> Self {
        let Some(directive) = at(event.payload(), &["directive"]) else {
            let fault = Some("the event is no directive: it has no `directive.header`");
            return Self {
                fault,
                ..Self::default()
            };
        };
        let payload = at(directive, &["payload"]).filter(|payload| is_object(payload));
        let (namespace, name) = (
            text(directive, &["header", "namespace"]),
            text(directive, &["header", "name"]),
        );
        let version = text(directive, &["header", "payloadVersion"]);
        let fault = if namespace.is_none() || name.is_none() {
            Some("`directive.header` has no `namespace` or no `name`")
        } else if version.as_deref() != Some("3") {
            Some("`directive.header.payloadVersion` is not \"3\"; set the skill's payload version to v3")
        } else if payload.is_none() {
            Some("`directive.payload` is no object")
        } else {
            None
        };
        let token = [
            &["endpoint", "scope", "token"],
            &["payload", "grantee", "token"],
            &["payload", "scope", "token"],
        ];
        Self {
            namespace: namespace.unwrap_or_default(),
            name: name.unwrap_or_default(),
            payload,
            correlation_token: text(directive, &["header", "correlationToken"]),
            endpoint_id: text(directive, &["endpoint", "endpointId"]),
            token: token
                .iter()
                .find_map(|path| text(directive, *path).filter(|token| !token.is_empty())),
            fault,
        }
    }

    /// Why it cannot be passed on.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        self.fault
    }

    /// The token that it brings.
    pub(crate) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Its name for the log, such as `Alexa.PowerController.TurnOn`.
    pub(crate) fn label(&self) -> String {
        match (self.namespace.as_str(), self.name.as_str()) {
            ("", "") => "unknown".to_owned(),
            (namespace, name) => format!("{namespace}.{name}").chars().take(128).collect(),
        }
    }

    pub(crate) fn is(&self, namespace: &str, name: &str) -> bool {
        self.namespace == namespace && self.name == name
    }

    /// Home Assistant's answer, with what the directive itself has changed since.
    ///
    /// # Errors
    /// If `body` is no answer to a directive.
    pub(crate) fn accept(&self, gateway: &Gateway, body: String) -> Result<String, Failure> {
        let raw: &RawValue = serde_json::from_str(&body).map_err(|_| not_json(&body))?;
        if !at(raw, &["event"]).is_some_and(is_object) {
            return Err(
                Failure::internal("the answer is JSON, but not Home Assistant's: it has no `event`")
                    .hint("check that the URL is that of Home Assistant itself"),
            );
        }
        if self.is("Alexa.Discovery", "Discover") {
            discovery::report(gateway, raw);
        }
        Ok(correction::correct(self, raw).unwrap_or(body))
    }

    /// The answer where there is none of Home Assistant.
    pub(crate) fn failure(&self, gateway: &Gateway, failure: &Failure) -> Value {
        // A scene that was sent has been started, whatever it takes to end.
        if failure.kind == Kind::StillRunning && self.is("Alexa.SceneController", "Activate") {
            let payload = json!({ "cause": { "type": "VOICE_INTERACTION" }, "timestamp": timestamp(gateway) });
            return self.event(gateway, "Alexa.SceneController", "ActivationStarted", payload);
        }
        let (namespace, error_type) = if self.is("Alexa.Authorization", "AcceptGrant") {
            ("Alexa.Authorization", "ACCEPT_GRANT_FAILED")
        } else {
            ("Alexa", failure.kind.error_type())
        };
        let payload = json!({ "type": error_type, "message": failure.message });
        self.event(gateway, namespace, "ErrorResponse", payload)
    }

    fn event(&self, gateway: &Gateway, namespace: &str, name: &str, payload: Value) -> Value {
        let mut header = json!({
            "namespace": namespace,
            "name": name,
            "messageId": gateway.utility().generate_correlation_id(),
            "payloadVersion": "3",
        });
        if let Some(token) = &self.correlation_token {
            header["correlationToken"] = token.as_str().into();
        }
        let mut document = json!({ "event": { "header": header, "payload": payload } });
        if let Some(id) = &self.endpoint_id {
            document["event"]["endpoint"] = json!({ "endpointId": id });
        }
        if name == "ActivationStarted" {
            document["context"] = json!({});
        }
        document
    }
}

/// What `body`, which came with status 200, is instead of JSON.
pub(crate) fn not_json(body: &str) -> Failure {
    let start = body.trim_start();
    if start.is_empty() {
        return Failure::internal("Home Assistant's answer is empty");
    }
    if start.starts_with('<') {
        return Failure::internal("a web page came instead of an answer: a login page, or one of a proxy in front").hint(
            "let requests to `/api/alexa/smart_home` pass the login in front of Home Assistant; for Cloudflare Access set a \
             service token's id and secret",
        );
    }
    Failure::internal("the answer is not JSON")
}

/// The time as Alexa writes it.
fn timestamp(gateway: &Gateway) -> String {
    let seconds = i64::try_from(gateway.clock().epoch_ms() / 1_000).unwrap_or_default();
    jiff::Timestamp::from_second(seconds).map_or_else(|_| String::new(), |time| time.to_string())
}
