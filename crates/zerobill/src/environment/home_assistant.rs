//! The variables of the handler for Home Assistant, and the names that older scripts used for them.

use super::Variable;

/// Where Home Assistant is.
pub const HOME_ASSISTANT_URL: Variable = Variable::new(
    &["ZEROBILL_HOME_ASSISTANT_URL", "HOME_ASSISTANT_URL", "BASE_URL"],
    "Where Home Assistant is reached from the internet, such as `https://home.example.org:8123`; a path before `/api` is kept.",
);
/// The name of Home Assistant's server, of a script that has no other variable for it.
pub const HOME_ASSISTANT_HOST: Variable = Variable::new(
    &["HOST"],
    "Home Assistant's address in older scripts; read only where `BEARER_TOKEN` is set too and no URL is.",
);
/// A long-lived access token.
pub const HOME_ASSISTANT_TOKEN: Variable = Variable::new(
    &[
        "ZEROBILL_HOME_ASSISTANT_TOKEN",
        "HOME_ASSISTANT_TOKEN",
        "LONG_LIVED_ACCESS_TOKEN",
        "BEARER_TOKEN",
    ],
    "A long-lived access token of Home Assistant: for Assist and the doctor, and for directives without a token where the fallback is on.",
);
/// Whether that token serves Alexa too.
pub const HOME_ASSISTANT_TOKEN_FALLBACK: Variable = Variable::new(
    &["ZEROBILL_HOME_ASSISTANT_TOKEN_FALLBACK", "DEBUG"],
    "Whether Alexa's requests that bring no token of Home Assistant are sent with the configured one; for tests, and for skills that link accounts with Amazon.",
);
/// How long Alexa may wait.
pub const HOME_ASSISTANT_TIMEOUT_SECONDS: Variable = Variable::new(
    &["ZEROBILL_HOME_ASSISTANT_TIMEOUT_SECONDS"],
    "After how many seconds Alexa is answered at the latest; never later than the invocation allows. What was sent by then runs on.",
);
/// How long a connection may take.
pub const HOME_ASSISTANT_CONNECT_TIMEOUT_SECONDS: Variable = Variable::new(
    &["ZEROBILL_HOME_ASSISTANT_CONNECT_TIMEOUT_SECONDS"],
    "How many seconds the connection to Home Assistant, TLS included, may take; not set means `ZEROBILL_HTTP_CLIENT_CONNECT_TIMEOUT_SECONDS`.",
);
/// The authorities that Home Assistant's certificate may be of.
pub const HOME_ASSISTANT_CA_CERTIFICATES: Variable = Variable::new(
    &["ZEROBILL_HOME_ASSISTANT_CA_CERTIFICATES"],
    "Certificate authorities to trust for Home Assistant beside the web's, or its own certificate, as PEM text or the path of a PEM file.",
);
/// The certificate that is shown to Home Assistant's proxy.
pub const HOME_ASSISTANT_CLIENT_CERTIFICATE: Variable = Variable::new(
    &["ZEROBILL_HOME_ASSISTANT_CLIENT_CERTIFICATE"],
    "The certificate that is shown to Home Assistant's server if it asks for one, as PEM text or the path of a PEM file.",
);
/// The key of that certificate.
pub const HOME_ASSISTANT_CLIENT_PRIVATE_KEY: Variable = Variable::new(
    &["ZEROBILL_HOME_ASSISTANT_CLIENT_PRIVATE_KEY"],
    "The private key of that certificate, as PEM text or the path of a PEM file.",
);
/// Whether any certificate is taken.
pub const HOME_ASSISTANT_DANGER_ACCEPT_INVALID_CERTS: Variable = Variable::new(
    &["ZEROBILL_HOME_ASSISTANT_DANGER_ACCEPT_INVALID_CERTS", "NOT_VERIFY_SSL"],
    "Whether Home Assistant's certificate is not checked: whoever is in between can then read its tokens. Trusting its own certificate is safer.",
);
/// The name of a service token of Cloudflare Access.
pub const HOME_ASSISTANT_CLOUDFLARE_CLIENT_ID: Variable = Variable::new(
    &["ZEROBILL_HOME_ASSISTANT_CLOUDFLARE_CLIENT_ID"],
    "The client id of a service token of Cloudflare Access, where Home Assistant is behind it.",
);
/// The secret of that service token.
pub const HOME_ASSISTANT_CLOUDFLARE_CLIENT_SECRET: Variable = Variable::new(
    &["ZEROBILL_HOME_ASSISTANT_CLOUDFLARE_CLIENT_SECRET"],
    "The client secret of that service token.",
);
