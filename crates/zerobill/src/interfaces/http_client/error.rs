//! Why a request was not sent, or brought no answer.

use std::time::Duration;

use crate::error::{
    Error, FEATURE_DISABLED, INTERNAL, INVALID_CONFIGURATION, INVALID_PARAMETER, INVALID_RESPONSE, TOO_LARGE,
    UNAVAILABLE,
};

/// A request that failed. `at` is scheme, host and path; queries, header values and bodies are never shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The library was built without its feature `http`.
    #[error("the HTTP client is not built in; build with the feature `http`")]
    FeatureDisabled,
    /// No Tokio runtime.
    #[error("a request needs a Tokio runtime; send it within one")]
    NoRuntime,
    /// The URL cannot be asked for.
    #[error("the URL cannot be asked for: {0}")]
    InvalidUrl(&'static str),
    /// The method is none that this client sends.
    #[error("the method is none that can be sent; use letters only, and neither CONNECT nor TRACE")]
    InvalidMethod,
    /// A header cannot be sent.
    #[error("the header `{name}` cannot be sent: {problem}")]
    InvalidHeader {
        /// Its name; empty where the name is what is wrong.
        name: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// The value for the body cannot become JSON.
    #[error("the body cannot be serialized")]
    NotSerializable,
    /// Two bodies for one request.
    #[error("a request has one body; give `json` or `body`, not both")]
    TwoBodies,
    /// A timeout that is no time.
    #[error("a timeout of {0} seconds is not above 0 and at most 900")]
    InvalidTimeout(String),
    /// The body is larger than a request may be.
    #[error("the body has {bytes} bytes, and {max_bytes} may be sent")]
    RequestTooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        max_bytes: usize,
    },
    /// The answer is larger than its limit, unpacked.
    #[error("the answer of {at} has more than {max_bytes} bytes; `http_client.max_response_bytes` sets the limit")]
    ResponseTooLarge {
        /// Where it came from.
        at: String,
        /// The limit.
        max_bytes: usize,
    },
    /// The host is not on the list of those that may be asked.
    #[error("the host `{0}` may not be asked; `http_client.allow_hosts` does not name it")]
    HostNotAllowed(String),
    /// A setting cannot be used.
    #[error("`{key}` cannot be used: {problem}")]
    Setting {
        /// The setting.
        key: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// The invocation ends too soon for a request.
    #[error("no time is left in this invocation for a request to {at}")]
    NoTimeLeft {
        /// What was asked.
        at: String,
    },
    /// No whole answer came in time.
    #[error("{at} gave no whole answer within {:.1} s", after.as_secs_f64())]
    Timeout {
        /// What was asked.
        at: String,
        /// The time that it had.
        after: Duration,
    },
    /// There is no connection; nothing was sent.
    #[error("cannot connect to {at}: {problem}")]
    Connect {
        /// What was asked.
        at: String,
        /// What the system said.
        problem: String,
    },
    /// The server cannot be trusted, or does not trust this client.
    #[error("no trusted connection to {at}: {problem}")]
    Tls {
        /// What was asked.
        at: String,
        /// What the TLS library said.
        problem: String,
    },
    /// The connection was lost before the answer. Whether the request arrived is not known.
    #[error("the connection was lost before {at} answered{}", if *arrived_maybe {
        "; the request may have arrived, and is not sent again because doing it twice is not doing it once"
    } else {
        ""
    })]
    Lost {
        /// What was asked.
        at: String,
        /// Whether it may have done its work, and doing it again would do it twice.
        arrived_maybe: bool,
    },
    /// What came back is not HTTP.
    #[error("the answer of {at} is not HTTP/1.1")]
    NotHttp {
        /// What was asked.
        at: String,
    },
    /// The body ended early, or cannot be unpacked.
    #[error("the answer of {at} broke off: {problem}")]
    BrokenBody {
        /// What was asked.
        at: String,
        /// How.
        problem: String,
    },
    /// The answer leads elsewhere in a way that is not followed.
    #[error("{at} answered {status}, which is not followed: {problem}")]
    Redirect {
        /// What answered.
        at: String,
        /// Its status.
        status: u16,
        /// Why not.
        problem: &'static str,
    },
    /// The answer led on and on.
    #[error("{at} was reached by more than {limit} redirects; `http_client.max_redirects` sets the limit")]
    TooManyRedirects {
        /// The last that was asked.
        at: String,
        /// The limit.
        limit: u32,
    },
    /// The host's circuit breaker is open; nothing was sent.
    #[error("`{host}` keeps failing and is not asked; it is tried again in {:.1} s", retry_after.as_secs_f64())]
    CircuitOpen {
        /// The host.
        host: String,
        /// When it may be asked again.
        retry_after: Duration,
    },
    /// The body is not text.
    #[error("the answer of {at} is not UTF-8 from byte {byte} on")]
    NotText {
        /// Where it came from.
        at: String,
        /// The first byte that is none.
        byte: usize,
    },
    /// The body is not the JSON asked for.
    #[error("the answer of {at} does not decode{} (line {line}, column {column})", member(path))]
    InvalidJson {
        /// Where it came from.
        at: String,
        /// The path of the member that does not decode; empty where the body is not JSON.
        path: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
}

fn member(path: &str) -> String {
    if path.is_empty() {
        String::new()
    } else {
        format!(" at `{path}`")
    }
}

/// Where the text names what was asked, only the log has it; a client reads what kind of failure it was.
impl From<HttpError> for Error {
    fn from(error: HttpError) -> Self {
        let code = match &error {
            HttpError::FeatureDisabled => FEATURE_DISABLED,
            HttpError::NoRuntime | HttpError::NotSerializable => INTERNAL,
            HttpError::InvalidUrl(_)
            | HttpError::InvalidMethod
            | HttpError::InvalidHeader { .. }
            | HttpError::TwoBodies
            | HttpError::InvalidTimeout(_)
            | HttpError::HostNotAllowed(_) => INVALID_PARAMETER,
            HttpError::RequestTooLarge { .. } | HttpError::ResponseTooLarge { .. } => TOO_LARGE,
            HttpError::Setting { .. } => INVALID_CONFIGURATION,
            HttpError::NoTimeLeft { .. }
            | HttpError::Timeout { .. }
            | HttpError::Connect { .. }
            | HttpError::Tls { .. }
            | HttpError::Lost { .. }
            | HttpError::CircuitOpen { .. } => UNAVAILABLE,
            HttpError::NotHttp { .. }
            | HttpError::BrokenBody { .. }
            | HttpError::Redirect { .. }
            | HttpError::TooManyRedirects { .. }
            | HttpError::NotText { .. }
            | HttpError::InvalidJson { .. } => INVALID_RESPONSE,
        };
        let converted = match (&error, code) {
            // The whole text names the service, which is nobody's business who asks this function over the web.
            (_, UNAVAILABLE) => Self::new(code, "a service that this function asks is not available"),
            (_, INVALID_RESPONSE) => Self::new(code, "a service that this function asks gave an answer of no use"),
            (HttpError::ResponseTooLarge { .. }, _) => {
                Self::new(code, "a service that this function asks gave too large an answer")
            }
            _ => return Self::new(code, error.to_string()).with_source(error),
        };
        converted.with_detail(error.to_string()).with_source(error)
    }
}
