//! The command as someone runs it: exit code, standard output, standard error. Loopback only.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so by panicking"
)]

mod dev;
mod invoke;
mod zerobill;
