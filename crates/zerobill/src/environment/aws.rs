//! The variables of what is kept in AWS: the SDK's own, and the names of tables.

use super::Variable;

/// The id of the access key.
pub const AWS_ACCESS_KEY_ID: Variable = Variable::new(
    &["AWS_ACCESS_KEY_ID"],
    "The access key id of the function's role; set by Lambda.",
);
/// The secret of the access key.
pub const AWS_SECRET_ACCESS_KEY: Variable = Variable::new(
    &["AWS_SECRET_ACCESS_KEY"],
    "The secret access key of the function's role; set by Lambda.",
);
/// The token of the session.
pub const AWS_SESSION_TOKEN: Variable = Variable::new(
    &["AWS_SESSION_TOKEN"],
    "The session token of the function's role; set by Lambda.",
);
/// Where AWS is.
pub const AWS_ENDPOINT_URL: Variable = Variable::new(
    &["AWS_ENDPOINT_URL"],
    "Where AWS's services are asked instead of AWS, such as a local stand-in.",
);
/// Where one of AWS's services is.
pub const AWS_SERVICE_ENDPOINT_URLS: Variable = Variable::new(
    &[
        "AWS_ENDPOINT_URL_CLOUDWATCH",
        "AWS_ENDPOINT_URL_DYNAMODB",
        "AWS_ENDPOINT_URL_EVENTBRIDGE",
        "AWS_ENDPOINT_URL_LAMBDA",
        "AWS_ENDPOINT_URL_SCHEDULER",
        "AWS_ENDPOINT_URL_SNS",
        "AWS_ENDPOINT_URL_SSM",
    ],
    "Where that service alone is asked instead of AWS; each is read for itself, and wins over `AWS_ENDPOINT_URL`.",
);
/// Where the Free Tier API is.
pub const AWS_ENDPOINT_URL_FREETIER: Variable = Variable::new(
    &["AWS_ENDPOINT_URL_FREETIER"],
    "Where `zerobill forecast --aws` asks instead of AWS, such as a local stand-in; wins over `AWS_ENDPOINT_URL`.",
);
/// The table of the circuit breakers.
pub const AWS_BREAKER_TABLE: Variable = Variable::new(
    &["ZEROBILL_AWS_BREAKER_TABLE"],
    "The DynamoDB table in which all execution environments share the states of circuit breakers; not set means each keeps its own. `bootstrap` needs the feature `aws` for it.",
);
/// The table of the cache.
pub const AWS_CACHE_TABLE: Variable = Variable::new(
    &["ZEROBILL_AWS_CACHE_TABLE"],
    "The DynamoDB table that is the second level of the cache for values that are to be shared; not set means there is none. `bootstrap` needs the feature `aws` for it.",
);
/// The table of the meter.
pub const AWS_METER_TABLE: Variable = Variable::new(
    &["ZEROBILL_AWS_METER_TABLE"],
    "The DynamoDB table in which all functions add up what they use of their budgets, and keep who was stopped; not set means each execution environment counts alone. `bootstrap` needs the feature `aws` for it, and the feature `hard-cap` to stop functions at AWS too.",
);
