//! A log line as it is kept and as it is sent.

use std::sync::Arc;

use serde::Serialize;

use super::{record::Place, ring::Weigh};
use crate::log::LineKind;

/// One line.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) time_ms: u64,
    pub(super) function: Arc<str>,
    /// 0 where it belongs to no environment.
    pub(super) environment: u64,
    pub(super) kind: LineKind,
    pub(super) place: Option<Place>,
    pub(super) text: Box<str>,
}

/// The same as JSON.
#[derive(Clone, Debug, Serialize)]
pub(super) struct LineView {
    number: u64,
    time_ms: u64,
    function: Arc<str>,
    environment: u64,
    source: &'static str,
    request_id: Option<Arc<str>>,
    text: Box<str>,
}

impl Line {
    pub(super) fn view(&self, number: u64) -> LineView {
        LineView {
            number,
            time_ms: self.time_ms,
            function: Arc::clone(&self.function),
            environment: self.environment,
            source: match self.kind {
                LineKind::Stdout => "stdout",
                LineKind::Stderr => "stderr",
                LineKind::Extension => "extension",
                LineKind::Platform => "platform",
            },
            request_id: self.place.as_ref().map(|place| Arc::clone(&place.request_id)),
            text: self.text.clone(),
        }
    }
}

impl Weigh for Line {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.text.len()
    }
}
