//! `sanitize`, random tokens, and that no secret is in any message, `Debug` output or log line.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::bench::{Bench, KEY_1, vector};
use crate::{
    Error,
    security::{Scheme, SecurityError},
};

#[tokio::test]
async fn secrets_are_masked_by_name_and_by_shape_at_every_depth() {
    let event = json!({
        "headers": { "Authorization": "Bearer zbsecret-a", "accept": "*/*", "cookie": null },
        "multi": [{ "name": "X-Api-Key", "value": "zbsecret-b" }, { "name": "accept", "value": "*/*" }],
        "body": "password=zbsecret-c&page=2",
        "tokens": [vector(&["tokens", "HS256"]), "AKIAIOSFODNN7EXAMPLE", 7, true, null],
        "AKIAIOSFODNN7EXAMPLE": 1,
        "secret": { "deep": "zbsecret-d" },
    });
    let safe = Bench::new([])
        .call("sanitize", json!({ "value": event }))
        .await
        .expect("answers");
    assert_eq!(
        safe,
        json!({
            "headers": { "Authorization": "***", "accept": "*/*", "cookie": null },
            "multi": [{ "name": "X-Api-Key", "value": "***" }, { "name": "accept", "value": "*/*" }],
            "body": "password=***&page=2",
            "tokens": ["***", "***", 7, true, null],
            "***": 1,
            "secret": "***",
        })
    );
    let bench = Bench::new([]);
    assert_eq!(
        bench
            .call("sanitize", json!({ "value": "token=zbsecret-e" }))
            .await
            .expect("answers"),
        "token=***"
    );
    assert_eq!(bench.security().sanitize_text("Bearer zbsecret-f"), "Bearer ***");
}

#[tokio::test]
async fn random_tokens_are_long_and_each_is_another() {
    let bench = Bench::new([]);
    let tokens: HashSet<_> = (0..1_000)
        .map(|_| bench.security().random_token(16).expect("made"))
        .collect();
    assert_eq!(tokens.len(), 1_000);
    assert!(
        tokens
            .iter()
            .all(|token| token.len() == 22 && !token.contains(['+', '/', '=']))
    );
    let usual = bench.call("random_token", json!({})).await.expect("made");
    assert_eq!(usual.as_str().map(str::len), Some(43));
    for wrong in [0, 15, 1_025, u64::MAX] {
        let error = bench
            .call("random_token", json!({ "bytes": wrong }))
            .await
            .expect_err("refused");
        let text = format!("a random token has from 16 to 1024 bytes, not {wrong}");
        assert_eq!((error.code(), error.to_string()), ("invalid_parameter", text));
    }
}

/// Every text that a failed call leaves behind.
fn texts(error: SecurityError, corpus: &mut Vec<String>) {
    corpus.extend([error.to_string(), format!("{error:?}")]);
    let error = Error::from(error);
    corpus.extend([error.to_string(), error.detail().into_owned(), format!("{error:?}")]);
}

#[tokio::test]
async fn no_secret_is_in_any_message_or_log_line() {
    let secret = "zbsecret-secret-of-this-very-test-0001";
    let bench = Bench::new([
        ("security.token_algorithms", "HS256".into()),
        ("security.token_secret", vector(&["secret"]).into()),
        ("security.opaque_token", "zbsecret-opaque-token".into()),
        ("security.hmac_secret", secret.into()),
        ("security.encryption_secrets", KEY_1.into()),
    ]);
    let security = bench.security();
    let mut corpus = Vec::new();

    let token = vector(&["tokens", "HS256"]);
    for wrong in [
        token,
        &token[..token.len() - 2],
        "zbsecret-unknown",
        "zbsecret.zbsecret.zbsecret",
        vector(&["refused", "it has expired"]),
    ] {
        texts(security.validate_token(wrong).await.expect_err("refused"), &mut corpus);
    }
    let rules = security.token_rules().audience("shop");
    let accepted = security.validate_token_by(token, &rules);
    if cfg!(feature = "jwt") {
        corpus.push(format!("{:?}", accepted.await.expect("accepted")));
    }
    let ciphertext = security.encrypt("zbsecret-plain", "zbsecret-data").expect("encrypts");
    for wrong in [
        ciphertext.replace("zb1.k1", "zb1.zbsecret"),
        ciphertext.replace("k1.", "k1.A"),
        "zbsecret".to_owned(),
    ] {
        texts(
            security.decrypt(&wrong, "zbsecret-data").expect_err("refused"),
            &mut corpus,
        );
    }
    texts(
        security.decrypt(&ciphertext, "zbsecret-other").expect_err("refused"),
        &mut corpus,
    );
    for wrong in ["zbsecret", "sha256=zbsecret", &"0".repeat(64)] {
        for scheme in [Scheme::Hmac, Scheme::TimedHmac] {
            let result = security.verify_signature(scheme, "zbsecret", wrong, Some("zbsecret"));
            texts(result.expect_err("refused"), &mut corpus);
        }
    }
    for body in [r#"{"a":zbsecret"#, r#""zbsecret"#, "zbsecret"] {
        texts(security.validate_request(body, None).expect_err("refused"), &mut corpus);
    }
    for (operation, parameters) in [
        ("validate_token", json!({ "token": ["zbsecret"] })),
        ("encrypt", json!({ "text": { "a": "zbsecret" } })),
        ("decrypt", json!({ "ciphertext": 7, "associated_data": ["zbsecret"] })),
        (
            "verify_signature",
            json!({ "scheme": "hmac", "payload": "zbsecret", "signature": "zbsecret" }),
        ),
        ("sign", json!({ "scheme": "hmac", "payload": 7 })),
    ] {
        let error = bench.call(operation, parameters).await.expect_err(operation);
        corpus.extend([error.to_string(), error.detail().into_owned(), format!("{error:?}")]);
    }
    for (key, wrong) in [
        ("security.hmac_secret", "zbsecret-weak"),
        ("security.token_secret", "zbsecret-weak"),
        ("security.opaque_token", "zbsecret-weak"),
        ("security.encryption_secrets", "zbsecret-weak zbsecret=zbsecret"),
        ("security.token_public_keys", "zbsecret-no-pem"),
        ("security.token_jwks", "zbsecret-no-json"),
    ] {
        let weak = Bench::new([]);
        weak.gateway.config().set(key, wrong).expect("a text");
        let security = weak.security();
        let results = [
            security.encrypt("", "").map(drop),
            security.sign(Scheme::Hmac, "").map(drop),
            security.validate_token(token).await.map(drop),
        ];
        for result in results {
            texts(result.expect_err("refused"), &mut corpus);
        }
        let (_, faults) = crate::Gateway::builder().setting(key, wrong).build_anyway();
        corpus.extend(faults.iter().map(|fault| format!("{fault} {fault:?}")));
        corpus.push(format!("{:?}", weak.gateway.health()));
    }
    corpus.push(format!("{:?}", bench.security()));
    corpus.extend(bench.output.lines());

    assert!(corpus.len() > 100, "{}", corpus.len());
    let found: Vec<_> = corpus.iter().filter(|text| text.contains("zbsecret")).collect();
    assert!(found.is_empty(), "{found:#?}");
    let raw = [&ciphertext[27..60], &token[..30], &KEY_1[3..20]];
    assert!(corpus.iter().all(|text| raw.iter().all(|part| !text.contains(part))));
    let planted: Vec<Value> = vec![json!("zbsecret")];
    assert!(
        format!("{planted:?}").contains("zbsecret"),
        "what is searched for would be found"
    );
}
