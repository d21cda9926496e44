//! An API behind a Function URL or an HTTP API: `GET /me` answers whoever holds a valid JSON Web Token.
//!
//! Which tokens are valid say the variables `ZEROBILL_SECURITY_TOKEN_…`: for an identity provider the URL of its keys, its
//! name and the audience, for tests a shared secret.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use serde_json::json;
use zerobill::{
    Event, EventKind, Gateway, Handler, Result, handler::ReplyFuture, security::SecurityError, utility::Response,
};

struct Api;

impl Handler for Api {
    fn name(&self) -> &'static str {
        "api"
    }

    fn answers(&self) -> &'static str {
        "`GET /me` over HTTP"
    }

    fn accepts(&self, _gateway: &Gateway, event: &Event) -> bool {
        event.kind() == EventKind::HttpV2
    }

    fn handle<'a>(&'a self, gateway: &'a Gateway, event: &'a Event) -> ReplyFuture<'a> {
        Box::pin(async move { zerobill_function::reply(&answer(gateway, &event.decode()?).await?) })
    }
}

async fn answer(gateway: &Gateway, request: &ApiGatewayV2httpRequest) -> Result<Response> {
    let (log, utility) = (gateway.logging(), gateway.utility());
    let path = request.raw_path.as_deref().unwrap_or_default();
    if (request.request_context.http.method.as_str(), path) != ("GET", "/me") {
        return Ok(utility.create_error(404, "not_found", "there is `GET /me`")?);
    }
    let header = request.headers.get("authorization");
    let token = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
    match gateway.security().validate_token(token).await {
        Ok(token) => {
            log.append_keys([("user", token.subject())]);
            log.info("told who they are", ());
            Ok(utility.create_success(&json!({ "user": token.subject(), "scope": token.text("scope") }))?)
        }
        // Why is for the log: a caller who guesses learns nothing.
        Err(SecurityError::Token(fault)) => {
            log.warning("refused a token", [("reason", fault.to_string())]);
            let refusal = utility.create_error(401, "unauthorized", "a valid bearer token is needed")?;
            Ok(refusal.with_header("www-authenticate", "Bearer"))
        }
        // The keys are missing or cannot be fetched: no fault of the caller's.
        Err(error) => Err(error.into()),
    }
}

fn main() -> std::process::ExitCode {
    zerobill_function::run(&[|| Box::new(Api)])
}
