//! Key sets: read, fetched, fetched again for a new key, and kept where the endpoint is down, slow, or answers HTML.

use std::{
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use futures_util::FutureExt as _;
use serde_json::{Value, json};

use super::bench::{Bench, VECTORS, vector};
use crate::security::{JwksError, SecurityError, TokenFault};

/// A source that answers what it is told to, and counts how often it was asked.
#[derive(Clone, Default)]
struct Endpoint {
    answer: Arc<Mutex<Option<Vec<u8>>>>,
    asked: Arc<AtomicUsize>,
}

impl Endpoint {
    fn new(answer: &Value) -> Self {
        let endpoint = Self::default();
        endpoint.set(Some(answer.to_string().into()));
        endpoint
    }

    /// None is down.
    fn set(&self, answer: Option<Vec<u8>>) {
        *self.answer.lock().expect("no panic") = answer;
    }

    fn asked(&self) -> usize {
        self.asked.load(SeqCst)
    }

    fn bench(&self) -> Bench {
        let bench = Bench::new([
            ("security.token_audiences", "shop".into()),
            ("security.token_leeway_seconds", 600.into()),
            (
                "security.token_algorithms",
                "RS256,PS256,ES256,ES384,EdDSA,HS256".into(),
            ),
        ]);
        let endpoint = self.clone();
        bench.security().fetch_keys_from(move || {
            endpoint.asked.fetch_add(1, SeqCst);
            let answer = endpoint.answer.lock().expect("no panic").clone();
            async move { answer.ok_or_else(|| JwksError("connection refused, token=zbsecret-jwks".to_owned())) }
        });
        bench
    }
}

/// The key that a token was accepted by, or why it was not.
type Outcome = Result<Option<String>, String>;

async fn outcome(bench: &Bench, name: &str) -> Outcome {
    let result = bench.security().validate_token(vector(&["named", name])).await;
    result.map(|token| token.key_id).map_err(|error| match error {
        SecurityError::Token(fault) => fault.to_string(),
        other => other.to_string(),
    })
}

#[expect(clippy::unnecessary_wraps, reason = "it is what an outcome is held against")]
fn by(name: &str) -> Outcome {
    Ok(Some(name.to_owned()))
}

fn no_key() -> Outcome {
    Err(TokenFault::NoKey.to_string())
}

#[tokio::test]
async fn each_kind_of_key_verifies_the_tokens_that_name_it() {
    let endpoint = Endpoint::new(&VECTORS["jwks"]);
    let bench = endpoint.bench();
    assert_eq!(endpoint.asked(), 0, "nothing is fetched before it is needed");
    for name in ["a", "b", "c", "d"] {
        assert_eq!(outcome(&bench, name).await, by(name));
    }
    assert_eq!(endpoint.asked(), 1);
    // The set says that `a` is for RS256 alone.
    assert_eq!(outcome(&bench, "PS256 for a").await, no_key());
}

#[tokio::test]
async fn a_set_can_stand_in_the_settings() {
    let bench = Bench::new([
        ("security.token_audiences", "shop".into()),
        ("security.token_jwks", VECTORS["jwks"].to_string().into()),
    ]);
    for name in ["a", "b", "d"] {
        assert_eq!(outcome(&bench, name).await, by(name));
    }
    assert_eq!(outcome(&bench, "made up").await, no_key());
}

#[tokio::test]
async fn a_new_key_is_fetched_at_most_once_a_minute() {
    let endpoint = Endpoint::new(&VECTORS["jwks"]);
    let bench = endpoint.bench();
    assert_eq!(outcome(&bench, "a").await, by("a"));
    for _ in 0..100 {
        assert_eq!(outcome(&bench, "made up").await, no_key());
    }
    assert_eq!(endpoint.asked(), 1, "it was fetched a moment ago");
    endpoint.set(Some(VECTORS["rotated"].to_string().into()));
    assert_eq!(outcome(&bench, "e").await, no_key());
    bench.hand.advance(Duration::from_secs(59));
    assert_eq!(outcome(&bench, "e").await, no_key());
    assert_eq!(endpoint.asked(), 1);
    bench.hand.advance(Duration::from_secs(1));
    assert_eq!(outcome(&bench, "e").await, by("e"));
    assert_eq!(endpoint.asked(), 2);
    assert_eq!(outcome(&bench, "a").await, no_key(), "the new set does not hold it");
    assert_eq!(endpoint.asked(), 2);
}

#[tokio::test]
async fn an_old_set_is_fetched_again_though_a_freeze_stood_between() {
    let endpoint = Endpoint::new(&VECTORS["jwks"]);
    let bench = endpoint.bench();
    assert_eq!(outcome(&bench, "a").await, by("a"));
    endpoint.set(Some(VECTORS["rotated"].to_string().into()));
    bench.hand.freeze(Duration::from_secs(3_599));
    assert_eq!(outcome(&bench, "a").await, by("a"));
    assert_eq!(endpoint.asked(), 1);
    bench.hand.freeze(Duration::from_secs(1));
    assert_eq!(outcome(&bench, "a").await, no_key(), "the key was withdrawn");
    assert_eq!(endpoint.asked(), 2);
}

#[tokio::test]
async fn the_last_good_set_serves_on_where_the_endpoint_is_down_or_answers_html() {
    for broken in [
        None,
        Some(b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>".to_vec()),
        Some(br#"{"keys":[]}"#.to_vec()),
        Some(br#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#.to_vec()),
        Some(Vec::new()),
        Some(vec![b' '; 300 * 1_024]),
    ] {
        let endpoint = Endpoint::new(&VECTORS["jwks"]);
        let bench = endpoint.bench();
        assert_eq!(outcome(&bench, "a").await, by("a"));
        endpoint.set(broken);
        bench.hand.advance(Duration::from_secs(3_600));
        assert_eq!(outcome(&bench, "a").await, by("a"));
        assert_eq!(outcome(&bench, "e").await, no_key());
        assert_eq!(endpoint.asked(), 2, "a broken endpoint is not asked again at once");
        let reasons = bench
            .gateway
            .health()
            .into_iter()
            .find(|(name, _)| *name == "security")
            .expect("there")
            .1
            .reasons;
        assert_eq!(
            reasons,
            ["the key set could not be fetched; the last good one serves on"]
        );
        let warnings: Vec<_> = bench
            .output
            .lines()
            .into_iter()
            .filter(|line| line.contains("WARN"))
            .collect();
        assert_eq!(warnings.len(), 1);
        assert!(
            warnings[0].contains("the key set of tokens could not be fetched"),
            "{}",
            warnings[0]
        );
        endpoint.set(Some(VECTORS["rotated"].to_string().into()));
        bench.hand.advance(Duration::from_secs(60));
        assert_eq!(outcome(&bench, "e").await, by("e"), "it recovers");
        assert!(
            bench
                .gateway
                .health()
                .iter()
                .all(|(name, health)| *name != "security" || health.reasons.is_empty())
        );
    }
}

#[tokio::test]
async fn a_set_that_cannot_be_fetched_anew_serves_for_its_time_and_no_longer() {
    let endpoint = Endpoint::new(&VECTORS["jwks"]);
    let bench = endpoint.bench();
    for (key, seconds) in [("max_age_seconds", 60), ("max_stale_seconds", 120)] {
        let key = format!("security.token_jwks_{key}");
        bench.gateway.config().set(&key, seconds).expect("taken");
    }
    assert_eq!(outcome(&bench, "a").await, by("a"));
    endpoint.set(None);
    bench.hand.freeze(Duration::from_secs(179));
    assert_eq!(outcome(&bench, "a").await, by("a"));
    bench.hand.freeze(Duration::from_secs(1));
    let refused = Err(SecurityError::KeySetUnavailable.to_string());
    assert_eq!(outcome(&bench, "a").await, refused);
    let health = bench.gateway.health();
    let security = health.iter().find(|(name, _)| *name == "security").expect("there");
    assert_eq!(
        security.1.reasons,
        ["the key set could not be fetched; the last good one is too old to serve"]
    );
    endpoint.set(Some(VECTORS["rotated"].to_string().into()));
    bench.hand.advance(Duration::from_secs(5));
    assert_eq!(outcome(&bench, "e").await, by("e"), "it recovers");
}

#[tokio::test]
async fn without_any_set_a_token_is_no_better_than_the_endpoint() {
    let endpoint = Endpoint::default();
    let bench = endpoint.bench();
    for _ in 0..3 {
        let error = bench
            .security()
            .validate_token(vector(&["named", "a"]))
            .await
            .expect_err("down");
        assert_eq!(crate::Error::from(error).code(), "unavailable");
    }
    assert_eq!(endpoint.asked(), 1);
    endpoint.set(Some(VECTORS["jwks"].to_string().into()));
    bench.hand.advance(Duration::from_secs(5));
    assert_eq!(outcome(&bench, "a").await, by("a"));
}

#[tokio::test]
async fn a_slow_endpoint_keeps_no_other_token_waiting() {
    let asked = Arc::new(AtomicUsize::new(0));
    let bench = Bench::new([("security.token_audiences", "shop".into())]);
    let count = Arc::clone(&asked);
    let set: Vec<u8> = VECTORS["jwks"].to_string().into();
    bench.security().fetch_keys_from(move || {
        let first = count.fetch_add(1, SeqCst) == 0;
        let set = set.clone();
        async move { if first { Ok(set) } else { pending().await } }
    });
    assert_eq!(outcome(&bench, "a").await, by("a"));
    bench.hand.advance(Duration::from_secs(3_600));
    {
        let mut waiting = Box::pin(outcome(&bench, "b"));
        assert!(waiting.as_mut().now_or_never().is_none(), "the first one fetches");
        assert_eq!(outcome(&bench, "a").await, by("a"), "the others go on with the old set");
        // Its invocation ends, and the fetch with it.
    }
    assert_eq!(outcome(&bench, "b").await, by("b"));
    assert_eq!(asked.load(SeqCst), 2, "what was given up counts as asked");
}

#[tokio::test]
async fn many_first_tokens_fetch_once() {
    let endpoint = Endpoint::new(&VECTORS["jwks"]);
    let bench = endpoint.bench();
    let all = futures_util::future::join_all((0..50).map(|_| outcome(&bench, "a"))).await;
    assert!(all.iter().all(|one| *one == by("a")));
    assert_eq!(endpoint.asked(), 1);
}

#[tokio::test]
async fn a_fetched_set_holds_no_secrets_and_no_weak_keys() {
    use base64_simd::URL_SAFE_NO_PAD;
    let secret = json!({ "keys": [
        { "kty": "oct", "k": URL_SAFE_NO_PAD.encode_to_string(vector(&["secret"])), "alg": "HS256" },
        VECTORS["jwks"]["keys"][0],
    ]});
    let endpoint = Endpoint::new(&secret);
    let bench = endpoint.bench();
    let result = bench.security().validate_token(vector(&["tokens", "HS256"])).await;
    assert!(matches!(result, Err(SecurityError::Token(TokenFault::NoKey))));
    assert_eq!(endpoint.asked(), 0, "a key set has no part in shared secrets");
    assert_eq!(outcome(&bench, "a").await, by("a"));
}

#[tokio::test]
async fn what_a_set_holds_for_others_is_passed_over() {
    let mut keys = VECTORS["jwks"]["keys"].as_array().expect("an array").clone();
    keys.insert(0, json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "…" }));
    keys.insert(1, json!("no key"));
    keys.insert(2, json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "a" }));
    keys.insert(
        3,
        json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "b" }),
    );
    let mut encrypting = keys[4].clone();
    encrypting["use"] = json!("enc");
    encrypting["kid"] = json!("made up");
    keys.insert(4, encrypting);
    let bench = Endpoint::new(&json!({ "keys": keys, "more": 1 })).bench();
    for name in ["a", "b", "c", "d"] {
        assert_eq!(outcome(&bench, name).await, by(name));
    }
    assert_eq!(outcome(&bench, "made up").await, no_key(), "its key is for encryption");
}

#[tokio::test]
async fn cognito_s_tokens_are_accepted_for_their_client() {
    let bench = Bench::new([
        ("security.token_issuers", vector(&["cognito", "issuer"]).into()),
        ("security.token_audiences", "client-1".into()),
    ]);
    let set: Vec<u8> = VECTORS["cognito"]["jwks"].to_string().into();
    bench
        .security()
        .fetch_keys_from(move || std::future::ready(Ok(set.clone())));
    for (name, key) in [("id", "1example+kid/A="), ("access", "2example+kid/B=")] {
        let token = bench
            .security()
            .validate_token(vector(&["cognito", name]))
            .await
            .expect(name);
        assert_eq!(token.key_id.as_deref(), Some(key));
        assert_eq!(token.text("token_use"), Some(name));
    }
    for (name, fault) in [
        ("access of another", TokenFault::Audience),
        ("id with client_id", TokenFault::MissingClaim("aud")),
    ] {
        let result = bench.security().validate_token(vector(&["cognito", name])).await;
        assert!(
            matches!(result, Err(SecurityError::Token(other)) if other == fault),
            "{name}: {result:?}"
        );
    }
}

#[tokio::test]
async fn unloading_forgets_the_set() {
    let endpoint = Endpoint::new(&VECTORS["jwks"]);
    let bench = endpoint.bench();
    assert_eq!(outcome(&bench, "a").await, by("a"));
    assert!(bench.gateway.unload("security").expect("there"));
    assert_eq!(outcome(&bench, "a").await, by("a"));
    assert_eq!(endpoint.asked(), 2);
}
