//! Tokens: another implementation's of every algorithm, the examples of the RFCs, and everything that must be refused.

use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::bench::{Bench, NOW, VECTORS, vector};
use crate::{
    error::Error,
    security::{SecurityError, TokenFault, TokenKind},
};

const ALL: &str = "HS256,HS384,HS512,RS256,RS384,RS512,PS256,PS384,PS512,ES256,ES384,EdDSA";

fn public_keys() -> String {
    ["rsa", "p256", "p384", "ed25519"]
        .map(|name| vector(&["public", name]))
        .concat()
}

fn bench() -> Bench {
    Bench::new([
        ("security.token_algorithms", ALL.into()),
        ("security.token_secret", vector(&["secret"]).into()),
        ("security.token_public_keys", public_keys().into()),
        ("security.token_issuers", "https://issuer.example".into()),
        ("security.token_audiences", "shop, other".into()),
    ])
}

async fn fault(bench: &Bench, token: &str) -> TokenFault {
    match bench.security().validate_token(token).await {
        Err(SecurityError::Token(fault)) => fault,
        other => panic!("{token}: {other:?}"),
    }
}

#[tokio::test]
async fn tokens_of_every_algorithm_are_accepted() {
    let bench = bench();
    for algorithm in ALL.split(',') {
        let token = vector(&["tokens", algorithm]);
        let accepted = bench.security().validate_token(token).await;
        let accepted = accepted.unwrap_or_else(|error| panic!("{algorithm}: {error}"));
        assert_eq!((accepted.kind, accepted.algorithm), (TokenKind::Jwt, Some(algorithm)));
        assert_eq!(accepted.subject(), Some("ann"));
        assert_eq!(accepted.claims["exp"], NOW + 3_600);
        let bearer = bench.security().validate_token(&format!("bearer {token}")).await;
        assert_eq!(bearer.expect("accepted"), accepted);
        let alone = Bench::new([
            ("security.token_algorithms", algorithm.into()),
            ("security.token_secret", vector(&["secret"]).into()),
            ("security.token_public_keys", public_keys().into()),
        ]);
        for other in ALL.split(',').filter(|other| *other != algorithm) {
            assert_eq!(
                fault(&alone, vector(&["tokens", other])).await,
                TokenFault::Algorithm,
                "{other}"
            );
        }
    }
}

#[tokio::test]
async fn claims_decode_into_a_type() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Claims {
        sub: String,
        exp: u64,
    }
    let token = bench()
        .security()
        .validate_token(vector(&["tokens", "ES256"]))
        .await
        .expect("accepted");
    let claims = Claims {
        sub: "ann".to_owned(),
        exp: NOW + 3_600,
    };
    assert_eq!(token.decode::<Claims>().expect("decodes"), claims);
    assert!(token.decode::<Vec<u8>>().is_err());
}

#[tokio::test]
async fn only_the_asymmetric_algorithms_are_allowed_unless_set() {
    let bench = Bench::new([
        ("security.token_secret", vector(&["secret"]).into()),
        ("security.token_public_keys", public_keys().into()),
        ("security.token_audiences", "shop".into()),
    ]);
    assert_eq!(fault(&bench, vector(&["tokens", "HS256"])).await, TokenFault::Algorithm);
    assert!(
        bench
            .security()
            .validate_token(vector(&["tokens", "RS256"]))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn tokens_that_are_signed_and_wrong_say_why() {
    let bench = bench();
    for (why, token) in VECTORS["refused"].as_object().expect("an object") {
        let error = bench.call("validate_token", json!({ "token": token })).await;
        let error = error.expect_err(why);
        assert_eq!(error.code(), "invalid_token");
        assert_eq!(error.to_string(), format!("the token is not accepted: {why}"));
    }
    for (name, tokens) in VECTORS["wrong_claims"].as_object().expect("an object") {
        for token in tokens.as_array().expect("an array") {
            let refused = fault(&bench, token.as_str().expect("a text")).await;
            assert_eq!(
                refused.to_string(),
                format!("its claim `{name}` is not what such a claim is")
            );
        }
    }
}

#[tokio::test]
async fn times_count_to_the_second_with_the_leeway() {
    let bench = bench();
    let token = vector(&["tokens", "HS256"]);
    for (seconds, expected) in [
        (NOW - 121, Err(TokenFault::NotYetValid)),
        (NOW - 120, Ok(())),
        (NOW + 3_659, Ok(())),
        (NOW + 3_660, Err(TokenFault::Expired)),
        (u64::from(u32::MAX), Err(TokenFault::Expired)),
    ] {
        bench.hand.set(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        match (bench.security().validate_token(token).await, expected) {
            (Ok(_), Ok(())) => {}
            (Err(SecurityError::Token(fault)), Err(expected)) if fault == expected => {}
            (other, _) => panic!("{seconds}: {other:?}"),
        }
    }
    bench
        .hand
        .set(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + 3_600));
    let exact = bench.security().token_rules().leeway(Duration::ZERO);
    let result = bench.security().validate_token_by(token, &exact).await;
    assert!(matches!(result, Err(SecurityError::Token(TokenFault::Expired))));
}

#[tokio::test]
async fn rules_of_one_s_own_replace_the_settings() {
    let bench = bench();
    let rules = bench.security().token_rules();
    let token = vector(&["tokens", "RS256"]);
    for (rules, accepted) in [
        (rules.clone(), true),
        (rules.clone().issuer("https://other.example"), false),
        (rules.clone().audience("somebody"), false),
        (rules.clone().algorithm("ES256"), false),
        (rules.clone().algorithm("none"), false),
    ] {
        let result = bench.security().validate_token_by(token, &rules).await;
        assert_eq!(result.is_ok(), accepted, "{rules:?}");
    }
    let for_ever = vector(&["refused", "its claim `exp` is missing"]);
    let result = bench
        .security()
        .validate_token_by(for_ever, &rules.may_live_for_ever())
        .await;
    assert!(result.is_ok());
}

#[tokio::test]
async fn a_token_for_somebody_is_refused_where_no_audience_is_set() {
    let bench = Bench::new([("security.token_public_keys", public_keys().into())]);
    assert_eq!(fault(&bench, vector(&["tokens", "RS256"])).await, TokenFault::Audience);
}

#[tokio::test]
async fn a_token_without_a_signature_is_refused_however_it_says_so() {
    let bench = bench();
    for token in VECTORS["none"].as_array().expect("an array") {
        assert_eq!(
            fault(&bench, token.as_str().expect("a text")).await,
            TokenFault::Unsigned
        );
    }
    let token = vector(&["tokens", "HS256"]);
    let unsigned = &token[..=token.rfind('.').expect("three parts")];
    assert_eq!(fault(&bench, unsigned).await, TokenFault::Signature);
    for name in ["none", "None"] {
        let rules = bench.security().token_rules().algorithm(name);
        let result = bench
            .security()
            .validate_token_by(vector(&["refused", "it is not signed"]), &rules)
            .await;
        assert!(matches!(result, Err(SecurityError::Token(TokenFault::Unsigned))));
    }
}

#[tokio::test]
async fn a_public_key_is_never_taken_for_a_secret() {
    let without_secret = Bench::new([
        ("security.token_algorithms", ALL.into()),
        ("security.token_public_keys", public_keys().into()),
        ("security.token_audiences", "shop".into()),
    ]);
    assert_eq!(fault(&without_secret, vector(&["confused"])).await, TokenFault::NoKey);
    assert_eq!(fault(&bench(), vector(&["confused"])).await, TokenFault::Signature);
}

#[tokio::test]
async fn a_token_signed_again_by_another_algorithm_is_refused() {
    let bench = bench();
    assert_eq!(fault(&bench, vector(&["hs384_as_hs256"])).await, TokenFault::Signature);
    assert_eq!(fault(&bench, vector(&["ps256_as_rs256"])).await, TokenFault::Signature);
    // The header of one and the signature of another.
    let parts = |algorithm: &str| vector(&["tokens", algorithm]).rsplit_once('.').expect("three parts");
    for header in ALL.split(',') {
        for signature in ALL.split(',').filter(|other| *other != header) {
            let token = format!("{}.{}", parts(header).0, parts(signature).1);
            assert_eq!(
                fault(&bench, &token).await,
                TokenFault::Signature,
                "{header} with {signature}"
            );
        }
    }
}

#[tokio::test]
async fn a_token_that_is_cut_or_changed_anywhere_is_refused() {
    let bench = bench();
    for algorithm in ["HS256", "ES256", "EdDSA"] {
        let token = vector(&["tokens", algorithm]);
        for end in 0..token.len() {
            assert!(
                bench.security().validate_token(&token[..end]).await.is_err(),
                "{algorithm} to {end}"
            );
        }
        for at in 0..token.len() {
            let mut changed = token.as_bytes().to_vec();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert!(
                bench.security().validate_token(&changed).await.is_err(),
                "{algorithm} at {at}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let bench = bench();
    for none in [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "a.b.c.d.e",
        "Bearer ",
        "e30.e30.e30",
        "eyJhbGciOjF9.e30.e30",
        "💥.💥.💥",
    ] {
        assert_eq!(fault(&bench, none).await, TokenFault::Malformed, "{none}");
    }
    assert_eq!(fault(&bench, &"a".repeat(16 * 1_024 + 1)).await, TokenFault::TooLong);
    // Twice the same member: which of them another reader takes is not known.
    let twice = "eyJhbGciOiJIUzI1NiIsImFsZyI6Im5vbmUifQ.e30.e30";
    assert_eq!(fault(&bench, twice).await, TokenFault::Malformed);
    let deep = base64_simd::URL_SAFE_NO_PAD.encode_to_string("[".repeat(9_000));
    assert_eq!(fault(&bench, &format!("{deep}.e30.e30")).await, TokenFault::Malformed);
}

/// Appendices A.1 to A.3 of RFC 7515.
#[tokio::test]
async fn the_rfc_s_examples_are_accepted() {
    let payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let rsa = json!({ "kty": "RSA", "e": "AQAB", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ" });
    let p256 = json!({ "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" });
    let bench = Bench::new([
        ("security.token_algorithms", "HS256,RS256,ES256".into()),
        (
            "security.token_secret",
            "base64:AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow".into(),
        ),
        ("security.token_jwks", json!({ "keys": [rsa, p256] }).to_string().into()),
    ]);
    bench
        .hand
        .set(SystemTime::UNIX_EPOCH + Duration::from_secs(1_300_819_379));
    for (header, signature) in [
        (
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9",
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ),
        (
            "eyJhbGciOiJSUzI1NiJ9",
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
        ),
        (
            "eyJhbGciOiJFUzI1NiJ9",
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        ),
    ] {
        let token = format!("{header}.{payload}.{signature}");
        let accepted = bench.security().validate_token(&token).await.expect(header);
        assert_eq!(accepted.text("iss"), Some("joe"));
        assert_eq!(accepted.claims["http://example.com/is_root"], Value::Bool(true));
    }
}

/// Appendix A.4 of RFC 8037 signs what is no JSON: the signature fits, and then the payload does not read.
#[tokio::test]
async fn the_rfc_s_ed25519_signature_fits() {
    let key = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    let bench = Bench::new([("security.token_jwks", json!({ "keys": [key] }).to_string().into())]);
    let right = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert_eq!(fault(&bench, right).await, TokenFault::Malformed);
    assert_eq!(
        fault(&bench, &right.replace("hgyY", "hgyZ")).await,
        TokenFault::Signature
    );
}

#[tokio::test]
async fn opaque_tokens_are_known_or_not() {
    let bench = Bench::new([(
        "security.opaque_token",
        "zbsecret-opaque-token-1 zbsecret-opaque-token-2".into(),
    )]);
    for known in [
        "zbsecret-opaque-token-1",
        "zbsecret-opaque-token-2",
        "Bearer zbsecret-opaque-token-1",
    ] {
        let accepted = bench
            .call("validate_token", json!({ "token": known }))
            .await
            .expect("accepted");
        assert_eq!(accepted, json!({ "kind": "opaque", "claims": {} }));
    }
    for unknown in [
        "",
        "zbsecret-opaque-token-",
        "zbsecret-opaque-token-11",
        "zbsecret-opaque-token-1 zbsecret-opaque-token-2",
    ] {
        assert_eq!(fault(&bench, unknown).await, TokenFault::Unknown);
    }
    assert_eq!(fault(&bench, vector(&["tokens", "RS256"])).await, TokenFault::Unknown);
}

#[tokio::test]
async fn without_any_key_the_settings_are_named() {
    let error = Bench::new([])
        .security()
        .validate_token("a.b.c")
        .await
        .expect_err("no key");
    let error = Error::from(error);
    assert_eq!(error.code(), "invalid_configuration");
    for name in [
        "token_secret",
        "token_public_keys",
        "token_jwks",
        "token_jwks_url",
        "opaque_token",
    ] {
        assert!(error.to_string().contains(&format!("`security.{name}`")), "{error}");
    }
}

proptest! {
    #[test]
    fn no_text_is_a_token_by_chance_or_panics(token in "([A-Za-z0-9_-]{0,40}\\.){2}[A-Za-z0-9_-]{0,90}|.{0,60}") {
        let bench = bench();
        let accepted = tokio::runtime::Builder::new_current_thread().build().expect("a runtime")
            .block_on(bench.security().validate_token(&token));
        prop_assert!(accepted.is_err());
    }

    #[test]
    fn no_header_and_payload_panic(header in prop::collection::vec(any::<u8>(), 0..60), payload in prop::collection::vec(any::<u8>(), 0..60)) {
        use base64_simd::URL_SAFE_NO_PAD as BASE64;
        let bench = bench();
        let token = format!("{}.{}.AAAA", BASE64.encode_to_string(header), BASE64.encode_to_string(payload));
        let accepted = tokio::runtime::Builder::new_current_thread().build().expect("a runtime")
            .block_on(bench.security().validate_token(&token));
        prop_assert!(accepted.is_err());
    }
}
