//! A request while it is put together.

use std::{fmt, sync::Arc, time::Duration};

use serde::Serialize;

use super::{error::HttpError, progress::Progress, response::HttpResponse, transport::Transport, trust::Trust};

/// A request that has not been sent.
#[must_use = "a request does nothing until it is sent"]
pub struct HttpRequest {
    transport: Arc<Transport>,
    plan: Plan,
}

/// What is to be sent, and how.
#[cfg_attr(
    not(feature = "http"),
    expect(dead_code, reason = "nothing is sent without the feature")
)]
pub(super) struct Plan {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Vec<u8>>,
    pub(super) content_type: Option<&'static str>,
    pub(super) timeout: Option<Duration>,
    pub(super) retries: Option<u32>,
    pub(super) max_redirects: Option<u32>,
    pub(super) breaker: bool,
    /// Whether its connection is counted as one of the interface.
    pub(super) counts: bool,
    pub(super) outlives_invocation: bool,
    pub(super) progress: Option<Progress>,
    pub(super) trust: Option<Arc<Trust>>,
    /// The first thing that went wrong while it was put together.
    pub(super) fault: Option<HttpError>,
}

impl HttpRequest {
    pub(super) fn new(transport: Arc<Transport>, method: &str, url: &str) -> Self {
        let plan = Plan {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: None,
            content_type: None,
            timeout: None,
            retries: None,
            max_redirects: None,
            breaker: true,
            counts: true,
            outlives_invocation: false,
            progress: None,
            trust: None,
            fault: None,
        };
        Self { transport, plan }
    }

    /// Adds a header. Those that say where a message begins and ends are the client's own, and refused.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.plan.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends these bytes, at most 6 MiB.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.plan.body = Some(body.into());
        self.plan.content_type = None;
        self
    }

    /// Sends `value` as JSON, at most 6 MiB.
    pub fn json<T: Serialize + ?Sized>(mut self, value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => {
                self.plan.body = Some(json);
                self.plan.content_type = Some("application/json");
            }
            Err(_) => self.plan.fault = self.plan.fault.or(Some(HttpError::NotSerializable)),
        }
        self
    }

    /// The longest that the request may take, attempts and answer included, instead of `http_client.timeout_seconds`.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.plan.timeout = Some(timeout);
        self
    }

    /// How often it may be tried again, instead of `http_client.retries`.
    pub fn retries(mut self, retries: u32) -> Self {
        self.plan.retries = Some(retries);
        self
    }

    /// How many redirects are followed, instead of `http_client.max_redirects`; 0 hands them out as answers.
    pub fn max_redirects(mut self, redirects: u32) -> Self {
        self.plan.max_redirects = Some(redirects);
        self
    }

    /// Lets it go on after the invocation, so that only its own timeout ends it: for a request in a task of its own, whose
    /// server stops working once nobody listens.
    pub fn outlive_invocation(mut self) -> Self {
        self.plan.outlives_invocation = true;
        self
    }

    /// Tells `progress` once its body leaves.
    pub fn progress(mut self, progress: &Progress) -> Self {
        self.plan.progress = Some(progress.clone());
        self
    }

    /// Whom it trusts and as whom it shows itself, instead of what the settings say.
    pub fn trust(mut self, trust: &Arc<Trust>) -> Self {
        self.plan.trust = Some(Arc::clone(trust));
        self
    }

    /// Sends it whatever the host's circuit breaker says, and counts nothing.
    pub fn without_breaker(mut self) -> Self {
        self.plan.breaker = false;
        self
    }

    /// Leaves the time of its connection to whoever sends it.
    #[cfg(feature = "jwt")]
    pub(crate) fn uncounted(mut self) -> Self {
        self.plan.counts = false;
        self
    }

    pub(super) fn fault(mut self, fault: HttpError) -> Self {
        self.plan.fault = self.plan.fault.or(Some(fault));
        self
    }

    /// Sends it and reads the whole answer. An answer of any status is an answer, no error.
    ///
    /// # Errors
    /// [`HttpError`]: what was asked for cannot be sent, or no whole answer came.
    pub async fn send(self) -> Result<HttpResponse, HttpError> {
        self.transport.send(self.plan).await
    }
}

/// Shows neither the query nor the values of headers nor the body: they may be secrets.
impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.plan.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("HttpRequest")
            .field("method", &self.plan.method)
            .field("headers", &names)
            .field("body_bytes", &self.plan.body.as_ref().map(Vec::len))
            .finish_non_exhaustive()
    }
}
