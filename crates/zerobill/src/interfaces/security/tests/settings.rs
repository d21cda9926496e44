//! Keys that are too weak or wrong are faults at start, with no key shown; and nothing is built before it is used.

use std::time::Duration;

use serde_json::Value;

use super::bench::{Bench, KEY_1, NOW, vector};
use crate::{Gateway, environment::Environment, output::Output, security::Scheme};

fn faults(key: &str, value: impl Into<Value>) -> Vec<String> {
    let builder = Gateway::builder()
        .environment(Environment::default())
        .output(Output::captured());
    let (_, faults) = builder.setting(key, value).build_anyway();
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn a_weak_secret_is_a_fault_at_start() {
    for key in ["github_secret", "stripe_secret", "slack_secret", "hmac_secret"] {
        let key = format!("security.{key}");
        assert_eq!(
            faults(&key, "zbsecret-that-is-only-31-bytes-"),
            [format!(
                "`{key}` in code: a secret has 31 bytes, and fewer than 32 can be guessed"
            )]
        );
        assert_eq!(faults(&key, "zbsecret-that-is-just-32-bytes--"), [""; 0]);
        assert_eq!(
            faults(&key, "zbsecret-that-is-just-32-bytes-- short"),
            [format!(
                "`{key}` in code: a secret has 5 bytes, and fewer than 32 can be guessed"
            )]
        );
        assert_eq!(
            faults(&key, "base64:!!!"),
            [format!("`{key}` in code: what follows `base64:` is not base64")]
        );
    }
    assert_eq!(
        faults("security.opaque_token", "zbsecret-15-byt"),
        ["`security.opaque_token` in code: a secret has 15 bytes, and fewer than 16 can be guessed"]
    );
}

#[test]
fn a_wrong_encryption_key_is_a_fault_at_start() {
    let place = "`security.encryption_secrets` in code";
    for (value, problem) in [
        ("zbsecret", "key 1 is not `ID=KEY`"),
        ("k=", "key 1 has 0 bytes, and AES-256 takes 32"),
        ("k=emJzZWNyZXQ=", "key 1 has 8 bytes, and AES-256 takes 32"),
        ("k=ä", "key 1 is not base64"),
        (
            "a.b=emJzZWNyZXQ=",
            "key 1 has a name that is not 1 to 32 letters, digits, `-` and `_`",
        ),
        (&format!("{KEY_1} {KEY_1}"), "key 2 has the name of another"),
        (&format!("{KEY_1} {KEY_1}AAAA"), "key 2 has the name of another"),
    ] {
        assert_eq!(
            faults("security.encryption_secrets", value),
            [format!("{place}: {problem}")]
        );
    }
}

#[test]
fn the_place_of_a_fault_is_where_the_value_stands() {
    let variables = Environment::from_pairs([("ZEROBILL_SECURITY_HMAC_SECRET", "zbsecret")]);
    let built = Gateway::builder()
        .environment(variables)
        .output(Output::captured())
        .build();
    assert_eq!(
        built.expect_err("weak").to_string(),
        "the configuration is not valid: environment variable `ZEROBILL_SECURITY_HMAC_SECRET`: a secret has 8 bytes, \
         and fewer than 32 can be guessed"
    );
}

#[cfg(feature = "jwt")]
#[test]
fn wrong_token_keys_are_faults_at_start() {
    let public = |name| vector(&["public", name]).to_owned();
    let other_kind = "a PEM block is no public key of RSA, P-256, P-384 or Ed25519";
    for (key, value, problem) in [
        (
            "token_secret",
            "zbsecret-short".to_owned(),
            "a secret has 14 bytes, and fewer than 32 can be guessed",
        ),
        (
            "token_secret",
            public("rsa"),
            "it holds a PEM key, which is no shared secret",
        ),
        (
            "token_public_keys",
            public("weak_rsa"),
            "an RSA key has 1024 bits, and 2048 to 8192 are taken",
        ),
        ("token_public_keys", public("p521"), other_kind),
        ("token_public_keys", "zbsecret".to_owned(), "it is not PEM"),
        (
            "token_public_keys",
            public("rsa").replace("END PUBLIC", "END OTHER"),
            "it is not PEM",
        ),
        (
            "token_public_keys",
            public("rsa").replace('\n', "!"),
            "a PEM block is not base64",
        ),
        ("token_public_keys", public("p256") + "more", "it is not PEM"),
        (
            "token_public_keys",
            vector(&["rsa_private"]).to_owned(),
            "it holds a private key, and only public ones belong there",
        ),
        ("token_jwks", "<html>".to_owned(), "it is not JSON with an array `keys`"),
        (
            "token_jwks",
            serde_json::json!({ "keys": [] }).to_string(),
            "it holds no key that verifies tokens",
        ),
        (
            "token_jwks",
            serde_json::json!({ "keys": [{ "kty": "oct", "k": "emJzZWNyZXQ" }] }).to_string(),
            "a key is a shared secret, which belongs in `security.token_secret`",
        ),
        (
            "token_jwks_url",
            "http://issuer.example/jwks.json".to_owned(),
            "it does not begin with `https://`, and whoever is on the way could put keys of their own into it",
        ),
        (
            "token_jwks_url",
            "http://127.0.0.1.example/jwks.json".to_owned(),
            "it does not begin with `https://`, and whoever is on the way could put keys of their own into it",
        ),
        (
            "token_algorithms",
            "RS256,none".to_owned(),
            "a token that is not signed is never accepted",
        ),
        (
            "token_algorithms",
            "RS265".to_owned(),
            "there is no algorithm `RS265`; did you mean `RS256`?",
        ),
    ] {
        assert_eq!(
            faults(&format!("security.{key}"), value),
            [format!("`security.{key}` in code: {problem}")]
        );
    }
}

#[cfg(feature = "jwt")]
#[test]
fn public_keys_may_be_written_in_every_usual_way() {
    let all: String = ["rsa", "p256", "p384", "ed25519"]
        .map(|name| vector(&["public", name]))
        .concat();
    for written in [
        all.clone(),
        all.replace('\n', "\\n"),
        all.replace('\n', "\r\n"),
        format!("\n  {all}\n\n"),
        vector(&["rsa_pkcs1"]).to_owned(),
    ] {
        assert_eq!(faults("security.token_public_keys", written), [""; 0]);
    }
    assert_eq!(
        faults("security.token_jwks", super::bench::VECTORS["jwks"].to_string()),
        [""; 0]
    );
    for url in [
        "https://issuer.example/jwks.json",
        "http://127.0.0.1:9000/jwks.json",
        "http://localhost/jwks.json",
    ] {
        assert_eq!(faults("security.token_jwks_url", url), [""; 0]);
    }
}

#[test]
fn nothing_is_built_before_it_is_used_and_all_of_it_is_given_back() {
    let bench = Bench::new([
        ("security.encryption_secrets", KEY_1.into()),
        ("security.hmac_secret", "zbsecret-hmac-secret-of-the-tests".into()),
    ]);
    let built = || {
        bench
            .gateway
            .stats()
            .built
            .iter()
            .map(|record| record.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(built(), [""; 0]);
    bench.security().encrypt("", "").expect("encrypts");
    assert_eq!(built(), ["encryption keys"]);
    assert!(bench.gateway.unload("security").expect("there"));
    assert!(!bench.gateway.unload("security").expect("there"));
    bench.security().encrypt("", "").expect("encrypts again");
}

#[tokio::test]
async fn what_is_preloaded_is_not_built_again_on_its_first_use() {
    let bench = Bench::new([
        ("initialization.preload", "security".into()),
        ("security.encryption_secrets", KEY_1.into()),
        ("security.hmac_secret", "zbsecret-hmac-secret-of-the-tests".into()),
        ("security.opaque_token", "zbsecret-opaque-token".into()),
        ("security.token_algorithms", "HS256".into()),
        ("security.token_audiences", "shop".into()),
        ("security.token_secret", vector(&["secret"]).into()),
    ]);
    let report = bench.gateway.initialization().run(&bench.gateway);
    assert!(report.preloaded[0].built, "{report:?}");
    let last_built_ms = || bench.gateway.stats().built.iter().map(|record| record.at_ms).max();
    assert_eq!(last_built_ms(), Some(NOW * 1_000));
    bench.hand.advance(Duration::from_secs(1));
    let ciphertext = bench.security().encrypt("a", "").expect("encrypts");
    bench.security().decrypt(&ciphertext, "").expect("decrypts");
    bench.security().sign(Scheme::Hmac, "a").expect("signs");
    bench
        .security()
        .validate_token("zbsecret-opaque-token")
        .await
        .expect("is known");
    #[cfg(feature = "jwt")]
    let token = vector(&["tokens", "HS256"]);
    #[cfg(feature = "jwt")]
    bench.security().validate_token(token).await.expect("is valid");
    assert_eq!(
        last_built_ms(),
        Some(NOW * 1_000),
        "nothing was built after the preloading"
    );
}

#[test]
fn a_key_that_has_become_weak_stays_lazy_in_a_preloading_and_the_report_says_why() {
    let bench = Bench::new([("security.encryption_secrets", KEY_1.into())]);
    let config = bench.gateway.config();
    config.set("security.encryption_secrets", "k1=AAAA").expect("a text");
    let error = bench.gateway.preload("security").expect_err("weak");
    assert_eq!(
        (error.code(), error.message()),
        (
            "invalid_configuration",
            "`security.encryption_secrets` cannot be used: key 1 has 3 bytes, and AES-256 takes 32"
        )
    );
}

#[test]
fn a_key_that_becomes_weak_while_running_is_refused_when_it_is_used() {
    let bench = Bench::new([("security.encryption_secrets", KEY_1.into())]);
    let text = bench.security().encrypt("a", "").expect("encrypts");
    bench
        .gateway
        .config()
        .set("security.encryption_secrets", "k1=AAAA")
        .expect("a text");
    let error = bench.security().decrypt(&text, "").expect_err("weak");
    assert_eq!(
        error.to_string(),
        "`security.encryption_secrets` cannot be used: key 1 has 3 bytes, and AES-256 takes 32"
    );
}

#[test]
fn settings_that_hold_keys_are_masked() {
    let bench = Bench::new([
        ("security.encryption_secrets", KEY_1.into()),
        ("security.hmac_secret", "zbsecret-hmac-secret-of-the-tests".into()),
        ("security.opaque_token", "zbsecret-opaque-token".into()),
        ("security.token_secret", vector(&["secret"]).into()),
    ]);
    let all = bench.gateway.config().get_all();
    for key in ["encryption_secrets", "hmac_secret", "opaque_token", "token_secret"] {
        assert_eq!(all[&format!("security.{key}")], "***", "{key}");
    }
    assert_eq!(all["security.token_algorithms"], "RS256,ES256,EdDSA");
}
