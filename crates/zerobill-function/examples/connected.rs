//! A function that needs everything that is dear at first: for each event it checks a token, asks a server over TLS, and looks into
//! the cache that `DynamoDB` shares.

use std::{process::ExitCode, time::Duration};

use serde_json::json;
use zerobill::{
    Event, EventKind, Gateway, Handler, Result,
    cache::{CacheError, Freshness},
    config::{Setting, SettingKind},
    environment::Variable,
    handler::{Reply, ReplyFuture},
};
use zerobill_function::reply;

const SESSION: Setting = Setting::new(
    "connected.session",
    Variable::new(&["CONNECTED_SESSION"], "What is checked for each event."),
    SettingKind::Text,
    "",
);
const URL: Setting = Setting::new(
    "connected.url",
    Variable::new(&["CONNECTED_URL"], "The server that is asked."),
    SettingKind::Text,
    "",
);

/// How long what the server said holds.
const KEPT: Duration = Duration::from_secs(60);

struct Connected;

impl Handler for Connected {
    fn name(&self) -> &'static str {
        "connected"
    }

    fn answers(&self) -> &'static str {
        "everything that is an empty object"
    }

    fn settings(&self) -> &'static [Setting] {
        &[SESSION, URL]
    }

    fn accepts(&self, _gateway: &Gateway, event: &Event) -> bool {
        event.kind() == EventKind::Unknown
    }

    fn handle<'a>(&'a self, gateway: &'a Gateway, _event: &'a Event) -> ReplyFuture<'a> {
        Box::pin(answer(gateway))
    }
}

async fn answer(gateway: &Gateway) -> Result<Reply> {
    let session: String = gateway.config().require(SESSION.key)?;
    let url: String = gateway.config().require(URL.key)?;
    gateway.security().validate_token(&session).await?;
    let status = gateway.http_client().get(&url).send().await?.status();
    let freshness = Freshness::for_time(KEPT).shared();
    let load = async || Ok::<_, CacheError>(Some(1.08));
    let rate = gateway.cache().get_or_load("rate", freshness, load).await?;
    reply(&json!({ "status": status, "rate": rate }))
}

fn main() -> ExitCode {
    zerobill_function::run(&[|| Box::new(Connected)])
}
