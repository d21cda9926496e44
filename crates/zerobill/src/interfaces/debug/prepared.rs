//! A gateway to measure on, and parameters that work there: the keys of both are random and serve nothing else.

use base64_simd::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::{Value, json};

use crate::{
    error::{Error, INTERNAL, Result},
    gateway::Gateway,
    interfaces::security::Scheme,
    output::Output,
};

/// The setting whose secret signs the token that is validated.
const TOKEN_SECRET: &str = "security.token_secret";

/// A token that says who, and is good until the year 2100.
const CLAIMS: &str = r#"{"sub":"ann","exp":4102444800}"#;

/// A gateway of the environment of `live`, with keys of its own, that writes nothing.
pub(super) fn gateway(live: &Gateway) -> Result<Gateway> {
    let base = live.base();
    let key = || live.security().random_token(32);
    let builder = Gateway::builder()
        .environment(base.environment.clone())
        .clock(base.clock.clone())
        .output(Output::nowhere())
        .setting("security.token_algorithms", "HS256")
        .setting("security.token_issuers", "")
        .setting("security.token_audiences", "")
        .setting(TOKEN_SECRET, key()?)
        .setting("security.stripe_secret", key()?)
        .setting("security.encryption_secrets", format!("own={}", key()?));
    Ok(builder.build_anyway().0)
}

/// The parameters of `operation` in the table's `example`; those that hold the work of a key are made with the keys of `gateway`.
pub(super) fn parameters(gateway: &Gateway, operation: &str, example: &str) -> Result<Value> {
    let security = gateway.security();
    Ok(match operation {
        "security.validate_token" => json!({ "token": token(gateway) }),
        "security.verify_signature" => {
            let signature = security.sign(Scheme::Stripe, "{}")?.signature;
            json!({ "scheme": Scheme::Stripe, "payload": "{}", "signature": signature })
        }
        "security.decrypt" => {
            json!({ "ciphertext": security.encrypt("4711", "order")?, "associated_data": "order" })
        }
        _ => serde_json::from_str(example)
            .map_err(|error| Error::new(INTERNAL, format!("the example of `{operation}`: {error}")))?,
    })
}

/// A JSON Web Token of HS256.
fn token(gateway: &Gateway) -> String {
    let secret = gateway.config().value(TOKEN_SECRET);
    let secret = secret.as_ref().and_then(Value::as_str).unwrap_or_default();
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode_to_string(bytes);
    let signed = format!("{}.{}", encode(br#"{"alg":"HS256"}"#), encode(CLAIMS.as_bytes()));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = encode(hmac::sign(&key, signed.as_bytes()).as_ref());
    format!("{signed}.{signature}")
}
