//! Each example as Lambda runs it: a process under the local Lambda, asked with real events. Loopback only.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod api_with_jwt;
mod cached_configuration;
mod function;
mod scheduled_job;
mod server;
mod sqs_worker;
mod webhook_receiver;
