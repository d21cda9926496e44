//! The function between Alexa and Home Assistant against the usual script, with a stand-in that gives a recorded answer.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{CRATE, LIMIT, SHARE};
use crate::process;
use crate::workspace::Workspace;

/// Measures both with one directive that turns a light on; the results as Markdown.
pub(super) fn run(workspace: &Workspace, bootstrap: &Path, python: &Path, rest: &[String]) -> Result<String> {
    let folder = workspace.root.join(CRATE).join("functions");
    let file = folder.join("turn-on.json");
    let event = fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let (bootstrap, python) = (bootstrap.display(), python.display());
    let subjects = [
        format!("bridge={bootstrap}"),
        format!("bridge-preloaded=env ZEROBILL_PRELOAD=http_client {bootstrap}"),
        format!("script={python} -m awslambdaric bridge.handler"),
    ];
    let mut bench = workspace.command(workspace.target.join("quick/zerobill-bench"));
    for subject in &subjects {
        bench.args(["--subject", subject]);
    }
    bench
        .args(["--event", event.trim(), "--upstream"])
        .arg(folder.join("turn-on.answer.json"));
    bench.arg("--folder").arg(&folder);
    bench.args([
        "--cpu-share",
        SHARE,
        "--throttled",
        "5",
        "--cold",
        "20",
        "--rounds",
        "10",
        "--warm",
        "50",
    ]);
    bench.arg("--tls");
    let head = "One directive that turns a light on. Home Assistant is a stand-in behind TLS that gives its recorded answer at once. \
                `script` does what most people run today, in Python: a new connection for each directive.";
    bench.args(["--head", head, "--no-instructions"]).args(rest);
    let finished = process::run(&mut bench, &workspace.log("bench"), LIMIT)?;
    ensure!(finished.status.success(), "the measurement failed: {}", finished.output);
    Ok(format!("\n# Between Alexa and Home Assistant\n\n{}", finished.output))
}
