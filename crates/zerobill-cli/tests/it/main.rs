//! The command as someone runs it: exit code, standard output, standard error. Loopback only.
//!
//! Tests that wait in real time say for how long.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so by panicking"
)]

mod account;
mod analyze;
mod audit;
mod bad_arguments;
mod call;
mod dev;
mod doctor;
mod events;
mod forecast;
mod functions;
mod guard;
mod hard_cap;
mod help;
mod invoke;
mod logs;
mod ops;
mod output;
mod processes;
mod profile;
mod remote;
mod running;
mod samples;
mod simulate;
mod thresholds;
mod watch;
mod watch_cargo;
mod zerobill;
