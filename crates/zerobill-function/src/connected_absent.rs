//! The gateway of a function that was built without the feature `aws`.

use zerobill::{
    Gateway,
    config::Fault,
    environment::{AWS_BREAKER_TABLE, AWS_CACHE_TABLE, AWS_METER_TABLE, Environment},
    gateway::Builder,
};

/// The gateway; and what is wrong. What is set and needs the feature is warned of.
#[expect(clippy::unused_async, reason = "with the feature it asks AWS")]
pub(crate) async fn build(builder: Builder, environment: &Environment) -> (Gateway, Vec<Fault>) {
    let (gateway, faults) = builder.build_anyway();
    let tables = [AWS_BREAKER_TABLE, AWS_CACHE_TABLE, AWS_METER_TABLE];
    let tables = tables.iter().filter_map(|table| Some(environment.read(table)?.0));
    let path = gateway.config().value("config.ssm_path").map(|_| "config.ssm_path");
    for name in path.into_iter().chain(tables) {
        let message =
            format!("`{name}` is set, and this function was built without the feature `aws`: it changes nothing");
        gateway.logging().warning(&message, ());
    }
    (gateway, faults)
}
