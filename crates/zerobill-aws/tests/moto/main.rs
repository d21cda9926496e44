//! Parameter Store and DynamoDB for real, as moto stands in for them. `cargo xtask test --only aws` starts it and runs these.

mod breakers;
mod cache;
mod lab;
mod parameters;
