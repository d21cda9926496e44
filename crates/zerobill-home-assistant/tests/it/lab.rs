//! The handler on a gateway of its own, and events for it.

use std::time::SystemTime;

use lambda_runtime::Context;
use serde_json::{Value, json, value::RawValue};
use zerobill::{Clock, Event, Gateway, Handler as _, environment::Environment, output::Output};
use zerobill_home_assistant::HomeAssistant;

/// What every token in here begins with.
pub(crate) const TOKEN: &str = "zbsecret-alexa";

pub(crate) struct Lab {
    handler: HomeAssistant,
    gateway: Gateway,
    output: Output,
}

impl Lab {
    /// With these variables.
    pub(crate) fn new(variables: &[(&str, &str)]) -> Self {
        let (handler, output) = (HomeAssistant::new(), Output::captured());
        let gateway = Gateway::builder()
            .declare(handler.settings())
            .environment(Environment::from_pairs(variables.iter().copied()))
            .output(output.clone())
            .build()
            .unwrap();
        Self {
            handler,
            gateway,
            output,
        }
    }

    /// With Home Assistant at `url`.
    pub(crate) fn at(url: &str) -> Self {
        Self::new(&[("BASE_URL", url)])
    }

    /// The same with further variables.
    pub(crate) fn with(url: &str, variables: &[(&str, &str)]) -> Self {
        let all: Vec<_> = [("BASE_URL", url)]
            .into_iter()
            .chain(variables.iter().copied())
            .collect();
        Self::new(&all)
    }

    /// Changes a setting.
    pub(crate) fn set(&self, key: &str, value: &str) {
        self.gateway.config().set(key, value).unwrap();
    }

    /// The answer's bytes.
    pub(crate) async fn bytes(&self, event: impl ToString) -> String {
        self.within(None, event).await
    }

    /// The answer.
    pub(crate) async fn ask(&self, event: impl ToString) -> Value {
        serde_json::from_str(&self.bytes(event).await).unwrap()
    }

    /// The answer of an invocation that has so many milliseconds.
    pub(crate) async fn within(&self, left_ms: Option<u64>, event: impl ToString) -> String {
        let event = Event::new(RawValue::from_string(event.to_string()).unwrap());
        assert!(self.handler.accepts(&self.gateway, &event), "{event:?} is not accepted");
        let mut context = Context::default();
        context.deadline = left_ms.map_or(0, |left| self.gateway.clock().epoch_ms() + left);
        let work = self.handler.handle(&self.gateway, &event);
        self.gateway.invoke(context, work).await.unwrap().get().to_owned()
    }

    /// Whether the handler answers `event`.
    pub(crate) fn accepts(&self, event: &str) -> bool {
        let event = Event::new(RawValue::from_string(event.to_owned()).unwrap());
        self.handler.accepts(&self.gateway, &event)
    }

    /// Every line it has logged.
    pub(crate) fn logged(&self) -> Vec<Value> {
        let lines = self.output.lines();
        assert!(!lines.concat().contains("zbsecret"), "{lines:#?}");
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The one line of a failure: its level, its words, and what to change.
    pub(crate) fn failure(&self) -> (String, String, String) {
        let lines: Vec<_> = self
            .logged()
            .into_iter()
            .filter(|line| !line["answered"].is_null())
            .collect();
        assert_eq!(lines.len(), 1, "{lines:#?}");
        let text = |name: &str| lines[0][name].as_str().unwrap_or_default().to_owned();
        (text("level"), text("message"), text("hint"))
    }
}

/// A directive with everything that one has.
pub(crate) fn directive(namespace: &str, name: &str, payload: Value) -> Value {
    json!({ "directive": {
        "header": {
            "namespace": namespace, "name": name, "payloadVersion": "3",
            "messageId": "m-1", "correlationToken": "corr+/==",
        },
        "endpoint": {
            "scope": { "type": "BearerToken", "token": TOKEN },
            "endpointId": "light#küche", "cookie": {},
        },
        "payload": payload,
    }})
}

pub(crate) fn turn_on() -> Value {
    directive("Alexa.PowerController", "TurnOn", json!({}))
}

/// A request to a custom skill.
pub(crate) fn skill(kind: &str) -> Value {
    json!({
        "version": "1.0",
        "session": { "user": { "accessToken": TOKEN } },
        "context": { "System": { "apiAccessToken": "zbsecret-api" } },
        "request": { "type": kind, "locale": "en-US" },
    })
}

pub(crate) fn assist() -> Value {
    json!({ "text": "turn on the light", "language": "en" })
}

/// An answer of Home Assistant to a directive, with these properties.
pub(crate) fn response(properties: Value) -> String {
    json!({
        "event": {
            "header": { "namespace": "Alexa", "name": "Response", "messageId": "m-2", "payloadVersion": "3" },
            "payload": {},
        },
        "context": { "properties": properties },
    })
    .to_string()
}

/// Asserts that `answer` is a whole `ErrorResponse` to a directive of [`directive`]; gives its type and message.
pub(crate) fn error(answer: &Value) -> (String, String) {
    let event = &answer["event"];
    let id = event["header"]["messageId"].as_str().unwrap();
    assert_eq!(id.len(), 36, "a fresh id");
    assert_eq!(
        event["header"],
        json!({
            "namespace": "Alexa", "name": "ErrorResponse", "messageId": id, "payloadVersion": "3",
            "correlationToken": "corr+/==",
        })
    );
    assert_eq!(event["endpoint"], json!({ "endpointId": "light#küche" }));
    let text = |name: &str| event["payload"][name].as_str().unwrap().to_owned();
    (text("type"), text("message"))
}

/// A token that says of itself until when it is good.
pub(crate) fn token_until(seconds: u64) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let claims = URL_SAFE_NO_PAD.encode(json!({ "iss": "x", "exp": seconds }).to_string());
    format!("zbsecret-head.{claims}.zbsecret-tail")
}

pub(crate) fn now_seconds() -> u64 {
    let since = Clock::system().now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap().as_secs()
}
