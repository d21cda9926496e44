//! What is hot and what is cold is the same wherever it is said: by the library, in an analysis, on the dashboard.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use zerobill::analytics;

use crate::{running::Dev, zerobill::run};

/// Of 1,000 requests, so many used each interface: just below, on, and just above what makes it cold or hot.
const USED: [(&str, u64); 6] = [
    ("config", 99),
    ("cache", 100),
    ("logging", 101),
    ("metrics", 499),
    ("security", 500),
    ("utility", 501),
];

fn word(hot: bool, cold: bool) -> &'static str {
    match (hot, cold) {
        (true, false) => "hot",
        (false, true) => "cold",
        (false, false) => "warm",
        (true, true) => "both",
    }
}

/// The line with which a function logs that.
fn line() -> String {
    let export = run(&["call", "debug.analytics"]).stdout;
    let mut export: Value = serde_json::from_str(&export).unwrap();
    export["requests"] = json!(1_000);
    let interface = |(name, used): (&str, u64)| (name.to_owned(), json!({ "requests": used }));
    export["interfaces"] = USED.map(interface).into_iter().collect();
    json!({ "level": "INFO", "message": "usage analytics", "analytics": export }).to_string()
}

#[test]
fn analytics_thresholds_that_disagree() {
    let line = line();
    let tally = analytics::read(&line).unwrap().unwrap().tally;
    let library = USED.map(|(name, _)| (name, word(tally.is_hot(name), tally.is_cold(name))));
    let expected = ["cold", "warm", "warm", "warm", "warm", "hot"];
    assert_eq!(library.map(|(_, heat)| heat), expected);

    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("shop.log");
    std::fs::write(&log, format!("{line}\n")).unwrap();
    let log = log.to_str().unwrap();
    let analysis: Value = serde_json::from_str(&run(&["analyze", log, "--format", "json"]).stdout).unwrap();
    let analysed = USED.map(|(name, _)| {
        let interface = &analysis["interfaces"][name];
        let is = |what| interface[what].as_bool().unwrap();
        (name, word(is("hot"), is("cold")))
    });
    assert_eq!(analysed, library);

    let function = format!("cat {log}; exec {} __function", env!("CARGO_BIN_EXE_zerobill"));
    let dev = Dev::start(&["--", "sh", "-c", &function]);
    dev.get("/health", "");
    let state: Value = serde_json::from_str(&dev.get("/_zerobill/state", "").1).unwrap();
    let shown = state["functions"][0]["usage"]["interfaces"].as_array().unwrap().iter();
    let shown: BTreeMap<_, _> = shown
        .map(|part| (part["name"].as_str().unwrap(), part["heat"].as_str().unwrap()))
        .collect();
    assert_eq!(shown, library.into());
}
