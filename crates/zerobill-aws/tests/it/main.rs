//! What AWS refuses, played by a server that answers as AWS does.

#[cfg(feature = "schedules")]
mod refusals;
#[cfg(feature = "schedules")]
mod stand_in;
