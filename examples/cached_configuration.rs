//! A function whose feature switches stand in a document elsewhere: fetched once a minute, kept while its server is down.
//!
//! The settings `features.url` and `features.fresh_seconds` say where from and for how long; see `zerobill.toml`.

use std::{collections::BTreeMap, time::Duration};

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use serde_json::json;
use zerobill::{
    Error, Event, EventKind, Gateway, Handler, Result, cache::Freshness, error::UNAVAILABLE, handler::ReplyFuture,
    utility::Response,
};

/// An old document is better than none, for a day.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

struct Shop;

impl Handler for Shop {
    fn name(&self) -> &'static str {
        "shop"
    }

    fn answers(&self) -> &'static str {
        "HTTP requests"
    }

    fn accepts(&self, _gateway: &Gateway, event: &Event) -> bool {
        event.kind() == EventKind::HttpV2
    }

    fn handle<'a>(&'a self, gateway: &'a Gateway, event: &'a Event) -> ReplyFuture<'a> {
        Box::pin(async move { zerobill_function::reply(&answer(gateway, &event.decode()?).await?) })
    }
}

async fn answer(gateway: &Gateway, request: &ApiGatewayV2httpRequest) -> Result<Response> {
    let path = request.raw_path.as_deref().unwrap_or_default();
    let feature = path.trim_start_matches('/');
    // Where they cannot be known, the error is logged and answered as 503.
    let is_on = features(gateway).await?.get(feature) == Some(&true);
    Ok(gateway
        .utility()
        .create_success(&json!({ "feature": feature, "on": is_on }))?)
}

/// The switches by name. However many invocations ask at once, one of them fetches.
async fn features(gateway: &Gateway) -> Result<BTreeMap<String, bool>> {
    let fresh = Duration::from_secs(gateway.config().require("features.fresh_seconds")?);
    let freshness = Freshness::for_time(fresh).stale_if_error(KEPT);
    gateway
        .cache()
        .get_or_load("features", freshness, async || fetch(gateway).await)
        .await
}

async fn fetch(gateway: &Gateway) -> Result<BTreeMap<String, bool>> {
    let url: String = gateway.config().require("features.url")?;
    let response = gateway.http_client().get(&url).send().await?;
    if !response.is_success() {
        return Err(Error::new(
            UNAVAILABLE,
            format!("the features' server answered with {}", response.status()),
        ));
    }
    gateway
        .logging()
        .info("features fetched", [("bytes", response.bytes().len())]);
    Ok(response.json()?)
}

fn main() -> std::process::ExitCode {
    zerobill_function::run(&[|| Box::new(Shop)])
}
