//! A gateway for these tests, and what another implementation made.

use std::{
    sync::LazyLock,
    time::{Duration, SystemTime},
};

use serde_json::Value;

use crate::{Clock, ClockHand, Gateway, environment::Environment, output::Output, security::Security};

/// Tokens and ciphertexts by `vectors.py`.
pub(super) static VECTORS: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("vectors.json")).expect("JSON"));

/// When the vectors were made, in seconds since 1970.
pub(super) const NOW: u64 = 1_800_000_000;

pub(super) const KEY_1: &str = "k1=emJzZWNyZXQtYWVzLWtleS1vZi10aGUtdGVzdHMtMDE=";
pub(super) const KEY_2: &str = "k2=emJzZWNyZXQtYWVzLWtleS1vZi10aGUtdGVzdHMtMDI";

/// A gateway with these settings, the hand of its clock, and what it logs.
pub(super) struct Bench {
    pub(super) gateway: Gateway,
    pub(super) hand: ClockHand,
    pub(super) output: Output,
}

impl Bench {
    pub(super) fn new<const N: usize>(settings: [(&str, Value); N]) -> Self {
        let (clock, hand) = Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW));
        let output = Output::captured();
        let mut builder = Gateway::builder()
            .clock(clock)
            .output(output.clone())
            .environment(Environment::default())
            .setting("logging.level", "TRACE");
        for (key, value) in settings {
            builder = builder.setting(key, value);
        }
        let gateway = builder.build().expect("valid");
        Self { gateway, hand, output }
    }

    pub(super) fn security(&self) -> &Security {
        self.gateway.security()
    }

    pub(super) async fn call(&self, operation: &str, parameters: Value) -> crate::Result<Value> {
        self.gateway.execute_operation("security", operation, parameters).await
    }
}

/// The text at this path of the vectors.
pub(super) fn vector(path: &[&str]) -> &'static str {
    let value = path.iter().fold(&*VECTORS, |value, name| &value[*name]);
    value.as_str().expect("a text")
}
