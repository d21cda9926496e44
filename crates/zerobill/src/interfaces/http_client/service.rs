//! Starts requests, and holds the connections they share.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;

use super::{request::HttpRequest, transport::Transport};
use crate::{
    error::Error,
    gateway::Base,
    interfaces::{
        Connecting, Health, Service, circuit_breaker::CircuitBreaker, config::Config, logging::Logging,
        metrics::Metrics,
    },
    lazy::BuildRecord,
};

/// Makes requests over HTTP/1.1, with or without TLS.
///
/// A request ends by its own timeout (10 s unless set) and in any case half a second before the invocation does. It is
/// tried again where nothing was sent yet, or where doing it twice is as good as once; a POST that may have arrived never
/// is. Connections older than 50 s, time in which the environment was frozen included, are not used again. Each host has a
/// circuit breaker, `http:HOST`.
///
/// It needs a Tokio runtime with I/O and time, as Lambda's is.
///
/// ```no_run
/// # async fn example(gateway: &zerobill::Gateway) -> Result<(), zerobill::http_client::HttpError> {
/// use std::time::Duration;
/// let order = serde_json::json!({ "order": 7 });
/// let request = gateway.http_client().post("https://shop.example/orders").json(&order);
/// let answer = request.timeout(Duration::from_secs(2)).send().await?;
/// if answer.is_success() {
///     let receipt: String = answer.json()?;
///     gateway.logging().info("ordered", [("receipt", receipt)]);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct HttpClient(Arc<Transport>);

impl HttpClient {
    pub(crate) fn new(
        base: &Base,
        config: Config,
        logging: Logging,
        metrics: Metrics,
        circuit_breaker: CircuitBreaker,
    ) -> Self {
        Self(Arc::new(Transport::new(
            base,
            config,
            logging,
            metrics,
            circuit_breaker,
        )))
    }

    /// A request of any method but CONNECT and TRACE.
    pub fn request(&self, method: &str, url: &str) -> HttpRequest {
        HttpRequest::new(Arc::clone(&self.0), method, url)
    }

    /// A GET request.
    pub fn get(&self, url: &str) -> HttpRequest {
        self.request("GET", url)
    }

    /// A POST request.
    pub fn post(&self, url: &str) -> HttpRequest {
        self.request("POST", url)
    }

    /// A PUT request.
    pub fn put(&self, url: &str) -> HttpRequest {
        self.request("PUT", url)
    }

    /// A PATCH request.
    pub fn patch(&self, url: &str) -> HttpRequest {
        self.request("PATCH", url)
    }

    /// A DELETE request.
    pub fn delete(&self, url: &str) -> HttpRequest {
        self.request("DELETE", url)
    }

    /// A HEAD request.
    pub fn head(&self, url: &str) -> HttpRequest {
        self.request("HEAD", url)
    }
}

/// How long a request in INIT may take, which is billed and may take 10 s in all.
const AHEAD: Duration = Duration::from_secs(2);

impl Service for HttpClient {
    fn health(&self) -> Health {
        let failed = self.build_record().is_some_and(|record| !record.built);
        let reason = "the HTTP client could not be built; its settings are wrong";
        Health::of(failed.then(|| reason.to_owned()).into_iter().collect())
    }

    fn build_record(&self) -> Option<BuildRecord> {
        self.0.build_record()
    }

    fn build_records(&self) -> Vec<BuildRecord> {
        self.0.build_records()
    }

    fn preload(&self) -> Result<(), Error> {
        Ok(self.0.preload()?)
    }

    fn take_used(&self) -> Option<bool> {
        Some(self.0.take_used())
    }

    /// An answer of any status leaves its connection.
    fn connect(&self) -> Option<Connecting<'_>> {
        let urls = self.0.ahead();
        (!urls.is_empty()).then(|| -> Connecting<'_> {
            Box::pin(async move {
                let asked = urls.iter().map(|url| self.head(url).timeout(AHEAD).retries(0).send());
                let answers = join_all(asked).await;
                answers.into_iter().try_for_each(|answer| Ok(answer.map(drop)?))
            })
        })
    }

    fn unload(&self) -> bool {
        self.0.unload()
    }
}
