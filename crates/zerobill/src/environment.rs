//! The process's variables: a snapshot to read from, and the one list of the names this library knows.

use std::{collections::BTreeMap, fmt, sync::Arc};

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
    const fn new(names: &'static [&'static str], doc: &'static str) -> Self {
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

/// The name of the service, a key of every log line and a dimension of every metric.
pub const SERVICE: Variable = Variable::new(
    &["ZEROBILL_SERVICE_NAME", "POWERTOOLS_SERVICE_NAME"],
    "The name of the service: a key of every log line and a dimension of every metric.",
);
/// Operations that direct invocations may call.
pub const EXPOSE: Variable = Variable::new(
    &["ZEROBILL_EXPOSE"],
    "Operations that direct invocations may call, separated by commas; `debug.*` means those of `debug` that only read.",
);
/// Where the configuration file is.
pub const CONFIG_FILE: Variable = Variable::new(
    &["ZEROBILL_CONFIG"],
    "The path of the configuration file, instead of `zerobill.toml` beside the function or in the working directory.",
);
/// The log level that the function's configuration on Lambda sets.
pub const LAMBDA_LOG_LEVEL: Variable = Variable::new(
    &["AWS_LAMBDA_LOG_LEVEL"],
    "The log level set on the Lambda function; it wins over every other.",
);
/// The log level.
pub const LOG_LEVEL: Variable = Variable::new(
    &["ZEROBILL_LOG_LEVEL", "POWERTOOLS_LOG_LEVEL", "LOG_LEVEL"],
    "The log level: TRACE, DEBUG, INFO, WARN, ERROR or CRITICAL.",
);
/// Whether the incoming event is logged.
pub const LOG_EVENT: Variable = Variable::new(
    &["ZEROBILL_LOG_EVENT", "POWERTOOLS_LOGGER_LOG_EVENT"],
    "Whether each incoming event is logged, with its secrets redacted.",
);
/// The share of invocations logged at DEBUG.
pub const LOG_SAMPLE_RATE: Variable = Variable::new(
    &["ZEROBILL_LOG_SAMPLE_RATE", "POWERTOOLS_LOGGER_SAMPLE_RATE"],
    "The share of invocations, from 0 to 1, that are logged at DEBUG.",
);
/// Whether log lines are indented for people.
pub const LOG_PRETTY: Variable = Variable::new(
    &["ZEROBILL_DEV", "POWERTOOLS_DEV"],
    "Whether log lines are indented over several lines, for people.",
);
/// Whether DEBUG lines are held back until an error.
pub const LOG_BUFFER: Variable = Variable::new(
    &["ZEROBILL_LOG_BUFFER"],
    "Whether lines at DEBUG and below are held back and written only when the invocation logs an error.",
);
/// How much is held back.
pub const LOG_BUFFER_BYTES: Variable = Variable::new(
    &["ZEROBILL_LOG_BUFFER_BYTES"],
    "How many bytes of lines are held back per invocation.",
);
/// How much one invocation may log.
pub const LOG_MAX_BYTES: Variable = Variable::new(
    &["ZEROBILL_LOG_MAX_BYTES"],
    "How many bytes one invocation may log before DEBUG and INFO lines stop; 0 means no limit.",
);
/// The CloudWatch namespace of the metrics.
pub const METRICS_NAMESPACE: Variable = Variable::new(
    &["ZEROBILL_METRICS_NAMESPACE", "POWERTOOLS_METRICS_NAMESPACE"],
    "The CloudWatch namespace of the metrics.",
);
/// The function's name in the cold-start metric.
pub const METRICS_FUNCTION_NAME: Variable = Variable::new(
    &["ZEROBILL_METRICS_FUNCTION_NAME", "POWERTOOLS_METRICS_FUNCTION_NAME"],
    "The `function_name` dimension of the cold-start metric, instead of the function's own name.",
);
/// Whether metrics are off.
pub const METRICS_DISABLED: Variable = Variable::new(
    &["ZEROBILL_METRICS_DISABLED", "POWERTOOLS_METRICS_DISABLED"],
    "Whether no metric is written at all.",
);
/// How many billable series the metrics may have.
pub const METRICS_MAX_SERIES: Variable = Variable::new(
    &["ZEROBILL_METRICS_MAX_SERIES"],
    "How many series (name and dimension values) may be written before further ones are refused; the free tier has 10 per account.",
);
/// Whether cold starts are counted as a metric.
pub const METRICS_COLD_START: Variable = Variable::new(
    &["ZEROBILL_METRICS_COLD_START"],
    "Whether each cold start is written as the metric `ColdStart`, which takes one of the free series.",
);
/// How much the cache may hold.
pub const CACHE_MAX_BYTES: Variable = Variable::new(
    &["ZEROBILL_CACHE_MAX_BYTES"],
    "How many bytes of keys and values the cache may hold.",
);
/// How long cached values live.
pub const CACHE_TTL_SECONDS: Variable = Variable::new(
    &["ZEROBILL_CACHE_TTL_SECONDS"],
    "How many seconds a cached value lives where the call does not say; not set means it does not expire.",
);
/// After how many failures in a row a breaker opens.
pub const BREAKER_FAILURES: Variable = Variable::new(
    &["ZEROBILL_CIRCUIT_BREAKER_FAILURES"],
    "After how many failures in a row a circuit breaker opens; 0 means never by this rule.",
);
/// At which share of failures a breaker opens.
pub const BREAKER_FAILURE_RATE: Variable = Variable::new(
    &["ZEROBILL_CIRCUIT_BREAKER_FAILURE_RATE"],
    "At which share of failed calls, of the last 64 and at least 20, a circuit breaker opens; 0 means never by this rule.",
);
/// How long a breaker stays open.
pub const BREAKER_OPEN_SECONDS: Variable = Variable::new(
    &["ZEROBILL_CIRCUIT_BREAKER_OPEN_SECONDS"],
    "How many seconds a circuit breaker stays open before it lets a probe through.",
);
/// How long a request may take.
pub const HTTP_TIMEOUT_SECONDS: Variable = Variable::new(
    &["ZEROBILL_HTTP_CLIENT_TIMEOUT_SECONDS"],
    "How many seconds a request may take, attempts and answer included; never longer than the invocation can spare.",
);
/// How long a connection may take.
pub const HTTP_CONNECT_TIMEOUT_SECONDS: Variable = Variable::new(
    &["ZEROBILL_HTTP_CLIENT_CONNECT_TIMEOUT_SECONDS"],
    "How many seconds a connection, TLS included, may take.",
);
/// What is kept of the invocation's time.
pub const HTTP_RESERVE_SECONDS: Variable = Variable::new(
    &["ZEROBILL_HTTP_CLIENT_RESERVE_SECONDS"],
    "How many seconds before the end of the invocation a request is given up, so that there is time to answer.",
);
/// How often a request is tried again.
pub const HTTP_RETRIES: Variable = Variable::new(
    &["ZEROBILL_HTTP_CLIENT_RETRIES"],
    "How often a request is tried again where that is safe.",
);
/// How many redirects are followed.
pub const HTTP_MAX_REDIRECTS: Variable = Variable::new(
    &["ZEROBILL_HTTP_CLIENT_MAX_REDIRECTS"],
    "How many redirects are followed; 0 hands them out as answers.",
);
/// How large an answer may be.
pub const HTTP_MAX_RESPONSE_BYTES: Variable = Variable::new(
    &["ZEROBILL_HTTP_CLIENT_MAX_RESPONSE_BYTES"],
    "How many bytes the body of an answer may have, unpacked.",
);
/// Whether hosts have circuit breakers.
pub const HTTP_CIRCUIT_BREAKER: Variable = Variable::new(
    &["ZEROBILL_HTTP_CLIENT_CIRCUIT_BREAKER"],
    "Whether each host has a circuit breaker, `http:HOST`.",
);
/// Whether retries and failures are counted as metrics.
pub const HTTP_METRICS: Variable = Variable::new(
    &["ZEROBILL_HTTP_CLIENT_METRICS"],
    "Whether `HttpRetries`, `HttpFailures` and `HttpRefusals` (by an open circuit) are counted as metrics, which takes up to three of the free series.",
);
/// Hosts that may be asked.
pub const HTTP_ALLOW_HOSTS: Variable = Variable::new(
    &["ZEROBILL_HTTP_CLIENT_ALLOW_HOSTS"],
    "Hosts that may be asked, separated by commas; `*.example.com` means every host below it, and none means any host.",
);
/// Hosts whose certificates are not checked.
pub const HTTP_DANGER_ACCEPT_INVALID_CERTS: Variable = Variable::new(
    &["ZEROBILL_HTTP_CLIENT_DANGER_ACCEPT_INVALID_CERTS"],
    "Hosts whose certificates are not checked, separated by commas; each is warned of at every start.",
);
/// More certificate authorities.
pub const HTTP_CA_CERTIFICATES: Variable = Variable::new(
    &["ZEROBILL_HTTP_CLIENT_CA_CERTIFICATES"],
    "Certificate authorities to trust beside the web's, as PEM text or the path of a PEM file.",
);
/// The client's certificate.
pub const HTTP_CLIENT_CERTIFICATE: Variable = Variable::new(
    &["ZEROBILL_HTTP_CLIENT_CLIENT_CERTIFICATE"],
    "The certificate that is shown to servers that ask for one, as PEM text or the path of a PEM file.",
);
/// The key of the client's certificate.
pub const HTTP_CLIENT_PRIVATE_KEY: Variable = Variable::new(
    &["ZEROBILL_HTTP_CLIENT_CLIENT_PRIVATE_KEY"],
    "The private key of that certificate, as PEM text or the path of a PEM file.",
);
/// The proxy for everything.
pub const HTTP_CLIENT_PROXY: Variable = Variable::new(
    &["ZEROBILL_HTTP_CLIENT_PROXY"],
    "The HTTP proxy for all requests, instead of `HTTPS_PROXY` and `HTTP_PROXY`.",
);
/// The proxy for `https`.
pub const HTTPS_PROXY: Variable =
    Variable::new(&["HTTPS_PROXY", "https_proxy"], "The HTTP proxy for `https` requests.");
/// The proxy for `http`.
pub const HTTP_PROXY: Variable = Variable::new(&["HTTP_PROXY", "http_proxy"], "The HTTP proxy for `http` requests.");
/// Hosts that are asked without a proxy.
pub const NO_PROXY: Variable = Variable::new(
    &["ZEROBILL_HTTP_CLIENT_NO_PROXY", "NO_PROXY", "no_proxy"],
    "Hosts, domains and networks that are asked without a proxy, separated by commas.",
);
/// What is built during INIT.
pub const PRELOAD: Variable = Variable::new(
    &["ZEROBILL_PRELOAD"],
    "Interfaces to build during INIT instead of on their first use, separated by commas.",
);
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
/// The Runtime API's address.
pub const RUNTIME_API: Variable = Variable::new(
    &["AWS_LAMBDA_RUNTIME_API"],
    "Host and port of the Lambda Runtime API; set by Lambda and by `zerobill dev`.",
);
/// The function's name.
pub const FUNCTION_NAME: Variable = Variable::new(&["AWS_LAMBDA_FUNCTION_NAME"], "The function's name; set by Lambda.");
/// The function's memory.
pub const FUNCTION_MEMORY: Variable = Variable::new(
    &["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
    "The function's memory in MB; set by Lambda.",
);
/// The function's version.
pub const FUNCTION_VERSION: Variable = Variable::new(
    &["AWS_LAMBDA_FUNCTION_VERSION"],
    "The function's version; set by Lambda.",
);
/// The function's folder.
pub const TASK_ROOT: Variable = Variable::new(
    &["LAMBDA_TASK_ROOT"],
    "The folder with the function's own files; set by Lambda.",
);
/// How many invocations share one execution environment.
pub const MAX_CONCURRENCY: Variable = Variable::new(
    &["AWS_LAMBDA_MAX_CONCURRENCY"],
    "How many invocations one execution environment serves at once; set by Lambda Managed Instances.",
);

/// Every variable this library reads, in the order of the reference page.
pub const VARIABLES: &[Variable] = &[
    SERVICE,
    EXPOSE,
    CONFIG_FILE,
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
    PRELOAD,
    SECURITY_TOKEN_ALGORITHMS,
    SECURITY_TOKEN_SECRET,
    SECURITY_TOKEN_PUBLIC_KEYS,
    SECURITY_TOKEN_JWKS,
    SECURITY_TOKEN_JWKS_URL,
    SECURITY_TOKEN_JWKS_MAX_AGE_SECONDS,
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
    RUNTIME_API,
    FUNCTION_NAME,
    FUNCTION_MEMORY,
    FUNCTION_VERSION,
    TASK_ROOT,
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
