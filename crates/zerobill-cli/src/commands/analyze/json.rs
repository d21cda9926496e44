//! The analysis for programs.

use serde_json::{Value, json};

use super::{
    advice::{Advice, MemoryAdvice, Preload},
    evidence::Evidence,
};

/// The whole of it. Times are in microseconds, shares from 0 to 1.
pub(super) fn of(evidence: &Evidence, advice: &Advice) -> Value {
    let tally = &evidence.tally;
    let interfaces = tally.interfaces.iter().map(|(name, interface)| {
        let mut value = json!(interface);
        value["share"] = tally.share(name).into();
        value["hot"] = tally.is_hot(name).into();
        value["cold"] = tally.is_cold(name).into();
        (name.clone(), value)
    });
    json!({
        "files": evidence.files,
        "events": evidence.events,
        "exports": evidence.exports,
        "reports": evidence.reports,
        "unreadable": evidence.unreadable,
        "problems": evidence.problems,
        "environments": evidence.merged.environments(),
        "functions": evidence.functions(),
        "requests": tally.requests,
        "first_requests": tally.first_requests,
        "failed": tally.failed,
        "interfaces": interfaces.collect::<serde_json::Map<_, _>>(),
        "kinds": tally.kinds,
        "handlers": tally.handlers,
        "combinations": tally.combinations,
        "memory_mb": advice.memory_mb,
        "cpu_share": advice.cpu_share,
        "preload": advice.preload.iter().map(preload).collect::<Vec<_>>(),
        "keep_lazy": advice.keep_lazy,
        "unused_features": advice.unused_features.iter().map(|(feature, _)| feature).collect::<Vec<_>>(),
        "memory": advice.memory.iter().map(memory).collect::<Vec<_>>(),
    })
}

fn preload(preload: &Preload) -> Value {
    json!({
        "interface": preload.name,
        "share": preload.share,
        "environments_that_waited": preload.waited,
        "wait_us": preload.wait_us,
        "gain_us": preload.gain_us,
        "gb_seconds": preload.gb_seconds,
    })
}

fn memory(memory: &MemoryAdvice) -> Value {
    json!({
        "memory_mb": memory.memory_mb,
        "invocations": memory.invocations.count,
        "cold_starts": memory.invocations.cold,
        "max_used_mb": memory.invocations.max_used_mb,
        "gb_seconds": memory.gb_seconds,
        "advised_mb": memory.enough_mb,
        "is_short": memory.is_short,
        "gb_seconds_if_durations_stay": memory.gb_seconds_then,
    })
}
