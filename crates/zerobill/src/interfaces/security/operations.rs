//! The operations of `security`.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{error::SecurityError, service::Schema, signature::Scheme};
use crate::operation::{Field, Kind, Operation, Parameters, op, op_async, op_value};

/// The rows. Their examples work with the keys of the tests.
pub(crate) const OPERATIONS: &[&dyn Operation] = &[
    &op(
        "validate_request",
        "Reads a request's body within the limits, and holds it against a schema where one is given.",
        |g, p: Request| {
            let schema = p.schema.map(Value::Object);
            let name = p.name.as_deref().unwrap_or("(unnamed)");
            let schema = schema.as_ref().map(|schema| Schema::new(name, schema));
            g.security().validate_request(p.body, schema)
        },
    )
    .reads()
    .example(r#"{"body":"{\"id\":7}","name":"order","schema":{"type":"object","required":["id"]}}"#),
    &op_async(
        "validate_token",
        "Returns what an accepted token says.",
        |g, p: Token| Box::pin(async move { g.security().validate_token(&p.token).await }),
    )
    .reads()
    .example(TOKEN_EXAMPLE),
    &op(
        "sign",
        "Returns a signature of a payload, and when it was made.",
        |g, p: Sign| g.security().sign(p.scheme, p.payload),
    )
    .reads()
    .example(r#"{"scheme":"stripe","payload":"{}"}"#),
    &op(
        "verify_signature",
        "Answers true if a signature fits its payload and is recent, and fails otherwise.",
        |g, p: Verify| {
            let timestamp = p.timestamp.as_deref();
            g.security()
                .verify_signature(p.scheme, p.payload, &p.signature, timestamp)
                .map(|()| true)
        },
    )
    .reads()
    .example(VERIFY_EXAMPLE),
    &op(
        "encrypt",
        "Encrypts a text under the first key, bound to the associated data.",
        |g, p: Encrypt| g.security().encrypt(p.text, p.associated_data.unwrap_or_default()),
    )
    .reads()
    .example(r#"{"text":"4711","associated_data":"order"}"#)
    .same_shape("each ciphertext has another nonce"),
    &op(
        "decrypt",
        "Returns the text that was encrypted, if it was not changed.",
        |g, p: Decrypt| {
            let bytes = g
                .security()
                .decrypt(&p.ciphertext, p.associated_data.unwrap_or_default())?;
            String::from_utf8(bytes).map_err(|_| SecurityError::NotText)
        },
    )
    .reads()
    .example(DECRYPT_EXAMPLE),
    &op_value(
        "sanitize",
        "Returns a value with what is secret in it masked.",
        |g, p: Sanitize| g.security().sanitize(&p.value),
    )
    .example(r#"{"value":{"password":"hunter2","note":"use token=abc"}}"#)
    .read_only(),
    &op(
        "random_token",
        "Returns random bytes from the operating system, in base64url.",
        |g, p: Length| {
            let bytes = p.bytes.unwrap_or(32);
            let length = usize::try_from(bytes).map_err(|_| SecurityError::TokenLength(bytes))?;
            g.security().random_token(length)
        },
    )
    .reads()
    .example(r#"{"bytes":32}"#)
    .same_shape("each token is another"),
];

const TOKEN_EXAMPLE: &str = r#"{"token":"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbm4iLCJleHAiOjQxMDI0NDQ4MDB9.iPg5ocss0BJ-4xdZsDF-JOfbGyi8IJjon6Zifl7K59E"}"#;
const VERIFY_EXAMPLE: &str = r#"{"scheme":"stripe","payload":"{}","signature":"t=1800000000,v1=e478bc7968f098a3190d212688dfe8317bfcc1912de32af4aeec9561cc8081c2"}"#;
const DECRYPT_EXAMPLE: &str =
    r#"{"ciphertext":"zb1.k1.3mUNYfW9FmqR-Mzs.6WcrKn9e1_kkgaKYNAVyj6AfLJA","associated_data":"order"}"#;

const PAYLOAD: Field = Field::required("payload", Kind::String, "the body as it was sent");
const SCHEME: Field = Field::required(
    "scheme",
    Kind::String,
    "how it is signed: `github`, `stripe`, `slack`, `hmac` or `timed_hmac`",
);
const ASSOCIATED_DATA: Field = Field::optional(
    "associated_data",
    Kind::String,
    "what the ciphertext is bound to, and cannot be decrypted without",
);

#[derive(Deserialize)]
struct Request {
    body: String,
    name: Option<String>,
    schema: Option<Map<String, Value>>,
}

impl Parameters for Request {
    const FIELDS: &'static [Field] = &[
        Field::required("body", Kind::String, "the body, a JSON text"),
        Field::optional("name", Kind::String, "the name under which the schema is kept compiled"),
        Field::optional("schema", Kind::Object, "a JSON Schema"),
    ];
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

impl Parameters for Token {
    const FIELDS: &'static [Field] = &[Field::required(
        "token",
        Kind::String,
        "a JSON Web Token or an opaque one; `Bearer ` may stand before it",
    )];
}

#[derive(Deserialize)]
struct Sign {
    scheme: Scheme,
    payload: String,
}

impl Parameters for Sign {
    const FIELDS: &'static [Field] = &[SCHEME, PAYLOAD];
}

#[derive(Deserialize)]
struct Verify {
    scheme: Scheme,
    payload: String,
    signature: String,
    timestamp: Option<String>,
}

impl Parameters for Verify {
    const FIELDS: &'static [Field] = &[
        SCHEME,
        PAYLOAD,
        Field::required("signature", Kind::String, "the text of the sender's header"),
        Field::optional(
            "timestamp",
            Kind::String,
            "when it was made, in seconds since 1970, where that stands beside it",
        ),
    ];
}

#[derive(Deserialize)]
struct Encrypt {
    text: String,
    associated_data: Option<String>,
}

impl Parameters for Encrypt {
    const FIELDS: &'static [Field] = &[
        Field::required("text", Kind::String, "what to encrypt"),
        ASSOCIATED_DATA,
    ];
}

#[derive(Deserialize)]
struct Decrypt {
    ciphertext: String,
    associated_data: Option<String>,
}

impl Parameters for Decrypt {
    const FIELDS: &'static [Field] = &[
        Field::required("ciphertext", Kind::String, "what was encrypted, `zb1.…`"),
        ASSOCIATED_DATA,
    ];
}

#[derive(Deserialize)]
struct Sanitize {
    value: Value,
}

impl Parameters for Sanitize {
    const FIELDS: &'static [Field] = &[Field::required("value", Kind::Any, "the value, or a text")];
}

#[derive(Deserialize)]
struct Length {
    bytes: Option<u64>,
}

impl Parameters for Length {
    const FIELDS: &'static [Field] = &[Field::optional(
        "bytes",
        Kind::Integer,
        "how many bytes, from 16 to 1024; 32 unless given",
    )];
}
