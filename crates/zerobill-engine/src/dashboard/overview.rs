//! All that the page shows but the single invocations: one document, which the state and its stream both send.

use std::sync::Arc;

use serde::Serialize;
use zerobill_free_tier::{MbMs, Traffic};

use super::{
    invocation::{Entry, InvocationView, Outcome},
    journal::{BuildState, Content, EnvironmentState, Journal},
    latency::Latency,
    outlook::Outlook,
    series,
    usage::UsageView,
};
use crate::{
    counters::{FreeTier, FunctionState},
    engine::Functions,
    function::Function,
    task,
    trips::Trip,
};

/// The document.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Overview {
    version: u64,
    started_ms: u64,
    now_ms: u64,
    functions: Vec<FunctionView>,
    free_tier: FreeTier,
    month: Option<Outlook>,
    metric_series: SeriesView,
    /// A build that runs, or the last one where it has failed.
    build: Option<BuildState>,
    /// Why it is not known which functions are stopped.
    trips_problem: Option<String>,
}

/// One function.
#[derive(Clone, Debug, Serialize)]
struct FunctionView {
    #[serde(flatten)]
    state: FunctionState,
    memory_mb: u32,
    timeout_ms: u64,
    concurrency: usize,
    /// What its logs are billed by, in bytes.
    log_bytes: u64,
    /// Of the invocations that are remembered.
    latency: Option<Latency>,
    init: Option<Latency>,
    environments: Vec<EnvironmentView>,
    /// Why it is stopped until it is released.
    trip: Option<Trip>,
    /// Which interfaces its requests use; none where the function does not log it.
    usage: Option<UsageView>,
}

/// One environment.
#[derive(Clone, Debug, Serialize)]
struct EnvironmentView {
    number: u64,
    state: &'static str,
    since_ms: u64,
    invocations: u64,
    max_memory_mb: u64,
}

/// The metric series.
#[derive(Clone, Debug, Serialize)]
struct SeriesView {
    used: usize,
    free: u64,
    /// What those beyond the free ones cost a month.
    cost: String,
    more: bool,
    names: Vec<String>,
}

impl Journal {
    /// The document as it is now.
    pub(super) fn overview(&self, functions: &Functions) -> Overview {
        let (state, now_ms) = (functions.state(), task::epoch_ms());
        let content = self.content();
        let view = |state: FunctionState| {
            let function = functions.by_name.get(&state.name)?;
            Some(self.function(&content, function, state))
        };
        let views: Vec<_> = state.functions.into_iter().filter_map(view).collect();
        let traffic = Traffic {
            requests: views.iter().map(|view| view.state.invocations).sum(),
            billed_ms: views.iter().map(|view| u128::from(view.state.billed_ms)).sum(),
            mb_ms: views.iter().map(|view| MbMs(view.state.mb_ms.into())).sum(),
            log_bytes: views.iter().map(|view| u128::from(view.log_bytes)).sum(),
        };
        Overview {
            version: content.version,
            started_ms: self.started_ms,
            now_ms,
            functions: views,
            free_tier: state.free_tier,
            month: Outlook::of(traffic, self.started_ms, now_ms),
            build: content.build.clone(),
            trips_problem: content.trips.as_ref().err().cloned(),
            metric_series: SeriesView {
                used: content.series.names.len(),
                free: series::free(),
                cost: series::month_cost(content.series.names.len()),
                more: content.series.more,
                names: content.series.names.iter().cloned().collect(),
            },
        }
    }

    /// The invocations that have changed since `version`, the oldest first.
    pub(super) fn invocations_since(&self, version: u64) -> Vec<InvocationView> {
        let content = self.content();
        let all = content.invocations.from(0);
        all.filter(|(_, entry)| entry.version > version)
            .map(|(number, entry)| entry.view(number))
            .collect()
    }

    fn function(&self, content: &Content, function: &Function, state: FunctionState) -> FunctionView {
        let settings = &function.settings;
        let own = |entry: &&Entry| entry.function == function.name;
        let entries: Vec<_> = content
            .invocations
            .from(0)
            .map(|(_, entry)| entry)
            .filter(own)
            .collect();
        let ended = entries.iter().filter(|entry| entry.outcome() != Outcome::Lost);
        FunctionView {
            memory_mb: settings.memory_mb,
            timeout_ms: u64::try_from(settings.timeout.as_millis()).unwrap_or(u64::MAX),
            concurrency: settings.concurrency,
            log_bytes: content.log_bytes.get(&function.name).copied().unwrap_or_default(),
            latency: Latency::of(
                ended
                    .filter_map(|entry| Some(entry.end.as_ref()?.duration_us))
                    .collect(),
            ),
            init: Latency::of(entries.iter().filter_map(|entry| entry.init_us).collect()),
            environments: self.environments(content, &function.name),
            trip: content
                .trips
                .as_ref()
                .ok()
                .and_then(|trips| trips.get(&*function.name))
                .cloned(),
            usage: content.usage.of(&function.name),
            state,
        }
    }

    fn environments(&self, content: &Content, function: &Arc<str>) -> Vec<EnvironmentView> {
        let own = content.environments.iter().filter(|((name, _), _)| name == function);
        own.map(|((_, number), entry)| EnvironmentView {
            number: *number,
            state: match entry.state {
                EnvironmentState::Starting => "starting",
                EnvironmentState::Busy => "busy",
                EnvironmentState::Idle if self.freezes => "frozen",
                EnvironmentState::Idle => "idle",
            },
            since_ms: entry.since_ms,
            invocations: entry.invocations,
            max_memory_mb: entry.max_memory_mb,
        })
        .collect()
    }
}
