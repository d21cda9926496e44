//! The Extensions API and the Telemetry API, on the port of the environment's Runtime API.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::json;
use zerobill_runtime_api::{
    ErrorDocument,
    names::{EXTENSIONS_API_VERSION, TELEMETRY_API_VERSION, extension as headers},
};

use super::{
    Extensions,
    registry::{Extension, INVOKE, MAX_EXTENSIONS, SHUTDOWN, State},
};
use crate::{
    environment::{
        reply,
        runtime_api::{accepted, document},
        telemetry::Subscription,
    },
    platform::PlatformEvent,
    settings::ACCOUNT,
    task,
};

/// The most that a request of an extension may have.
const MAX_BYTES: usize = 256 * 1024;

/// How long a process that has reported an error may take to leave.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// An answer, or the refusal that takes its place.
type Answer = Result<Response<Full<Bytes>>, Refusal>;

/// Why an extension does not get what it asks for.
#[derive(Debug)]
struct Refusal(StatusCode, Box<ErrorDocument>);

#[derive(Deserialize)]
struct Registration {
    #[serde(default)]
    events: Vec<String>,
}

/// Whether this path is an extension's.
pub(in crate::environment) fn serves(path: &str) -> bool {
    let mut parts = path.split('/').skip(1);
    matches!(
        (parts.next(), parts.next()),
        (Some(EXTENSIONS_API_VERSION), Some("extension")) | (Some(TELEMETRY_API_VERSION), Some("telemetry"))
    )
}

impl Extensions {
    /// Answers an extension.
    pub(in crate::environment) async fn answer(self: &Arc<Self>, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let path = request.uri().path().trim_end_matches('/').to_owned();
        let parts: Vec<&str> = path.split('/').skip(2).collect();
        let answer = match (request.method(), parts.as_slice()) {
            (&Method::POST, ["extension", "register"]) => self.register(request).await,
            (&Method::GET, ["extension", "event", "next"]) => self.next(request.headers()).await,
            (&Method::POST, ["extension", "init", "error"]) => self.report(request, State::InitError).await,
            (&Method::POST, ["extension", "exit", "error"]) => self.report(request, State::ExitError).await,
            (&Method::PUT, ["telemetry"]) => self.subscribe(request).await,
            _ => Err(Refusal::new(
                StatusCode::NOT_FOUND,
                "NotFound",
                &format!("no such path: {path}"),
            )),
        };
        answer.unwrap_or_else(|Refusal(status, reason)| document(status, reason.to_json()))
    }

    async fn register(&self, request: Request<Incoming>) -> Answer {
        let name = text(request.headers(), headers::NAME).unwrap_or_default();
        if name.is_empty() {
            return Err(forbid("Extension.InvalidExtensionName", "Empty extension name"));
        }
        let features = text(request.headers(), headers::ACCEPT_FEATURE).unwrap_or_default();
        let with_account = features.split(',').any(|feature| feature.trim() == "accountId");
        let body = reply::collect(request.into_body(), MAX_BYTES).await.unwrap_or_default();
        let registration: Registration =
            serde_json::from_slice(&body).map_err(|error| forbid("InvalidRequestFormat", &error.to_string()))?;
        let id = self.enter(&name, &registration.events)?;
        self.changed.send_replace(());
        let mut described = json!({
            "functionName": self.function,
            "functionVersion": "$LATEST",
            "handler": self.handler,
        });
        if with_account {
            described["accountId"] = ACCOUNT.into();
        }
        Ok(with_header(
            document(StatusCode::OK, described.to_string()),
            headers::IDENTIFIER,
            &id,
        ))
    }

    /// Takes a registration; gives the id that the extension shows from now on.
    fn enter(&self, name: &str, wanted: &[String]) -> Result<String, Refusal> {
        let mut registry = self.registry();
        let (count, closed) = (registry.extensions.len(), registry.closed);
        let found = registry.extensions.iter_mut().find(|extension| extension.name == name);
        let known: &[&'static str] = match (&found, self.hears_invocations) {
            (Some(extension), true) if extension.external => &[INVOKE, SHUTDOWN],
            (Some(extension), false) if extension.external => &[SHUTDOWN],
            (_, true) => &[INVOKE],
            (_, false) => &[],
        };
        let mut events = Vec::new();
        for event in wanted {
            let Some(event) = known.iter().find(|known| *known == event) else {
                let known = if known.is_empty() {
                    "none".to_owned()
                } else {
                    known.join(", ")
                };
                let reason = format!("{event}: not one of {known}");
                return Err(forbid("Extension.InvalidEventType", &reason));
            };
            events.push(*event);
        }
        match found {
            Some(extension) if extension.state == State::Started => {
                extension.state = State::Registered;
                extension.events = events;
                Ok(extension.id.clone())
            }
            Some(_) => Err(forbid(
                "Extension.InvalidExtensionState",
                "Extension with this name already registered",
            )),
            None if closed => Err(forbid(
                "Extension.RegistrationClosed",
                "Extension registration closed already",
            )),
            None if count >= MAX_EXTENSIONS => {
                let reason = format!("Extension limit ({MAX_EXTENSIONS}) reached");
                Err(forbid("Extension.TooManyExtensions", &reason))
            }
            None => {
                let mut extension = Extension::internal(name);
                extension.events = events;
                let id = extension.id.clone();
                registry.extensions.push(extension);
                Ok(id)
            }
        }
    }

    /// Waits for an event, however long that takes.
    async fn next(&self, headers: &HeaderMap) -> Answer {
        let id = identifier(headers)?;
        let queue = {
            let mut registry = self.registry();
            let extension = registry.by_id(&id).ok_or_else(|| unknown(&id))?;
            if matches!(extension.state, State::InitError | State::ExitError) {
                return Err(invalid_state(extension, State::Ready));
            }
            Arc::clone(&extension.queue)
        };
        let mut queue = queue.lock().await;
        if queue.is_empty() {
            self.set(&id, State::Ready);
        }
        let waiting = Waiting {
            extensions: self,
            id: &id,
        };
        let event = queue.recv().await;
        std::mem::forget(waiting);
        let event =
            event.ok_or_else(|| Refusal::new(StatusCode::GONE, "Gone", "the execution environment has ended"))?;
        let answer = document(StatusCode::OK, String::from_utf8_lossy(&event).into_owned());
        Ok(with_header(answer, headers::EVENT_IDENTIFIER, &task::new_id()))
    }

    /// Takes the report of an error, after which the process is expected to leave.
    async fn report(self: &Arc<Self>, request: Request<Incoming>, state: State) -> Answer {
        let id = identifier(request.headers())?;
        let error_type = text(request.headers(), headers::ERROR_TYPE).ok_or_else(|| {
            forbid(
                "Extension.MissingHeader",
                "Lambda-Extension-Function-Error-Type not found",
            )
        })?;
        _ = reply::collect(request.into_body(), MAX_BYTES).await;
        let name = {
            let mut registry = self.registry();
            let extension = registry.by_id(&id).ok_or_else(|| unknown(&id))?;
            let valid = state == State::ExitError || matches!(extension.state, State::Registered | State::Running);
            if !valid {
                return Err(invalid_state(extension, state));
            }
            extension.state = state;
            extension.error = Some(error_type);
            extension.name.clone()
        };
        let extensions = Arc::downgrade(self);
        let overdue = task::spawn(async move {
            tokio::time::sleep(LAST_WORDS).await;
            if let Some(extensions) = extensions.upgrade() {
                extensions.exited(&name, "it has reported an error");
            }
        });
        super::lock(&self.tasks).push(overdue.abort_handle());
        Ok(accepted())
    }

    async fn subscribe(&self, request: Request<Incoming>) -> Answer {
        let id = identifier(request.headers())?;
        let body = reply::collect(request.into_body(), MAX_BYTES).await.unwrap_or_default();
        let name = self.registry().by_id(&id).map(|extension| extension.name.clone());
        let name = name.ok_or_else(|| unknown(&id))?;
        let subscription = Subscription::read(&body)
            .map_err(|faults| Refusal::new(StatusCode::BAD_REQUEST, "ValidationError", &faults))?;
        let types = subscription.types();
        if !self.log.telemetry.subscribe(&name, subscription) {
            return Err(forbid(
                "Telemetry.SubscriptionClosed",
                "Telemetry subscription closed already",
            ));
        }
        self.log.event(&PlatformEvent::TelemetrySubscription {
            name: &name,
            types: &types,
        });
        Ok(document(StatusCode::OK, "\"OK\"".to_owned()))
    }

    fn set(&self, id: &str, state: State) {
        if let Some(extension) = self
            .registry()
            .by_id(id)
            .filter(|extension| extension.state != State::Exited)
        {
            extension.state = state;
        }
        self.changed.send_replace(());
    }
}

/// An extension waits for an event; one that goes away instead does not wait any more.
struct Waiting<'a> {
    extensions: &'a Extensions,
    id: &'a str,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.extensions.set(self.id, State::Running);
    }
}

fn identifier(headers: &HeaderMap) -> Result<String, Refusal> {
    let id = text(headers, headers::IDENTIFIER).ok_or_else(|| {
        forbid(
            "Extension.MissingExtensionIdentifier",
            "Missing Lambda-Extension-Identifier header",
        )
    })?;
    match uuid::Uuid::parse_str(&id) {
        Ok(_) => Ok(id),
        Err(_) => Err(forbid(
            "Extension.InvalidExtensionIdentifier",
            "Invalid Lambda-Extension-Identifier",
        )),
    }
}

fn unknown(id: &str) -> Refusal {
    forbid(
        "Extension.UnknownExtensionIdentifier",
        &format!("Unknown extension {id}"),
    )
}

fn invalid_state(extension: &Extension, to: State) -> Refusal {
    let (from, to, name) = (extension.state.name(), to.name(), &extension.name);
    let reason = format!(
        "State transition from {from} to {to} failed for extension {name}. Error: State transition is not allowed"
    );
    forbid("Extension.InvalidExtensionState", &reason)
}

fn forbid(error_type: &str, message: &str) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, error_type, message)
}

impl Refusal {
    fn new(status: StatusCode, error_type: &str, message: &str) -> Self {
        Self(status, Box::new(ErrorDocument::new(error_type, message)))
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}

fn with_header(mut response: Response<Full<Bytes>>, name: &'static str, value: &str) -> Response<Full<Bytes>> {
    // Ids can always stand in a header.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}
