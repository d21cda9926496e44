//! The operations of `lambda`.

use serde::Deserialize;

use crate::{
    error::Error,
    lambda::LambdaError,
    operation::{Field, Kind, Nothing, Operation, Parameters, op, op_async, op_value},
};

/// The rows.
pub(crate) const OPERATIONS: &[&dyn Operation] = &[
    &op_value(
        "context",
        "Returns what Lambda said of the running invocation, or null.",
        |g, _: Nothing| g.lambda().context(),
    )
    .reads(),
    &op_value(
        "stats",
        "Returns how many invocations there were, how long they took and what was billed.",
        |g, _: Nothing| g.lambda().stats(),
    )
    .read_only(),
    &op_value(
        "remaining_time",
        "Returns the milliseconds left of the running invocation, or null.",
        |g, _: Nothing| {
            g.lambda()
                .remaining_time()
                .map(|left| u64::try_from(left.as_millis()).unwrap_or(u64::MAX))
        },
    )
    .read_only(),
    &op(
        "estimate_cost",
        "Returns what a month of such invocations costs, and how many are free.",
        |g, p: Estimate| {
            let architecture = p
                .architecture
                .as_deref()
                .unwrap_or("arm64")
                .parse()
                .map_err(|_| LambdaError::UnknownArchitecture(p.architecture.clone().unwrap_or_default()))?;
            g.lambda()
                .estimate_cost(p.requests, p.billed_ms, p.memory_mb, architecture)
        },
    )
    .example(r#"{"requests":2000000,"billed_ms":100,"memory_mb":128,"architecture":"arm64"}"#)
    .read_only(),
    &op_value(
        "memory",
        "Returns the memory of this process and of the function.",
        |g, _: Nothing| g.lambda().memory(),
    )
    .read_only()
    .same_shape("memory changes from call to call"),
    &op_value(
        "usage",
        "Returns what the month has used of each dimension of the budget, the function's state and the overshoot to expect.",
        |g, _: Nothing| g.lambda().usage(),
    )
    .read_only()
    .same_shape("what is used grows while it is counted"),
    &op_async(
        "settle_usage",
        "Adds what was counted to the budget now, and returns what the month has used.",
        |g, _: Nothing| {
            Box::pin(async move {
                Ok::<_, Error>(g.lambda().settle_usage().await)
            })
        },
    )
    .same_shape("what is used grows while it is counted"),
];

#[derive(Debug, Deserialize)]
struct Estimate {
    requests: u64,
    billed_ms: u64,
    memory_mb: u64,
    architecture: Option<String>,
}

impl Parameters for Estimate {
    const FIELDS: &'static [Field] = &[
        Field::required("requests", Kind::Integer, "invocations a month"),
        Field::required(
            "billed_ms",
            Kind::Integer,
            "billed milliseconds of one invocation, from 1 to 900000",
        ),
        Field::required(
            "memory_mb",
            Kind::Integer,
            "the function's memory in MB, from 128 to 10240",
        ),
        Field::optional(
            "architecture",
            Kind::String,
            "`arm64`, which is the default, or `x86_64`",
        ),
    ];
}
