//! The variables of `security`.

use super::Variable;

/// Algorithms that JSON Web Tokens may be signed with.
pub const SECURITY_TOKEN_ALGORITHMS: Variable = Variable::new(
    &["ZEROBILL_SECURITY_TOKEN_ALGORITHMS"],
    "The algorithms that JSON Web Tokens may be signed with, separated by commas; `none` is never one.",
);
/// The secret of HS256, HS384 and HS512.
pub const SECURITY_TOKEN_SECRET: Variable = Variable::new(
    &["ZEROBILL_SECURITY_TOKEN_SECRET"],
    "The secret that HS256, HS384 and HS512 tokens are signed with, at least 32 bytes; several are separated by spaces, and `base64:` before one means its bytes in base64.",
);
/// Public keys of tokens.
pub const SECURITY_TOKEN_PUBLIC_KEYS: Variable = Variable::new(
    &["ZEROBILL_SECURITY_TOKEN_PUBLIC_KEYS"],
    "The public keys, as PEM, that tokens are verified with, one after the other; `\\n` counts as a line's end.",
);
/// A key set as text.
pub const SECURITY_TOKEN_JWKS: Variable = Variable::new(
    &["ZEROBILL_SECURITY_TOKEN_JWKS"],
    "The public keys that tokens are verified with, as the JSON text of a JSON Web Key Set.",
);
/// Where a key set is fetched.
pub const SECURITY_TOKEN_JWKS_URL: Variable = Variable::new(
    &["ZEROBILL_SECURITY_TOKEN_JWKS_URL"],
    "Where the JSON Web Key Set is fetched that tokens are verified with; it begins with `https://`, or is on this machine.",
);
/// How old a fetched key set may get.
pub const SECURITY_TOKEN_JWKS_MAX_AGE_SECONDS: Variable = Variable::new(
    &["ZEROBILL_SECURITY_TOKEN_JWKS_MAX_AGE_SECONDS"],
    "After how many seconds a fetched key set is fetched again; the old one serves where that fails.",
);
/// How long an old key set serves.
pub const SECURITY_TOKEN_JWKS_MAX_STALE_SECONDS: Variable = Variable::new(
    &["ZEROBILL_SECURITY_TOKEN_JWKS_MAX_STALE_SECONDS"],
    "For how many seconds after that the old key set serves while no new one can be fetched; then its tokens are refused.",
);
/// Issuers whose tokens are accepted.
pub const SECURITY_TOKEN_ISSUERS: Variable = Variable::new(
    &["ZEROBILL_SECURITY_TOKEN_ISSUERS"],
    "Issuers whose tokens are accepted, separated by commas; none means any that the keys sign for.",
);
/// Audiences that tokens are accepted for.
pub const SECURITY_TOKEN_AUDIENCES: Variable = Variable::new(
    &["ZEROBILL_SECURITY_TOKEN_AUDIENCES"],
    "Audiences that tokens are accepted for, separated by commas; a token for another, or for one where none is set, is refused.",
);
/// How far clocks may differ.
pub const SECURITY_TOKEN_LEEWAY_SECONDS: Variable = Variable::new(
    &["ZEROBILL_SECURITY_TOKEN_LEEWAY_SECONDS"],
    "By how many seconds the issuer's clock may differ from this one's.",
);
/// Tokens that are accepted as they stand.
pub const SECURITY_OPAQUE_TOKEN: Variable = Variable::new(
    &["ZEROBILL_SECURITY_OPAQUE_TOKEN"],
    "Tokens that are accepted as they stand, at least 16 bytes each, separated by spaces.",
);
/// The secret of GitHub's webhooks.
pub const SECURITY_GITHUB_SECRET: Variable = Variable::new(
    &["ZEROBILL_SECURITY_GITHUB_SECRET"],
    "The secret of GitHub's webhooks, at least 32 bytes; several are separated by spaces, and the first signs.",
);
/// The secret of Stripe's webhooks.
pub const SECURITY_STRIPE_SECRET: Variable = Variable::new(
    &["ZEROBILL_SECURITY_STRIPE_SECRET"],
    "The signing secret of Stripe's webhooks, `whsec_…`; several are separated by spaces, and the first signs.",
);
/// The secret of Slack's requests.
pub const SECURITY_SLACK_SECRET: Variable = Variable::new(
    &["ZEROBILL_SECURITY_SLACK_SECRET"],
    "The signing secret of Slack's requests; several are separated by spaces, and the first signs.",
);
/// The secret of other signatures.
pub const SECURITY_HMAC_SECRET: Variable = Variable::new(
    &["ZEROBILL_SECURITY_HMAC_SECRET"],
    "The secret of other HMAC-SHA256 signatures, at least 32 bytes; several are separated by spaces, the first signs, and `base64:` before one means its bytes in base64.",
);
/// How old a signature may be.
pub const SECURITY_REPLAY_WINDOW_SECONDS: Variable = Variable::new(
    &["ZEROBILL_SECURITY_REPLAY_WINDOW_SECONDS"],
    "How many seconds a signature with a time may be old, or ahead.",
);
/// The keys of encryption.
pub const SECURITY_ENCRYPTION_SECRETS: Variable = Variable::new(
    &["ZEROBILL_SECURITY_ENCRYPTION_SECRETS"],
    "The AES-256 keys as `ID=KEY`, separated by spaces, each key 32 bytes in base64; the first encrypts, and all decrypt.",
);
/// How large a request may be.
pub const SECURITY_MAX_REQUEST_BYTES: Variable = Variable::new(
    &["ZEROBILL_SECURITY_MAX_REQUEST_BYTES"],
    "How many bytes the body of a request may have.",
);
/// How deep a request may be.
pub const SECURITY_MAX_REQUEST_DEPTH: Variable = Variable::new(
    &["ZEROBILL_SECURITY_MAX_REQUEST_DEPTH"],
    "How many levels of objects and arrays the body of a request may have.",
);
