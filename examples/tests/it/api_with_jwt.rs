//! `api_with_jwt`: who holds a valid token is told who they are, and nobody else.

use base64_simd::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::json;

use crate::function::Function;

const SECRET: &str = "zbsecret-of-the-api-example-that-has-32-bytes-and-more";

/// A token with this header and these claims, signed by HS256 with `secret`.
fn token(header: &str, claims: &str, secret: &str) -> String {
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode_to_string(bytes);
    let signed = format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    format!("{signed}.{}", encode(hmac::sign(&key, signed.as_bytes()).as_ref()))
}

fn start() -> Function {
    Function::start(
        env!("CARGO_BIN_EXE_api-with-jwt"),
        &[
            ("ZEROBILL_SECURITY_TOKEN_ALGORITHMS", "HS256"),
            ("ZEROBILL_SECURITY_TOKEN_SECRET", SECRET),
            ("ZEROBILL_SECURITY_TOKEN_AUDIENCES", "shop"),
        ],
    )
}

const HEADER: &str = r#"{"alg":"HS256"}"#;
const CLAIMS: &str = r#"{"sub":"ann","aud":"shop","scope":"read","exp":4102444800}"#;

#[test]
fn a_valid_token_is_answered_and_logged_with_its_user() {
    let function = start();
    let bearer = format!("Bearer {}", token(HEADER, CLAIMS, SECRET));
    let response = function.request("GET /me", &[("Authorization", &bearer)], "");
    assert_eq!(response.status, 200);
    assert_eq!(response.body["data"], json!({ "user": "ann", "scope": "read" }));
    let logged = function.logged();
    assert_eq!(logged.len(), 1);
    assert_eq!(
        (&logged[0]["message"], &logged[0]["user"]),
        (&json!("told who they are"), &json!("ann"))
    );
}

#[test]
fn any_other_token_is_refused_and_only_the_log_says_why() {
    let function = start();
    let expired = CLAIMS.replace("4102444800", "1000000000");
    let other_audience = CLAIMS.replace("shop", "bank");
    let valid = token(HEADER, CLAIMS, SECRET);
    let tokens = [
        (
            token(HEADER, CLAIMS, "zbsecret-of-somebody-else-with-32-bytes"),
            "its signature does not fit",
        ),
        (token(HEADER, &expired, SECRET), "it has expired"),
        (
            token(HEADER, &other_audience, SECRET),
            "its audience is not one of `security.token_audiences`",
        ),
        (token(r#"{"alg":"none"}"#, CLAIMS, SECRET), "it is not signed"),
        (valid[..valid.len() - 10].to_owned(), "it is not a JSON Web Token"),
        (String::new(), "it is not a JSON Web Token"),
    ];
    for (token, _) in &tokens {
        let response = function.request("GET /me", &[("Authorization", &format!("Bearer {token}"))], "");
        assert_eq!(response.status, 401, "{token}");
        assert!(
            response.head.contains("\r\nwww-authenticate: bearer"),
            "{}",
            response.head
        );
        let error = json!({ "code": "unauthorized", "message": "a valid bearer token is needed" });
        assert_eq!(response.body["error"], error);
    }
    assert_eq!(function.request("GET /me", &[], "").status, 401, "without a header");
    let logged = function.logged();
    let reasons: Vec<_> = logged.iter().map(|line| line["reason"].as_str().unwrap()).collect();
    let expected = tokens
        .iter()
        .map(|(_, reason)| reason.to_owned())
        .chain(["it is not a JSON Web Token"]);
    assert_eq!(reasons, expected.collect::<Vec<_>>());
}

#[test]
fn another_path_is_not_there_and_a_missing_key_is_the_function_s_fault() {
    let function = start();
    let response = function.request("POST /me", &[], "{}");
    assert_eq!(
        (response.status, &response.body["error"]["code"]),
        (404, &json!("not_found"))
    );
    let keyless = Function::start(env!("CARGO_BIN_EXE_api-with-jwt"), &[]);
    let bearer = format!("Bearer {}", token(HEADER, CLAIMS, SECRET));
    let response = keyless.request("GET /me", &[("Authorization", &bearer)], "");
    assert_eq!(
        (response.status, &response.body["error"]["code"]),
        (500, &json!("invalid_configuration"))
    );
}
