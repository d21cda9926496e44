//! What a local Lambda must get right, row by row, over HTTP alone: `ZEROBILL_CONFORMANCE_URL=http://HOST:PORT` points the rows
//! at another one, which serves the functions of `real-clients/conformance` by name with a timeout of 3 s, ten at once.
//! `cargo xtask conformance` makes a table of the results.
//!
//! Real time: a program that never asks takes 10 s, an idle one and a timeout 3 s each, a slow start 4 s, retries up to 8 s.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

#[path = "../it/client.rs"]
mod client;
mod environments;
mod function_url;
mod invoke_api;
mod runtime_api;
mod subject;
