//! The function as Lambda runs it: a process of its own that asks a Runtime API for events. Loopback only.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so by panicking"
)]

mod budget;
mod debug;
mod endurance;
mod environment_page;
mod http;
mod lab;
mod not_json;
mod operations;
mod own_handlers;
mod process;
mod request_types;
mod runtime_api;
mod secrets;
mod several_at_once;
mod startup;
