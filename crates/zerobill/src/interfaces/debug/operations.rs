//! The operations of `debug`.

use std::time::Duration;

use serde::Deserialize;

use super::benchmark::Bounds;
use crate::{
    error::Error,
    operation::{Field, Kind, Nothing, Operation, Parameters, op_async, op_value},
};

/// The rows.
pub(crate) const OPERATIONS: &[&dyn Operation] = &[
    &op_value("health", "Says how each interface is.", |g, _: Nothing| {
        g.debug().health(g)
    })
    .read_only(),
    &op_value("stats", "Returns what the gateway has done so far.", |g, _: Nothing| {
        g.debug().stats(g)
    })
    .read_only()
    .same_shape("it counts the calls, this one among them"),
    &op_value(
        "analytics",
        "Returns which interfaces, kinds and handlers the requests of this execution environment used.",
        |g, _: Nothing| g.debug().analytics(g),
    )
    .read_only(),
    &op_value(
        "diagnostics",
        "Returns what the process is, has and uses, and the names of its variables.",
        |g, _: Nothing| g.debug().diagnostics(g),
    )
    .read_only()
    .same_shape("a process changes from call to call"),
    &op_async(
        "self_test",
        "Checks each interface with real calls whose answers are known.",
        |g, _: Nothing| Box::pin(async { Ok::<_, Error>(g.debug().self_test(g).await) }),
    )
    .read_only(),
    &op_async(
        "benchmark",
        "Measures what operations take here, called by name on a second gateway.",
        |g, p: Run| Box::pin(async move { g.debug().benchmark(g, p.of.as_deref(), p.bounds()).await }),
    )
    .reads()
    .example(r#"{"of":"cache","iterations":10,"max_ms":1000}"#)
    .same_shape("it measures time"),
    &op_value(
        "traces",
        "Returns the last invocations and dynamic operations, as many as the setting keeps.",
        |g, _: Nothing| g.debug().traces(),
    )
    .read_only(),
    &op_value(
        "clear_traces",
        "Drops the traces and says how many were kept.",
        |g, _: Nothing| g.debug().clear_traces(),
    ),
    &op_value(
        "fast_path_stats",
        "Returns how often and how long operations were called by name, and which are promoted.",
        |g, _: Nothing| g.debug().fast_path_stats(),
    )
    .read_only()
    .same_shape("it counts and times the calls, this one among them"),
    &op_value(
        "enable_fast_path",
        "Promotes operations that are called by name over and over, from now on.",
        |g, _: Nothing| g.debug().enable_fast_path(),
    ),
    &op_value(
        "disable_fast_path",
        "Promotes no operation from now on, so that each call is timed.",
        |g, _: Nothing| g.debug().disable_fast_path(),
    ),
    &op_value(
        "reset_fast_path_stats",
        "Forgets all calls by name, and what was promoted.",
        |g, _: Nothing| g.debug().reset_fast_path_stats(),
    ),
];

#[derive(Deserialize)]
struct Run {
    of: Option<String>,
    iterations: Option<u64>,
    max_ms: Option<u64>,
}

impl Run {
    fn bounds(&self) -> Bounds {
        let usual = Bounds::default();
        Bounds {
            iterations: self.iterations.unwrap_or(usual.iterations),
            time: self.max_ms.map_or(usual.time, Duration::from_millis),
        }
    }
}

impl Parameters for Run {
    const FIELDS: &'static [Field] = &[
        Field::optional(
            "of",
            Kind::String,
            "an interface such as `cache`, or an operation such as `cache.get`; all unless given",
        ),
        Field::optional(
            "iterations",
            Kind::Integer,
            "calls of each operation, from 1 to 100000; 100 unless given",
        ),
        Field::optional(
            "max_ms",
            Kind::Integer,
            "milliseconds in all, from 1 to 60000; 1000 unless given",
        ),
    ];
}
