//! A receiver of GitHub's webhooks behind a Function URL: only what is signed is taken, and only once.
//!
//! `ZEROBILL_SECURITY_GITHUB_SECRET` is the webhook's secret, of at least 32 bytes.

use std::time::Duration;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use serde::Deserialize;
use serde_json::json;
use zerobill::{Event, EventKind, Gateway, Handler, Result, handler::ReplyFuture, security::Scheme, utility::Response};

/// GitHub signs no time, so what came before is remembered, in this execution environment, for as long as it resends.
const REMEMBERED: Duration = Duration::from_secs(3 * 24 * 60 * 60);

struct Receiver;

#[derive(Deserialize)]
struct Push {
    repository: Repository,
    #[serde(rename = "ref")]
    branch: String,
}

#[derive(Deserialize)]
struct Repository {
    full_name: String,
}

impl Handler for Receiver {
    fn name(&self) -> &'static str {
        "webhook"
    }

    fn answers(&self) -> &'static str {
        "signed webhooks over HTTP"
    }

    fn accepts(&self, _gateway: &Gateway, event: &Event) -> bool {
        event.kind() == EventKind::HttpV2
    }

    fn handle<'a>(&'a self, gateway: &'a Gateway, event: &'a Event) -> ReplyFuture<'a> {
        Box::pin(async move { zerobill_function::reply(&receive(gateway, &event.decode()?)?) })
    }
}

fn receive(gateway: &Gateway, request: &ApiGatewayV2httpRequest) -> Result<Response> {
    let (log, utility) = (gateway.logging(), gateway.utility());
    let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok());
    let body = request.body.as_deref().unwrap_or_default();
    let signature = header("x-hub-signature-256").unwrap_or_default();
    if let Err(error) = gateway
        .security()
        .verify_signature(Scheme::Github, body, signature, None)
    {
        let error = zerobill::Error::from(error);
        log.warning("refused a webhook", [("reason", error.message())]);
        return Ok(utility.create_error(401, error.code(), "the signature is not valid")?);
    }
    // The signature stands for the body. The delivery's id would not do: it is not signed, and whoever replays can change it.
    let seen = format!("webhook {signature}");
    if gateway.cache().contains(&seen) {
        return Ok(utility.create_success(&json!({ "taken": false }))?);
    }
    if header("x-github-event") == Some("push") {
        let Push { repository, branch } = utility.parse_json(body)?;
        log.info("pushed", [("repository", repository.full_name), ("branch", branch)]);
    }
    // Only now: what failed may be sent again.
    gateway.cache().set(&seen, &true, Some(REMEMBERED))?;
    Ok(utility.create_success(&json!({ "taken": true }))?)
}

fn main() -> std::process::ExitCode {
    zerobill_function::run(&[|| Box::new(Receiver)])
}
