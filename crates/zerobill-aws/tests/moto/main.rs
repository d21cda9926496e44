//! Parameter Store and DynamoDB for real, as moto stands in for them. `cargo xtask test --only aws` starts it and runs these.

mod breakers;
mod cache;
#[cfg(all(feature = "cloudwatch", feature = "schedules", feature = "sns"))]
mod control;
mod lab;
mod meter;
mod parameters;
