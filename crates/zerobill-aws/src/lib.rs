//! Parameter Store and DynamoDB behind zerobill's traits, on the official AWS SDK: settings, circuit breakers, a second level of the
//! cache and the budget of the month, which all execution environments of a function share.
//!
//! Nothing is built or asked before its first use, and everything is switched on by settings:
//!
//! | setting | switches on | the function's role needs |
//! |---|---|---|
//! | `config.ssm_path` | [`ParameterStore`] | `ssm:GetParametersByPath`, and `kms:Decrypt` for a key of one's own |
//! | `aws.breaker_table` | [`DynamoDbBreakers`] | `dynamodb:GetItem`, `dynamodb:PutItem` |
//! | `aws.cache_table` | [`DynamoDbCache`] | `dynamodb:GetItem`, `dynamodb:PutItem`, `dynamodb:DeleteItem` |
//!
//! | `aws.meter_table` | [`DynamoDbMeter`], and what stops the function | `dynamodb:GetItem`, `dynamodb:PutItem`, `dynamodb:UpdateItem`, `dynamodb:DeleteItem`; with the feature `lambda` those of [`control`] |
//!
//! All may be the same table. Its partition key is the text `id`, and its time-to-live attribute `expires_at`. Provisioned
//! with up to 25 read and 25 write units, all tables of the account together, it is within the free tier; an on-demand table
//! is not.
//!
//! With the feature `free-tier`, `free_tier_usage` reads what AWS itself counts of the month's free tier; it needs
//! `freetier:GetFreeTierUsage`.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use zerobill::{Clock, Gateway, environment::Environment};
//! use zerobill_aws::{Aws, ParameterStore, SETTINGS};
//!
//! let environment = Environment::process();
//! let aws = Aws::new(&environment, Clock::system());
//! let builder = Gateway::builder().environment(environment).declare(SETTINGS);
//! let (gateway, faults) = builder.config_source(ParameterStore::new(aws.clone())).build_resolved().await;
//! assert!(faults.is_empty());
//! zerobill_aws::share(&gateway, &aws);
//! # });
//! ```

mod breakers;
mod cache;
mod client;
pub mod control;
#[cfg(feature = "free-tier")]
mod free_tier;
mod http;
mod meter;
mod parameters;
mod problem;
mod table;

use std::sync::Arc;

use zerobill::{
    Gateway,
    brake::{Brake, Trips},
    config::{Setting, SettingKind},
    environment::{AWS_BREAKER_TABLE, AWS_CACHE_TABLE, AWS_METER_TABLE},
};

#[cfg(feature = "free-tier")]
pub use self::free_tier::{Allowance, FreeTierError, free_tier_usage};
pub use self::{
    breakers::DynamoDbBreakers, cache::DynamoDbCache, client::Aws, meter::DynamoDbMeter, parameters::ParameterStore,
};

use self::control::DynamoDbTrips;

const BREAKER_TABLE: Setting = Setting::new("aws.breaker_table", AWS_BREAKER_TABLE, SettingKind::Text, "");
const CACHE_TABLE: Setting = Setting::new("aws.cache_table", AWS_CACHE_TABLE, SettingKind::Text, "");
const METER_TABLE: Setting = Setting::new("aws.meter_table", AWS_METER_TABLE, SettingKind::Text, "");

/// The library's own setting of where the functions of one machine add up.
const METER_FOLDER: &str = "lambda.meter_folder";

/// The settings that [`share`] reads, for [`declare`](zerobill::gateway::Builder::declare).
pub const SETTINGS: &[Setting] = &[BREAKER_TABLE, CACHE_TABLE, METER_TABLE];

/// Shares circuit breakers, cached values and the budget of `gateway` through the tables that its settings name; none is asked yet.
/// A warning says so where the budget has both a table and a folder: the table holds.
pub fn share(gateway: &Gateway, aws: &Aws) {
    let table = |setting: &Setting| gateway.config().get::<String>(setting.key).ok().flatten();
    if let Some(table) = table(&BREAKER_TABLE) {
        gateway
            .circuit_breaker()
            .share(Arc::new(DynamoDbBreakers::new(aws.clone(), table)));
    }
    if let Some(table) = table(&CACHE_TABLE) {
        gateway.cache().share(Arc::new(DynamoDbCache::new(aws.clone(), table)));
    }
    if let Some(table) = table(&METER_TABLE) {
        let folder = gateway.config().get::<String>(METER_FOLDER).ok().flatten();
        if let Some(folder) = folder.filter(|folder| !folder.is_empty()) {
            let message = format!(
                "`aws.meter_table` is `{table}` and `{METER_FOLDER}` is `{folder}`: the table holds; unset one"
            );
            gateway.logging().warning(&message, ());
        }
        let trips = Arc::new(DynamoDbTrips::new(aws.clone(), table.as_str()));
        let lambda = gateway.lambda();
        lambda.share(Arc::new(DynamoDbMeter::new(aws.clone(), table)));
        lambda.stop_with(brake(aws, trips));
    }
}

/// What stops functions, as far as it is built in: at AWS, or by their own refusal.
#[cfg(feature = "lambda")]
fn brake(aws: &Aws, trips: Arc<dyn Trips>) -> Arc<dyn Brake> {
    Arc::new(control::AwsBrake::new(aws.clone(), trips))
}

#[cfg(not(feature = "lambda"))]
fn brake(aws: &Aws, trips: Arc<dyn Trips>) -> Arc<dyn Brake> {
    Arc::new(zerobill::lambda::Refusal::new(trips, aws.clock().clone()))
}

#[cfg(test)]
mod tests {
    use zerobill::{Clock, environment::Environment, output::Output};

    use super::*;

    #[test]
    fn a_budget_with_a_table_and_a_folder_says_that_the_table_holds() {
        let warnings = |folder: &str| {
            let (environment, output) = (Environment::default(), Output::captured());
            let builder = Gateway::builder()
                .environment(environment.clone())
                .output(output.clone());
            let builder = builder.declare(SETTINGS).setting("aws.meter_table", "shop");
            let gateway = builder.setting("lambda.meter_folder", folder).build().unwrap();
            share(&gateway, &Aws::new(&environment, Clock::system()));
            assert_eq!(gateway.lambda().usage().store, "dynamodb");
            output.lines().concat()
        };
        assert_eq!(warnings(""), "");
        let message =
            "`aws.meter_table` is `shop` and `lambda.meter_folder` is `/tmp/meter`: the table holds; unset one";
        let said = warnings("/tmp/meter");
        assert!(said.contains(message) && said.contains("WARN"), "{said}");
    }
}
