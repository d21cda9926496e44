//! The operations of `debug`.

use crate::{
    error::Error,
    operation::{Nothing, Operation, op_async, op_value},
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
    &op_async(
        "self_test",
        "Checks each interface with real calls whose answers are known.",
        |g, _: Nothing| Box::pin(async { Ok::<_, Error>(g.debug().self_test(g).await) }),
    )
    .read_only(),
];
