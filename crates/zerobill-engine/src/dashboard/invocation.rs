//! An invocation as it is kept and as it is shown.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde::Serialize;
use zerobill_free_tier::Report;

use super::{label, ring::Weigh};
use crate::{invocation::InvokeRequest, task};

/// An invocation.
#[derive(Debug)]
pub(super) struct Entry {
    /// The journal's version when it changed last.
    pub(super) version: u64,
    pub(super) function: Arc<str>,
    pub(super) request_id: Arc<str>,
    /// 0 until an environment has it.
    pub(super) environment: u64,
    pub(super) began_ms: u64,
    /// The event, to be shown and sent again.
    pub(super) request: InvokeRequest,
    pub(super) init_us: Option<u64>,
    pub(super) end: Option<End>,
    /// What the event is; found when somebody looks.
    label: OnceLock<String>,
}

/// How an invocation ended.
#[derive(Debug)]
pub(super) struct End {
    pub(super) outcome: Outcome,
    pub(super) duration_us: u64,
    pub(super) billed_ms: u64,
    pub(super) memory_mb: u64,
    pub(super) max_memory_mb: u64,
    pub(super) init_us: Option<u64>,
    pub(super) error_type: Option<String>,
    pub(super) reply: Bytes,
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    Running,
    Success,
    Error,
    Timeout,
    /// The engine ended before it did.
    Lost,
}

/// An invocation in a list.
#[derive(Clone, Debug, Serialize)]
pub(super) struct InvocationView {
    pub(super) number: u64,
    function: Arc<str>,
    request_id: Arc<str>,
    environment: u64,
    began_ms: u64,
    /// What the event is, in a few words.
    event: String,
    outcome: Outcome,
    cold: bool,
    init_us: Option<u64>,
    duration_us: Option<u64>,
    billed_ms: Option<u64>,
    memory_mb: Option<u64>,
    max_memory_mb: Option<u64>,
    error_type: Option<String>,
}

impl Entry {
    pub(super) fn new(function: Arc<str>, request_id: Arc<str>, request: InvokeRequest) -> Self {
        Self {
            version: 0,
            function,
            request_id,
            environment: 0,
            began_ms: task::epoch_ms(),
            request,
            init_us: None,
            end: None,
            label: OnceLock::new(),
        }
    }

    pub(super) fn outcome(&self) -> Outcome {
        self.end.as_ref().map_or(Outcome::Running, |end| end.outcome)
    }

    pub(super) fn view(&self, number: u64) -> InvocationView {
        let end = self.end.as_ref();
        InvocationView {
            number,
            function: Arc::clone(&self.function),
            request_id: Arc::clone(&self.request_id),
            environment: self.environment,
            began_ms: self.began_ms,
            event: self.label.get_or_init(|| label::of(&self.request.payload)).clone(),
            outcome: self.outcome(),
            cold: self.init_us.is_some(),
            init_us: self.init_us,
            duration_us: end.map(|end| end.duration_us),
            billed_ms: end.map(|end| end.billed_ms),
            memory_mb: end.map(|end| end.memory_mb),
            max_memory_mb: end.map(|end| end.max_memory_mb),
            error_type: end.and_then(|end| end.error_type.clone()),
        }
    }
}

impl End {
    pub(super) fn new(outcome: Outcome, report: &Report, reply: Bytes) -> Self {
        let error_type = report.error_type.clone();
        Self {
            outcome,
            duration_us: report.duration_us,
            billed_ms: report.billed_ms,
            memory_mb: report.memory_mb,
            max_memory_mb: report.max_memory_mb,
            init_us: report.init_us,
            // A function that says itself what went wrong says it in its reply.
            error_type: error_type.or_else(|| (outcome == Outcome::Error).then(|| label::error_type(&reply))?),
            reply,
        }
    }

    /// The end of one whose end nobody saw.
    pub(super) fn lost() -> Self {
        Self {
            outcome: Outcome::Lost,
            duration_us: 0,
            billed_ms: 0,
            memory_mb: 0,
            max_memory_mb: 0,
            init_us: None,
            error_type: None,
            reply: Bytes::new(),
        }
    }
}

impl Weigh for Entry {
    fn bytes(&self) -> usize {
        let context = self.request.client_context.as_deref().map_or(0, str::len);
        let reply = self.end.as_ref().map_or(0, |end| end.reply.len());
        size_of::<Self>() + self.request.payload.len() + context + reply
    }
}
