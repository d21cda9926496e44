//! The settings of the interface, read once for each change of the configuration.

use super::{BUFFER, BUFFER_BYTES, LEVEL, LOG_EVENT, MAX_BYTES, PRETTY, SAMPLE_RATE, level::Level, line::head};
use crate::interfaces::config::{Config, SERVICE};

/// The settings of `logging`.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) service: String,
    pub(super) level: Level,
    pub(super) log_event: bool,
    pub(super) sample_rate: f64,
    pub(super) pretty: bool,
    /// How many bytes may be held back, if lines are held back at all.
    pub(super) buffer: Option<usize>,
    pub(super) max_bytes: usize,
    /// The head of lines outside an invocation.
    pub(super) head: Vec<u8>,
}

impl Settings {
    pub(super) fn read(config: &Config) -> Self {
        let bytes = |number: Option<u64>| usize::try_from(number.unwrap_or_default()).unwrap_or(usize::MAX);
        let service = config.text(&SERVICE);
        Self {
            head: head(&service, 0.0, None),
            service,
            level: Level::parse(&config.text(&LEVEL)).unwrap_or(Level::Info),
            log_event: config.flag(&LOG_EVENT),
            sample_rate: config.number(&SAMPLE_RATE).unwrap_or_default(),
            pretty: config.flag(&PRETTY),
            buffer: config.flag(&BUFFER).then(|| bytes(config.integer(&BUFFER_BYTES))),
            max_bytes: bytes(config.integer(&MAX_BYTES)),
        }
    }
}
