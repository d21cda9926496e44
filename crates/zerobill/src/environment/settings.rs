//! The variables of the interfaces, but for those of `security`.

use super::Variable;

/// The name of the service, a key of every log line and a dimension of every metric.
pub const SERVICE: Variable = Variable::new(
    &["ZEROBILL_SERVICE_NAME", "POWERTOOLS_SERVICE_NAME"],
    "The name of the service: a key of every log line and a dimension of every metric.",
);
/// Operations that direct invocations may call.
pub const EXPOSE: Variable = Variable::new(
    &["ZEROBILL_EXPOSE"],
    "Operations that direct invocations may call, separated by commas; `debug.*` means those of `debug` that only read what is no secret.",
);
/// Where the configuration file is.
pub const CONFIG_FILE: Variable = Variable::new(
    &["ZEROBILL_CONFIG"],
    "The path of the configuration file, instead of `zerobill.toml` beside the function or in the working directory.",
);
/// Where Parameter Store has settings.
pub const CONFIG_SSM_PATH: Variable = Variable::new(
    &["ZEROBILL_CONFIG_SSM_PATH"],
    "The path below which Parameter Store has settings, such as `/shop/prod`: `/shop/prod/logging/level` is `logging.level`; not set means it is not asked. `bootstrap` needs the feature `aws` for it.",
);
/// How long settings of Parameter Store are good for.
pub const CONFIG_SSM_MAX_AGE_SECONDS: Variable = Variable::new(
    &["ZEROBILL_CONFIG_SSM_MAX_AGE_SECONDS", "POWERTOOLS_PARAMETERS_MAX_AGE"],
    "After how many seconds Parameter Store is asked again; 0 means in every invocation.",
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
/// What is asked in INIT.
pub const HTTP_CONNECT: Variable = Variable::new(
    &["ZEROBILL_HTTP_CLIENT_CONNECT"],
    "URLs, separated by commas, that get a HEAD request in INIT where `http_client` is among what is built then: the first request finds its connection open.",
);
/// What is built during INIT.
pub const PRELOAD: Variable = Variable::new(
    &["ZEROBILL_PRELOAD"],
    "Interfaces to build during INIT instead of on their first use, separated by commas; `auto` stands for those that `zerobill-analytics.json` beside the function names.",
);
/// After how many requests the analytics are logged.
pub const ANALYTICS_REQUESTS: Variable = Variable::new(
    &["ZEROBILL_ANALYTICS_REQUESTS"],
    "Logs the usage analytics as one line after the first request and each doubling of their number, but at most so many requests apart; 0 does not.",
);
/// After how many minutes the analytics are logged.
pub const ANALYTICS_MINUTES: Variable = Variable::new(
    &["ZEROBILL_ANALYTICS_MINUTES"],
    "Logs the usage analytics also where so many minutes have passed, with the next request that ends; 0 does not.",
);
/// Whether the analytics are logged at the end.
pub const ANALYTICS_AT_END: Variable = Variable::new(
    &["ZEROBILL_ANALYTICS_AT_END"],
    "Has `bootstrap` log the usage analytics when its execution environment ends; it registers as an internal extension in INIT, since Lambda tells the end to no one else.",
);
/// How long what was built stays without a use.
pub const UNLOAD_AFTER_SECONDS: Variable = Variable::new(
    &["ZEROBILL_UNLOAD_AFTER_SECONDS"],
    "After how many seconds without a use what was built is given back, where an invocation begins; 0 keeps it.",
);
/// How many traces are kept.
pub const TRACES: Variable = Variable::new(
    &["ZEROBILL_TRACES"],
    "How many of the last invocations and dynamic operations `debug.traces` shows; 0 keeps none.",
);
/// Whether operations that are called by name over and over are promoted.
pub const FAST_PATH: Variable = Variable::new(
    &["ZEROBILL_FAST_PATH"],
    "Whether an operation that is called by name over and over is promoted: only one in 64 of its calls is timed then.",
);
/// How many calls promote an operation.
pub const HOT_CALLS: Variable = Variable::new(
    &["ZEROBILL_HOT_CALLS"],
    "How many of the last 1,024 calls by name an operation needs to be promoted.",
);
/// What share of the calls promotes an operation.
pub const HOT_PERCENT: Variable = Variable::new(
    &["ZEROBILL_HOT_PERCENT"],
    "What percentage of the last 1,024 calls by name, or of all if there were fewer, an operation needs to be promoted.",
);
