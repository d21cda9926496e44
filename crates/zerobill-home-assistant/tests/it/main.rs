//! The handler between an event and a stand-in for Home Assistant that does as it is told. Loopback only.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod ahead;
mod any_event;
mod doctor;
mod failures;
mod house;
mod lab;
mod passing;
mod settings;
mod states;
mod time;
mod tokens;
