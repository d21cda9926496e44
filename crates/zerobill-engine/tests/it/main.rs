//! The engine with real processes behind it and real connections in front, loopback only. The names of tests that begin with
//! `l` and a number are rows of a list of what emulators of Lambda get wrong.
//!
//! Real time: one INIT that never ends takes 10 s, retries of an asynchronous invocation 3 s, timeouts 1 s each.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so by panicking"
)]

mod at_once;
mod bad_input;
mod client;
mod cpu_share;
mod dashboard;
mod dead_letters;
mod environments;
mod extension_faults;
mod extensions;
mod function_url;
mod invoke_api;
mod lab;
mod lifetime;
mod limits;
mod origins;
mod queues;
mod runtime_api;
mod schedules;
mod shared_environments;
mod shared_runtime_api;
mod streaming;
mod telemetry;
