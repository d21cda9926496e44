//! What the tables must keep, and the page that is made of them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod page;
mod tables;
