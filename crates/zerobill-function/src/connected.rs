//! The gateway with what is kept in AWS, as far as the settings switch it on.

use zerobill::{Clock, Gateway, config::Fault, environment::Environment, gateway::Builder};
use zerobill_aws::{Aws, ParameterStore, SETTINGS};

/// The gateway once Parameter Store has been asked, where the settings name a path; and what is wrong.
pub(crate) async fn build(builder: Builder, environment: &Environment) -> (Gateway, Vec<Fault>) {
    let clock = Clock::system();
    let aws = Aws::new(environment, clock.clone());
    let builder = builder.clock(clock).declare(SETTINGS);
    let (gateway, faults) = builder
        .config_source(ParameterStore::new(aws.clone()))
        .build_resolved()
        .await;
    zerobill_aws::share(&gateway, &aws);
    (gateway, faults)
}
