//! The analysis for people.

use std::{cmp::Reverse, collections::BTreeMap};

use zerobill::analytics::{InterfaceUse, NONE, Tally};

use super::{
    super::forecast::table::grouped,
    advice::{Advice, MemoryAdvice, Preload},
    evidence::Evidence,
};
use crate::printer;

/// How many combinations, kinds and handlers are shown.
const SHOWN: usize = 8;

pub(super) fn print(evidence: &Evidence, advice: &Advice) {
    let tally = &evidence.tally;
    let environments = evidence.merged.environments();
    if environments > 0 {
        let of = match evidence.functions().into_iter().collect::<Vec<_>>().as_slice() {
            [name] => format!(" of `{name}`"),
            _ => String::new(),
        };
        printer::data(&format!(
            "{} requests in {}{of}; {} failed",
            grouped(tally.requests),
            counted(environments as u64, "environment"),
            grouped(tally.failed)
        ));
        interfaces(tally);
        shares("together", tally, &tally.combinations);
        shares("kinds", tally, &tally.kinds);
        shares("handlers", tally, &tally.handlers);
    }
    printer::data("");
    for line in recommendations(evidence, advice) {
        printer::data(&line);
    }
    printer::data(&format!(
        "\n{} in {}: {} with analytics, {}, {} of other kinds, {} that could not be read",
        counted(evidence.events, "event"),
        counted(evidence.files, "file"),
        grouped(evidence.exports),
        counted(evidence.reports, "report"),
        grouped(evidence.events - evidence.exports - evidence.reports - evidence.unreadable),
        grouped(evidence.unreadable)
    ));
    for problem in &evidence.problems {
        printer::note(&format!("cannot read {problem}"));
    }
    let functions = evidence.functions();
    if functions.len() > 1 {
        let names: Vec<_> = functions.into_iter().collect();
        printer::note(&format!(
            "note: these are several functions, {}; analyze each by itself",
            names.join(", ")
        ));
    }
}

fn interfaces(tally: &Tally) {
    printer::data(&format!(
        "\n  {:16} {:>9} {:>5} {:>14} {:>20} {:>17}{}",
        "interface",
        "requests",
        "",
        "first used",
        "a request waited",
        "built in INIT",
        heap(tally, "on the heap")
    ));
    let mut rows: Vec<_> = tally.interfaces.iter().collect();
    rows.sort_by_key(|(_, interface)| Reverse(interface.requests));
    for (name, interface) in rows {
        let heat = match (tally.is_hot(name), tally.is_cold(name)) {
            (true, _) => "hot",
            (_, true) => "cold",
            _ => "",
        };
        let line = format!(
            "  {name:16} {:>7} % {heat:>5} {:>14} {:>20} {:>17}{}",
            percent(tally.share(name)),
            first_used(interface),
            builds(interface.built_in_requests, interface.built_in_requests_us),
            builds(interface.built_in_init, interface.built_in_init_us),
            heap(tally, &format!("{:.1} KB", interface.heap_bytes as f64 / 1_024.0))
        );
        printer::data(line.trim_end());
    }
}

/// A column of what is on the heap, where functions counted that.
fn heap(tally: &Tally, cell: &str) -> String {
    let is_counted = tally.interfaces.values().any(|interface| interface.heap_bytes > 0);
    if is_counted {
        format!(" {cell:>13}")
    } else {
        String::new()
    }
}

/// Within what time half of the requests that were timed had used it.
fn first_used(interface: &InterfaceUse) -> String {
    match (interface.first_use.total(), interface.first_use.percentile_us(50)) {
        (0, _) => String::new(),
        (_, Some(us)) => format!("within {}", duration(us)),
        (_, None) => "after 3 s".to_owned(),
    }
}

fn builds(count: u64, us: u64) -> String {
    us.checked_div(count)
        .map(|each| format!("{} × {}", grouped(count), duration(each)))
        .unwrap_or_default()
}

fn shares(title: &str, tally: &Tally, counts: &BTreeMap<String, u64>) {
    if counts.keys().all(|name| name == NONE) {
        return;
    }
    printer::data(&format!("\n  {title}"));
    let mut counts: Vec<_> = counts.iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(**count));
    for (name, count) in counts.iter().take(SHOWN) {
        let share = **count as f64 / tally.requests.max(1) as f64;
        printer::data(&format!("    {:>7} %  {name}", percent(share)));
    }
    if counts.len() > SHOWN {
        printer::data(&format!("             and {} more", counts.len() - SHOWN));
    }
}

fn recommendations(evidence: &Evidence, advice: &Advice) -> Vec<String> {
    let mut lines = Vec::new();
    if evidence.merged.environments() > 0 {
        preload(evidence, advice, &mut lines);
        lines.extend(
            advice.keep_lazy.iter().map(|name| {
                format!("keep lazy: `{name}` is built in INIT, and less than a tenth of the requests use it")
            }),
        );
        lines.extend(advice.unused_features.iter().map(|(feature, interface)| {
            format!("leave out: the cargo feature `{feature}`, since no request used `{interface}`")
        }));
        if advice.too_few {
            lines.push("leave out: too few requests to say what is not needed".to_owned());
        }
    }
    lines.extend(advice.memory.iter().map(memory));
    lines
}

fn preload(evidence: &Evidence, advice: &Advice, lines: &mut Vec<String>) {
    if advice.preload.is_empty() {
        lines.push("preload: nothing, since no interface that most requests use has anything to build".to_owned());
        return;
    }
    let names: Vec<_> = advice.preload.iter().map(|preload| preload.name.as_str()).collect();
    lines.push(format!("preload: ZEROBILL_PRELOAD={}", names.join(",")));
    let gain: u64 = advice.preload.iter().map(|preload| preload.gain_us).sum();
    let saved: f64 = advice.preload.iter().map(|preload| preload.gb_seconds).sum();
    if gain > 0 {
        lines.push(format!(
            "         first requests answer at least {} sooner with {} MB, which is {:.1} % of a processor; INIT has all of one",
            duration(gain),
            grouped(advice.memory_mb),
            advice.cpu_share * 100.0
        ));
        lines.push(format!(
            "         {saved:.6} GB-seconds saved over the {} seen",
            counted(evidence.merged.environments() as u64, "environment")
        ));
    }
    lines.extend(advice.preload.iter().map(one));
    if advice.preload.iter().any(|preload| preload.name == "http_client") {
        lines.push(
            "         ZEROBILL_HTTP_CLIENT_CONNECT=URL,… with the servers it asks has their connections opened in INIT too".to_owned(),
        );
    }
}

fn one(preload: &Preload) -> String {
    let what = match preload.wait_us {
        Some(wait) => format!(
            "a request waited {} for it in {}",
            duration(wait),
            counted(preload.waited, "environment")
        ),
        None => "it is built in INIT already".to_owned(),
    };
    format!(
        "         {}: {} % of the requests; {what}",
        preload.name,
        percent(preload.share)
    )
}

fn memory(memory: &MemoryAdvice) -> String {
    let MemoryAdvice {
        memory_mb, invocations, ..
    } = memory;
    let used = format!(
        "memory: {} of {} MB were used at most, in {}",
        grouped(invocations.max_used_mb),
        grouped(*memory_mb),
        counted(invocations.count, "invocation")
    );
    match (memory.enough_mb, memory.gb_seconds_then) {
        (Some(enough), _) if memory.is_short => format!("{used}; that is short, {} MB is safer", grouped(enough)),
        (Some(enough), Some(then)) => format!(
            "{used}; {} MB is enough\n        {:.3} GB-seconds become {then:.3} if durations stay, as they do where a function waits for others",
            grouped(enough),
            memory.gb_seconds
        ),
        _ => format!("{used}; that fits"),
    }
}

fn percent(share: f64) -> String {
    format!("{:.1}", share * 100.0)
}

/// Three digits, in the unit that suits.
fn duration(us: u64) -> String {
    let scaled = |value: f64, unit: &str| {
        let decimals = match value {
            value if value.fract() == 0.0 || value >= 100.0 => 0,
            value if value >= 10.0 => 1,
            _ => 2,
        };
        format!("{value:.decimals$} {unit}")
    };
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..1_000_000 => scaled(us as f64 / 1e3, "ms"),
        _ => scaled(us as f64 / 1e6, "s"),
    }
}

fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", grouped(count))
}
