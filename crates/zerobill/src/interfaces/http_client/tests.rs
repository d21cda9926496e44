//! What the client promises: nothing done twice, nothing shown, nothing without end.

mod bad_input;
mod bench;
mod breaker;
mod limits;
mod pool;
mod proxy;
mod redirects;
mod retries;
mod secrets;
mod self_signed;
mod sending;
mod server;
mod tls;
