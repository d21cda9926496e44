//! Sends: checks what is asked, keeps to the time, tries again, follows redirects, and reads the answer.

mod attempt;
mod clients;
mod outgoing;
mod redirect;
mod retry;
mod settings;
mod target;
mod tls;
mod verifier;
mod watched;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use reqwest::{Request, Response, Url};
use serde_json::json;
use tokio::time::{Instant, timeout_at};

use self::{attempt::Failure, clients::Clients, settings::Settings, target::place};
use super::{
    error::HttpError,
    progress::Progress,
    request::Plan,
    response::HttpResponse,
    settings::{INVALID_CERTIFICATES, MAX_TIMEOUT_SECONDS},
    trust::Trust,
};
use crate::{
    gateway::Base,
    interfaces::{
        Place,
        circuit_breaker::CircuitBreaker,
        config::{Config, Watched},
        logging::{Level, Logging},
        metrics::Metrics,
    },
    lazy::{BuildRecord, Slot, microseconds},
};

/// Memory for an answer that is set aside before it comes, whatever size it claims.
const FIRST_BYTES: usize = 64 << 10;

/// So many servers' first connections are kept; a function asks a handful.
const MAX_CONNECTIONS: usize = 16;

/// What all requests share.
pub(super) struct Transport {
    base: Base,
    logging: Logging,
    metrics: Metrics,
    breakers: CircuitBreaker,
    settings: Watched<Settings>,
    clients: Slot<Clients>,
    /// The first connection to each of the first servers that were asked.
    connections: Mutex<Vec<(String, BuildRecord)>>,
    /// The hosts of which it was said that their certificates are not checked.
    warned: Mutex<Vec<String>>,
}

/// A request on its way.
struct Journey<'a> {
    transport: &'a Transport,
    settings: Arc<Settings>,
    retries: u32,
    max_redirects: u32,
    breaker: bool,
    counts: bool,
    progress: Option<Progress>,
    trust: Option<Arc<Trust>>,
    budget: Duration,
    deadline: Instant,
    attempts: u32,
}

/// Shows nothing: what is inside holds keys and passwords.
impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").finish_non_exhaustive()
    }
}

impl Transport {
    pub(super) fn new(
        base: &Base,
        config: Config,
        logging: Logging,
        metrics: Metrics,
        breakers: CircuitBreaker,
    ) -> Self {
        let transport = Self {
            base: base.clone(),
            logging,
            metrics,
            breakers,
            settings: Watched::new(config, Settings::read),
            clients: Slot::new("http_client", base.clock.clone()),
            connections: Mutex::default(),
            warned: Mutex::default(),
        };
        transport.warn_of(&transport.settings.read());
        transport
    }

    pub(super) fn build_record(&self) -> Option<BuildRecord> {
        self.clients.record()
    }

    /// The same, and the first connections.
    pub(super) fn build_records(&self) -> Vec<BuildRecord> {
        let connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let connections = connections.iter().map(|(_, record)| *record);
        self.build_record().into_iter().chain(connections).collect()
    }

    /// Keeps how long the first connection to the server of `url` took.
    fn keep(&self, url: &Url, record: BuildRecord) {
        let server = target::server(url);
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if connections.len() < MAX_CONNECTIONS && connections.iter().all(|(other, _)| *other != server) {
            connections.push((server, record));
        }
    }

    /// Builds what all requests share.
    pub(super) fn preload(&self) -> Result<(), HttpError> {
        let settings = self.settings.read();
        self.clients.get_or_try_build(|| Clients::build(settings)).map(drop)
    }

    pub(super) fn take_used(&self) -> bool {
        self.clients.take_used()
    }

    /// The URLs to ask ahead.
    pub(super) fn ahead(&self) -> Vec<String> {
        self.settings.read().connect.clone()
    }

    pub(super) fn unload(&self) -> bool {
        self.clients.unload()
    }

    pub(super) async fn send(&self, plan: Plan) -> Result<HttpResponse, HttpError> {
        let settings = self.settings.read();
        let (timeout, outlives) = (plan.timeout, plan.outlives_invocation);
        let retries = plan.retries.unwrap_or(settings.retries);
        let max_redirects = plan.max_redirects.unwrap_or(settings.max_redirects);
        let (breaker, counts) = (plan.breaker && settings.breaker, plan.counts);
        let (progress, trust) = (plan.progress.clone(), plan.trust.clone());
        let request = outgoing::request(plan, &settings)?;
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(HttpError::NoRuntime);
        }
        if let Some(invocation) = self.base.current() {
            // Another interface may be asking, which does not go through the gateway.
            invocation.mark(Place::http_client);
        }
        let budget = self.budget(timeout, outlives, &settings, request.url())?;
        let started = self.base.clock.monotonic();
        let (method, url) = (request.method().clone(), request.url().clone());
        let mut journey = Journey {
            transport: self,
            settings,
            retries,
            max_redirects,
            breaker,
            counts,
            progress,
            trust,
            budget,
            deadline: Instant::now() + budget,
            attempts: 0,
        };
        // The future is large; in a box it does not make those that hold it large too.
        let result = Box::pin(journey.travel(request)).await;
        if journey.settings.metrics {
            self.count(&result, retries - journey.retries);
        }
        if self.logging.keeps(Level::Debug) {
            let took = microseconds(self.base.clock.monotonic().saturating_sub(started));
            let mut fields = json!({
                "method": method.as_str(),
                "host": url.host_str(),
                "path": target::path(&url),
                "duration_ms": took as f64 / 1_000.0,
                "attempts": journey.attempts,
            });
            match &result {
                Ok(response) => fields["status"] = response.status.into(),
                Err(error) => fields["failure"] = error.to_string().into(),
            }
            self.logging.debug("http request", fields);
        }
        result
    }

    /// Counts what went wrong; what went well is not worth a series.
    fn count(&self, result: &Result<HttpResponse, HttpError>, retries: u32) {
        let failure = match result {
            Err(HttpError::CircuitOpen { .. }) => "HttpRefusals",
            Ok(response) if response.status < 500 => "",
            _ => "HttpFailures",
        };
        for (name, count) in [("HttpRetries", retries), (failure, u32::from(!failure.is_empty()))] {
            if count > 0 {
                // These names are ones that CloudWatch takes; past the cap of series the metrics warn themselves.
                _ = self.metrics.increment(name, f64::from(count));
            }
        }
    }

    /// The time that a request has: its own, but no more than the invocation can spare.
    fn budget(
        &self,
        own: Option<Duration>,
        outlives: bool,
        settings: &Settings,
        url: &Url,
    ) -> Result<Duration, HttpError> {
        let own = own
            .unwrap_or(settings.timeout)
            .min(Duration::from_secs_f64(MAX_TIMEOUT_SECONDS));
        let invocation = self.base.current().filter(|_| !outlives);
        let Some(left) = invocation.and_then(|invocation| invocation.remaining()) else {
            return Ok(own);
        };
        match left.saturating_sub(settings.reserve) {
            Duration::ZERO => Err(HttpError::NoTimeLeft { at: place(url) }),
            spare => Ok(own.min(spare)),
        }
    }

    /// The client for `url`: the one there is, unless its settings or its connections are no longer good.
    fn client(
        &self,
        settings: &Arc<Settings>,
        trust: Option<&Arc<Trust>>,
        url: &Url,
    ) -> Result<reqwest::Client, HttpError> {
        let build = || {
            self.warn_of(settings);
            Clients::build(Arc::clone(settings))
        };
        let mut clients = self.clients.get_or_try_build(build)?;
        if !clients.are_of(settings) {
            self.clients.unload();
            clients = self.clients.get_or_try_build(build)?;
        }
        if let Some(setting) = trust.and_then(|trust| trust.danger) {
            self.warn_of_host(url.host_str().unwrap_or_default(), setting);
        }
        clients.client_for(url, trust, self.base.clock.age())
    }

    /// Says loudly, once for each start and host, that certificates are not checked.
    fn warn_of(&self, settings: &Settings) {
        for host in &settings.unchecked_hosts {
            self.warn_of_host(host, INVALID_CERTIFICATES.key);
        }
    }

    fn warn_of_host(&self, host: &str, setting: &str) {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if !warned.iter().any(|other| other == host) {
            warned.push(host.to_owned());
            drop(warned);
            let message = format!(
                "DANGER: the certificates of `{host}` are not checked; whoever is in between can read and change everything"
            );
            self.logging.warning(&message, [("setting", setting)]);
        }
    }
}

impl Journey<'_> {
    /// Sends the request, and those that its answers lead to.
    async fn travel(&mut self, mut request: Request) -> Result<HttpResponse, HttpError> {
        let mut redirects = 0;
        loop {
            let response = match self.attempts(&request).await {
                Ok(response) | Err(Failure::Status(response)) => response,
                Err(Failure::Error(error)) => return Err(error),
            };
            let limit = self.max_redirects;
            if limit == 0 {
                return self.collect(request.url(), response).await;
            }
            match redirect::next(&request, &response, &self.settings)? {
                Some(_) if redirects == limit => {
                    let at = place(request.url());
                    return Err(HttpError::TooManyRedirects { at, limit });
                }
                Some(next) => {
                    redirects += 1;
                    request = next;
                }
                None => return self.collect(request.url(), response).await,
            }
        }
    }

    /// Reads the whole body, within the time and the limit.
    async fn collect(&self, url: &Url, mut response: Response) -> Result<HttpResponse, HttpError> {
        let max_bytes = self.settings.max_response_bytes;
        let too_large = || HttpError::ResponseTooLarge {
            at: place(url),
            max_bytes,
        };
        let claimed = response.content_length().unwrap_or_default();
        let claimed = usize::try_from(claimed).unwrap_or(usize::MAX);
        if claimed > max_bytes {
            return Err(too_large());
        }
        let mut body = Vec::with_capacity(claimed.min(FIRST_BYTES));
        loop {
            let chunk = match timeout_at(self.deadline, response.chunk()).await {
                Err(_) => return Err(self.timed_out(url)),
                Ok(Err(error)) => return Err(attempt::broken(&error, url)),
                Ok(Ok(None)) => break,
                Ok(Ok(Some(chunk))) => chunk,
            };
            if body.len() + chunk.len() > max_bytes {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(HttpResponse {
            status: response.status().as_u16(),
            headers: std::mem::take(response.headers_mut()),
            body,
            at: place(url),
            attempts: self.attempts,
        })
    }

    fn timed_out(&self, url: &Url) -> HttpError {
        HttpError::Timeout {
            at: place(url),
            after: self.budget,
        }
    }
}
