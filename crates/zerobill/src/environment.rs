//! The process's variables: a snapshot to read from, and the one list of the names this library knows.

mod aws;
mod guard;
mod home_assistant;
mod lambda;
mod meter;
mod security;
mod settings;

use std::{collections::BTreeMap, fmt, sync::Arc};

pub use self::{aws::*, guard::*, home_assistant::*, lambda::*, meter::*, security::*, settings::*};

/// A snapshot of environment variables, taken once, so that tests need not change the process.
///
/// ```
/// use zerobill::environment::{Environment, LOG_LEVEL};
/// let environment = Environment::from_pairs([("POWERTOOLS_LOG_LEVEL", "DEBUG")]);
/// assert_eq!(environment.read(&LOG_LEVEL), Some(("POWERTOOLS_LOG_LEVEL", "DEBUG")));
/// ```
#[derive(Clone, Default)]
pub struct Environment(Arc<BTreeMap<String, String>>);

/// A variable: its names in the order in which they win, and what it means.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// The names; the first that is set wins.
    pub names: &'static [&'static str],
    /// One sentence for the reference page.
    pub doc: &'static str,
}

impl Variable {
    /// A variable of these names.
    #[must_use]
    pub const fn new(names: &'static [&'static str], doc: &'static str) -> Self {
        Self { names, doc }
    }
}

impl Environment {
    /// The variables of this process. What is not Unicode is read with replacement characters.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the process's variables"
    )]
    pub fn process() -> Self {
        let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
        Self(Arc::new(
            std::env::vars_os()
                .map(|(name, value)| (text(name), text(value)))
                .collect(),
        ))
    }

    /// Just these variables.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        Self(Arc::new(
            pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        ))
    }

    /// The value of the variable `name`; an empty one counts as not set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The name under which `variable` is set, and its value.
    pub fn read(&self, variable: &Variable) -> Option<(&'static str, &str)> {
        variable.names.iter().find_map(|name| Some((*name, self.get(name)?)))
    }

    /// The names of all variables that are set.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// Prints the names only: values may be secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Every variable this library reads, in the order of the reference page.
pub const VARIABLES: &[Variable] = &[
    SERVICE,
    EXPOSE,
    CONFIG_FILE,
    CONFIG_SSM_PATH,
    CONFIG_SSM_MAX_AGE_SECONDS,
    LAMBDA_LOG_LEVEL,
    LOG_LEVEL,
    LOG_EVENT,
    LOG_SAMPLE_RATE,
    LOG_PRETTY,
    LOG_BUFFER,
    LOG_BUFFER_BYTES,
    LOG_MAX_BYTES,
    METRICS_NAMESPACE,
    METRICS_FUNCTION_NAME,
    METRICS_DISABLED,
    METRICS_MAX_SERIES,
    METRICS_COLD_START,
    CACHE_MAX_BYTES,
    CACHE_TTL_SECONDS,
    BREAKER_FAILURES,
    BREAKER_FAILURE_RATE,
    BREAKER_OPEN_SECONDS,
    HTTP_TIMEOUT_SECONDS,
    HTTP_CONNECT_TIMEOUT_SECONDS,
    HTTP_RESERVE_SECONDS,
    HTTP_RETRIES,
    HTTP_MAX_REDIRECTS,
    HTTP_MAX_RESPONSE_BYTES,
    HTTP_CIRCUIT_BREAKER,
    HTTP_METRICS,
    HTTP_ALLOW_HOSTS,
    HTTP_DANGER_ACCEPT_INVALID_CERTS,
    HTTP_CA_CERTIFICATES,
    HTTP_CLIENT_CERTIFICATE,
    HTTP_CLIENT_PRIVATE_KEY,
    HTTP_CLIENT_PROXY,
    HTTPS_PROXY,
    HTTP_PROXY,
    NO_PROXY,
    HTTP_CONNECT,
    PRELOAD,
    ANALYTICS_REQUESTS,
    ANALYTICS_MINUTES,
    ANALYTICS_AT_END,
    UNLOAD_AFTER_SECONDS,
    TRACES,
    FAST_PATH,
    HOT_CALLS,
    HOT_PERCENT,
    BUDGET,
    BUDGET_REQUESTS,
    BUDGET_GB_SECONDS,
    BUDGET_USD,
    BUDGET_LOG_BYTES,
    BUDGET_SERIES,
    BUDGET_ON_50,
    BUDGET_ON_80,
    BUDGET_ON_95,
    METER_FOLDER,
    METER_SECONDS,
    METER_REQUESTS,
    METER_WAIT_MS,
    METER_CONCURRENCY,
    SECURITY_TOKEN_ALGORITHMS,
    SECURITY_TOKEN_SECRET,
    SECURITY_TOKEN_PUBLIC_KEYS,
    SECURITY_TOKEN_JWKS,
    SECURITY_TOKEN_JWKS_URL,
    SECURITY_TOKEN_JWKS_MAX_AGE_SECONDS,
    SECURITY_TOKEN_JWKS_MAX_STALE_SECONDS,
    SECURITY_TOKEN_ISSUERS,
    SECURITY_TOKEN_AUDIENCES,
    SECURITY_TOKEN_LEEWAY_SECONDS,
    SECURITY_OPAQUE_TOKEN,
    SECURITY_GITHUB_SECRET,
    SECURITY_STRIPE_SECRET,
    SECURITY_SLACK_SECRET,
    SECURITY_HMAC_SECRET,
    SECURITY_REPLAY_WINDOW_SECONDS,
    SECURITY_ENCRYPTION_SECRETS,
    SECURITY_MAX_REQUEST_BYTES,
    SECURITY_MAX_REQUEST_DEPTH,
    HOME_ASSISTANT_URL,
    HOME_ASSISTANT_HOST,
    HOME_ASSISTANT_TOKEN,
    HOME_ASSISTANT_TOKEN_FALLBACK,
    HOME_ASSISTANT_TIMEOUT_SECONDS,
    HOME_ASSISTANT_CONNECT_TIMEOUT_SECONDS,
    HOME_ASSISTANT_CA_CERTIFICATES,
    HOME_ASSISTANT_CLIENT_CERTIFICATE,
    HOME_ASSISTANT_CLIENT_PRIVATE_KEY,
    HOME_ASSISTANT_DANGER_ACCEPT_INVALID_CERTS,
    HOME_ASSISTANT_CLOUDFLARE_CLIENT_ID,
    HOME_ASSISTANT_CLOUDFLARE_CLIENT_SECRET,
    GUARD_TABLE,
    GUARD_BUDGET,
    GUARD_FUNCTIONS,
    GUARD_NOTIFY_AT,
    GUARD_TRIP_AT,
    GUARD_ON_ALARM,
    GUARD_TOPIC,
    GUARD_WEBHOOK,
    GUARD_DRY_RUN,
    AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY,
    AWS_SESSION_TOKEN,
    AWS_ENDPOINT_URL,
    AWS_SERVICE_ENDPOINT_URLS,
    AWS_ENDPOINT_URL_FREETIER,
    AWS_BREAKER_TABLE,
    AWS_CACHE_TABLE,
    AWS_METER_TABLE,
    RUNTIME_API,
    FUNCTION_NAME,
    FUNCTION_MEMORY,
    FUNCTION_VERSION,
    TASK_ROOT,
    REGION,
    MAX_CONCURRENCY,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_name_wins_and_an_empty_value_is_not_set() {
        let environment = Environment::from_pairs([
            ("POWERTOOLS_LOG_LEVEL", "ERROR"),
            ("ZEROBILL_LOG_LEVEL", "DEBUG"),
            ("ZEROBILL_SERVICE_NAME", ""),
        ]);
        assert_eq!(environment.read(&LOG_LEVEL), Some(("ZEROBILL_LOG_LEVEL", "DEBUG")));
        assert_eq!(environment.read(&SERVICE), None);
    }

    #[test]
    fn debug_shows_no_value() {
        let environment = Environment::from_pairs([("API_KEY", "zbsecret-environment")]);
        assert_eq!(format!("{environment:?}"), r#"{"API_KEY"}"#);
    }
}
