//! Asks Home Assistant, once. Whoever asked is answered in time, and what was sent runs on until it ends: Home Assistant
//! gives up work for which nobody waits.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use zerobill::{
    Gateway, Invocation, Result,
    config::Secret,
    http_client::{HttpError, HttpRequest, HttpResponse, Progress},
    invocation::spawn,
};

use crate::{
    base_url::BaseUrl,
    diagnosis,
    failure::{Failure, Kind},
    settings::Settings,
};

/// So long a request may take in all, after which even the longest script has ended.
const LONGEST: Duration = Duration::from_secs(900);

/// So long INIT waits for a connection.
const AHEAD: Duration = Duration::from_secs(2);

/// Kept of the invocation's time for the answer itself.
const MARGIN: Duration = Duration::from_millis(500);

/// A request without its body.
pub(crate) fn request(
    gateway: &Gateway,
    settings: &Settings,
    (method, url): (&str, &str),
    token: Option<&Secret>,
) -> HttpRequest {
    let mut request = gateway.http_client().request(method, url);
    // An open breaker would call a house unreachable that has come back; and what Home Assistant fails at with one device
    // says nothing of the others.
    request = request.max_redirects(0).without_breaker();
    if let Some(token) = token {
        request = request.header("authorization", &format!("Bearer {}", token.expose()));
    }
    if let Some((id, secret)) = &settings.cloudflare {
        request = request
            .header("cf-access-client-id", id)
            .header("cf-access-client-secret", secret.expose());
    }
    match &settings.trust {
        Some(trust) => request.trust(trust),
        None => request,
    }
}

/// Opens the connection that the first request will use. Home Assistant takes anybody's request for its manifest: one for which it
/// misses a token would count as a wrong login.
pub(crate) async fn connect(gateway: &Gateway, settings: &Settings) -> Result<()> {
    // What is wrong with the URL, the first event is told.
    let Some(Ok(base)) = &settings.base else {
        return Ok(());
    };
    let request = request(gateway, settings, ("HEAD", &base.at("/manifest.json")), None);
    request.retries(0).timeout(AHEAD).send().await?;
    Ok(())
}

/// Posts `body` to `path` and gives the text that came back with status 200.
///
/// # Errors
/// Whatever else happened.
pub(crate) async fn post(
    gateway: &Gateway,
    settings: &Settings,
    base: &BaseUrl,
    path: &str,
    token: &Secret,
    body: &[u8],
) -> Result<String, Failure> {
    let progress = Progress::default();
    let request = request(gateway, settings, ("POST", &base.at(path)), Some(token))
        .header("content-type", "application/json")
        .body(body)
        .timeout(LONGEST)
        .outlive_invocation()
        .progress(&progress);
    let limit = limit(settings);
    let answer = match in_time(gateway, request, &progress, limit).await {
        Some(answer) => answer,
        None if progress.may_have_arrived() => return Err(still_running(limit, settings)),
        None => Err(HttpError::Timeout {
            at: base.at(path),
            after: limit,
        }),
    };
    match answer {
        Ok(answer) => diagnosis::text_of(answer, base, token, gateway.clock().epoch_ms() / 1_000),
        Err(error) => Err(diagnosis::of_error(&error, base).await),
    }
}

/// The answer, if it comes within `limit`. What has not left by then never will; what has goes on in a task of its own.
async fn in_time(
    gateway: &Gateway,
    request: HttpRequest,
    progress: &Progress,
    limit: Duration,
) -> Option<Result<HttpResponse, HttpError>> {
    let late = Arc::new(AtomicBool::new(false));
    let (is_late, own, started) = (Arc::clone(&late), gateway.clone(), gateway.clock().age());
    let mut task = spawn(async move {
        let result = request.send().await;
        if is_late.load(Ordering::Acquire) {
            log_late(&own, &result, own.clock().age().saturating_sub(started));
        }
        result
    });
    match tokio::time::timeout(limit, &mut task).await {
        Ok(Ok(result)) => Some(result),
        // The task panicked, which its own line says.
        Ok(Err(_)) => None,
        Err(_) => {
            late.store(true, Ordering::Release);
            if !progress.may_have_arrived() {
                task.abort();
            }
            None
        }
    }
}

/// Within which time there must be an answer: that of the settings, or what is left of the invocation if that is less.
fn limit(settings: &Settings) -> Duration {
    match Invocation::current().and_then(|invocation| invocation.remaining()) {
        // Of very little time not all is kept.
        Some(left) => settings.limit.min(left.saturating_sub(MARGIN.min(left / 4))),
        None => settings.limit,
    }
}

fn still_running(limit: Duration, settings: &Settings) -> Failure {
    let seconds = limit.as_secs_f64();
    let failure = Failure::new(
        Kind::StillRunning,
        "still running in Home Assistant",
        format!(
            "Home Assistant did not answer within {seconds:.1} s; what was asked for still runs there, and is not sent again"
        ),
    );
    if limit < settings.limit {
        return failure.hint("set the function's timeout to 10 s: Alexa itself waits for 8 s");
    }
    failure
        .hint("if it is a script, let Alexa start it as a scene, or let it start what takes long with `script.turn_on`")
}

/// Says what became of a request whose sender has been answered.
fn log_late(gateway: &Gateway, result: &Result<HttpResponse, HttpError>, took: Duration) {
    let mut fields = json!({ "took_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX) });
    match result {
        Ok(answer) => {
            fields["status"] = answer.status().into();
            gateway
                .logging()
                .info("Home Assistant has ended what was still running", fields);
        }
        Err(error) => {
            fields["problem"] = error.to_string().into();
            gateway
                .logging()
                .warning("it is not known how what was still running has ended", fields);
        }
    }
}
