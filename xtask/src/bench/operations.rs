//! Single operations: runs the criterion benches and makes a table of the figures they leave in files.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::LIMIT;
use crate::process;
use crate::workspace::Workspace;

/// Nanoseconds by group and name.
type Figures = BTreeMap<(String, String), f64>;

/// Runs the benches; their results as Markdown.
pub(super) fn run(workspace: &Workspace, is_quick: bool) -> Result<String> {
    let results = workspace.target.join("criterion");
    if results.exists() {
        fs::remove_dir_all(&results)?;
    }
    // The log lines that are measured go to standard output, which criterion prints to as well: to nowhere.
    let [warm_up, measurement] = if is_quick { ["0.01", "0.02"] } else { ["1", "2"] };
    let script = format!(
        "exec cargo bench --locked --package zerobill-bench --bench '*' -- \
         --noplot --warm-up-time {warm_up} --measurement-time {measurement} > /dev/null"
    );
    let mut command = workspace.command("sh");
    let finished = process::run(command.args(["-c", &script]), &workspace.log("bench"), LIMIT)?;
    ensure!(finished.status.success(), "the benches failed: {}", finished.output);
    let mut figures = Figures::new();
    read(&results, &mut figures)?;
    ensure!(
        !figures.is_empty(),
        "the benches left no figures in `{}`",
        results.display()
    );
    Ok(page(&figures))
}

/// Reads every `new/benchmark.json` (what) and `new/sample.json` (how long) below a folder.
fn read(folder: &Path, figures: &mut Figures) -> Result<()> {
    let json = |name: &str| -> Result<Value> {
        let file = folder.join(name);
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
        Ok(serde_json::from_str(&text)?)
    };
    if folder.ends_with("new") {
        let (what, samples) = (json("benchmark.json")?, json("sample.json")?);
        let word = |name: &str| what[name].as_str().unwrap_or_default().to_owned();
        let figure = fastest_tenth(&samples).context("`sample.json` has no samples")?;
        figures.insert((word("group_id"), word("function_id")), figure);
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read(&path, figures)?;
        }
    }
    Ok(())
}

/// Nanoseconds of one run in the fastest tenth of the samples: what else the machine does only ever makes one slower.
fn fastest_tenth(samples: &Value) -> Option<f64> {
    let numbers = |name: &str| -> Option<Vec<f64>> { samples[name].as_array()?.iter().map(Value::as_f64).collect() };
    let (times, runs) = (numbers("times")?, numbers("iters")?);
    let mut each: Vec<f64> = times.iter().zip(&runs).map(|(time, runs)| time / runs).collect();
    each.sort_by(f64::total_cmp);
    each.get(each.len().saturating_sub(1) / 10).copied()
}

/// What is compared with what.
const PEERS: [(&str, &str, &str); 7] = [
    ("cache.get", "typed", "quick_cache"),
    ("cache.get", "typed with a TTL", "quick_cache"),
    ("cache.get", "typed", "moka"),
    ("cache.get by name", "promoted", "not promoted"),
    ("circuit breaker", "typed", "recloser"),
    ("log line", "tracing on zerobill", "tracing-subscriber JSON"),
    ("security.encrypt of 1 KB", "encrypt", "seal with the nonce given"),
];

fn page(figures: &Figures) -> String {
    let mut text = "\n## Operations\n\nEach figure is that of the fastest tenth of the samples.\n\n\
                    | group | operation | beside | times |\n|---|---|---|---:|\n"
        .to_owned();
    for (group, own, peer) in PEERS {
        let of = |name: &str| figures.get(&(group.to_owned(), name.to_owned()));
        if let (Some(own_ns), Some(peer_ns)) = (of(own), of(peer)) {
            let _infallible = writeln!(text, "| {group} | {own} | {peer} | {:.2} |", own_ns / peer_ns);
        }
    }
    text.push_str("\n| group | operation | ns |\n|---|---|---:|\n");
    for ((group, name), nanoseconds) in figures {
        let _infallible = writeln!(text, "| {group} | {name} | {nanoseconds:.1} |");
    }
    text.push_str("\n| budget | must be | is | |\n|---|---|---:|---|\n");
    let of = |group: &'static str| move |name: &str| figures.get(&(group.to_owned(), name.to_owned())).copied();
    let (get, by_name, encryption, line, invocation) = (
        of("cache.get"),
        of("cache.get by name"),
        of("security.encrypt of 1 KB"),
        of("log line"),
        of("invocation"),
    );
    let over = |one: Option<f64>, other: Option<f64>| Some(one? - other?);
    let budgets = [
        (
            "typed `cache.get` over the bare crate, ns",
            15.0,
            over(get("typed"), get("quick_cache")),
        ),
        (
            "the same with a TTL, ns",
            50.0,
            over(get("typed with a TTL"), get("quick_cache")),
        ),
        ("dynamic `cache.get`, ns", 300.0, by_name("promoted")),
        (
            "a promoted call over one that is not, ns",
            0.0,
            over(by_name("promoted"), by_name("not promoted")),
        ),
        (
            "a call that is not promoted over one without promotion, ns",
            0.0,
            over(by_name("not promoted"), by_name("fast path disabled")),
        ),
        ("analytics of a request, ns", 100.0, invocation("analytics")),
        (
            "seal of 1 KB with the nonce given, ns",
            400.0,
            encryption("seal with the nonce given"),
        ),
        ("`encrypt` of 1 KB, ns", 900.0, encryption("encrypt")),
        ("a log line of 8 fields, ns", 2000.0, line("typed")),
        (
            "a log line through `tracing` over `tracing-subscriber` JSON, ns",
            0.0,
            { over(line("tracing on zerobill"), line("tracing-subscriber JSON")) },
        ),
    ];
    let audit = figures.get(&("audit".to_owned(), "500 templates".to_owned())).copied();
    let audit = ("the audit of 500 templates, ns", 1e9, audit);
    for (what, bound, value) in budgets.into_iter().chain([audit]) {
        let Some(value) = value else { continue };
        let verdict = if value <= bound {
            "met".to_owned()
        } else {
            format!("missed by {:.0} ns", value - bound)
        };
        let _infallible = writeln!(text, "| {what} | at most {bound} | {value:.1} | {verdict} |");
    }
    if let (Some(dynamic), Some(typed)) = (by_name("promoted"), get("typed, from JSON")) {
        let _infallible = writeln!(text, "\nA dynamic call takes {:.1} times a typed one.", dynamic / typed);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, group: &str, name: &str, nanoseconds: f64) {
        let new = folder.join(group).join(name).join("new");
        fs::create_dir_all(&new).unwrap();
        let what = serde_json::json!({ "group_id": group, "function_id": name });
        fs::write(new.join("benchmark.json"), what.to_string()).unwrap();
        // One sample in ten is not disturbed, and took that for each of its runs.
        let times: Vec<f64> = (0..10).map(|index| nanoseconds * 8.0 * f64::from(10 - index)).collect();
        let samples = serde_json::json!({ "iters": vec![8.0; 10], "times": times });
        fs::write(new.join("sample.json"), samples.to_string()).unwrap();
    }

    #[test]
    fn criterion_s_files_become_a_table_with_verdicts() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "cache.get", "quick_cache", 20.0);
        write(folder.path(), "cache.get", "typed", 45.0);
        write(folder.path(), "cache.get by name", "promoted", 180.0);
        write(folder.path(), "cache.get by name", "not promoted", 200.0);
        write(folder.path(), "security.encrypt of 1 KB", "encrypt", 901.0);
        let mut figures = Figures::new();
        read(folder.path(), &mut figures).unwrap();
        let text = page(&figures);
        assert!(
            text.contains("| cache.get | typed | 45.0 |\n| cache.get by name | not promoted | 200.0 |\n"),
            "{text}"
        );
        let budget = "| typed `cache.get` over the bare crate, ns | at most 15 | 25.0 | missed by 10 ns |";
        assert!(text.contains(budget), "{text}");
        assert!(
            text.contains("| dynamic `cache.get`, ns | at most 300 | 180.0 | met |"),
            "{text}"
        );
        let budget = "| a promoted call over one that is not, ns | at most 0 | -20.0 | met |";
        assert!(text.contains(budget), "{text}");
        assert!(
            !text.contains("log line"),
            "what was not measured has no verdict: {text}"
        );
    }
}
