//! One attempt after another, through the host's circuit breaker; and what an error of the library below means.

use std::{error::Error as StdError, io, time::Duration};

use hyper::body::Bytes;
use reqwest::{Body, Request, Response, Url};
use serde_json::json;
use tokio::time::{Instant, timeout_at};

use super::{
    super::error::HttpError,
    Journey, retry,
    target::{path, place, server},
    verifier,
    watched::Watched,
};
use crate::{connecting, interfaces::circuit_breaker::BreakerError};

/// What counts against a host.
pub(super) enum Failure {
    /// It did not answer.
    Error(HttpError),
    /// It answered that it cannot: a status from 500 on.
    Status(Response),
}

impl Journey<'_> {
    /// Sends `request` until it is answered well, or may not be sent again.
    pub(super) async fn attempts(&mut self, request: &Request) -> Result<Response, Failure> {
        let mut last = None;
        let mut retries = 0;
        loop {
            let result = match self.attempt(request).await {
                // It opened because of what was just tried, and that says more.
                Err(Failure::Error(HttpError::CircuitOpen { .. })) if last.is_some() => match last {
                    Some(result) => return result,
                    None => continue,
                },
                result => result,
            };
            self.attempts += u32::from(!matches!(&result, Err(Failure::Error(HttpError::CircuitOpen { .. }))));
            let base = &self.transport.base;
            let wait = retry::wait(request.method(), &result, retries, &base.random, base.clock.now());
            let Some(wait) = wait.filter(|wait| self.retries > 0 && self.has(*wait)) else {
                return result;
            };
            self.retries -= 1;
            retries += 1;
            self.warn_of_retry(request, &result, wait);
            tokio::time::sleep(wait).await;
            last = Some(result);
        }
    }

    async fn attempt(&self, request: &Request) -> Result<Response, Failure> {
        let url = request.url();
        let client = self.transport.client(&self.settings, self.trust.as_ref(), url);
        let client = client.map_err(Failure::Error)?;
        let Some(mut copy) = request.try_clone() else {
            return Err(Failure::Error(HttpError::NotSerializable));
        };
        if let (Some(progress), Some(body)) = (&self.progress, request.body().and_then(Body::as_bytes)) {
            let watched = Watched::new(Bytes::copy_from_slice(body), progress.clone());
            *copy.body_mut() = Some(Body::wrap(watched));
        }
        let idempotent = retry::is_idempotent(request.method());
        let work = async {
            let sending = connecting::watch(&self.transport.base.clock, client.execute(copy));
            let sent = timeout_at(self.deadline, sending).await.map(|(sent, connection)| {
                if let Some(connection) = connection.filter(|_| self.counts) {
                    self.transport.keep(url, connection);
                }
                sent
            });
            match sent {
                Err(_) => Err(Failure::Error(self.timed_out(url))),
                Ok(Err(error)) => Err(Failure::Error(meaning(&error, url, idempotent))),
                Ok(Ok(response)) if response.status().is_server_error() => Err(Failure::Status(response)),
                Ok(Ok(response)) => Ok(response),
            }
        };
        if !self.breaker {
            return work.await;
        }
        let host = server(url);
        let breaker = self.transport.breakers.breaker(&format!("http:{host}"));
        breaker.call(work).await.map_err(|error| match error {
            BreakerError::Open { retry_after } => Failure::Error(HttpError::CircuitOpen { host, retry_after }),
            BreakerError::Failed(failure) => failure,
        })
    }

    /// Whether there is time to wait that long, and some left.
    fn has(&self, wait: Duration) -> bool {
        self.deadline.saturating_duration_since(Instant::now()) > wait
    }

    fn warn_of_retry(&self, request: &Request, result: &Result<Response, Failure>, wait: Duration) {
        let mut fields = json!({
            "method": request.method().as_str(),
            "host": request.url().host_str(),
            "path": path(request.url()),
            "attempt": self.attempts,
            "wait_ms": wait.as_secs_f64() * 1_000.0,
        });
        match result {
            Ok(response) | Err(Failure::Status(response)) => fields["status"] = response.status().as_u16().into(),
            Err(Failure::Error(error)) => fields["failure"] = error.to_string().into(),
        }
        self.transport.logging.warning("http request is tried again", fields);
    }
}

/// What an error before the answer means.
fn meaning(error: &reqwest::Error, url: &Url, idempotent: bool) -> HttpError {
    let at = place(url);
    let causes = || causes(error);
    let tls = causes().find_map(tls_error);
    let parse = causes().any(|cause| cause.downcast_ref().is_some_and(hyper::Error::is_parse));
    if let Some(tls) = tls {
        return HttpError::Tls {
            at,
            problem: verifier::problem(tls),
        };
    }
    if error.is_connect() {
        let problem = causes().last().map_or_else(String::new, ToString::to_string);
        return HttpError::Connect { at, problem };
    }
    if parse {
        return HttpError::NotHttp { at };
    }
    let arrived_maybe = !idempotent;
    HttpError::Lost { at, arrived_maybe }
}

/// What an error in the body means.
pub(super) fn broken(error: &reqwest::Error, url: &Url) -> HttpError {
    let problem = causes(error).last().map_or_else(String::new, ToString::to_string);
    HttpError::BrokenBody {
        at: place(url),
        problem,
    }
}

/// The TLS library's error, which can be wrapped in several of the system's kind.
fn tls_error<'a>(cause: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    match cause.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().and_then(|inside| tls_error(inside)),
        None => cause.downcast_ref(),
    }
}

fn causes<'a>(error: &'a reqwest::Error) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    let mut next = error.source();
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}
