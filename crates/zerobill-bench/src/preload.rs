//! Whether a recommendation takes effect: a function that needs much at first, as it is, and with `ZEROBILL_PRELOAD=auto` after
//! `zerobill analyze` has read its log. Both begin at full speed, and have then a share of a CPU.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::budgets;
use crate::clock::Moment;
use crate::expected::Expected;
use crate::statistics::Summary;
use crate::subject::Subject;
use crate::throttled::{self, Share};
use crate::trust::Trust;
use crate::upstream::Upstream;

/// A token that holds until 2100, and the public half of the key that signed it. The other half is gone.
const TOKEN: &str = "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJiZW5jaCIsImV4cCI6NDEwMjQ0NDgwMH0.\
                     snE0HliFGqEhjCPpbKnYpW7TqCKc3UmNXHtXhg40nyIjo5qczG9WJG7zD-RTowtu6ZxHYG7YAfWfHHvLjBOIoQ";
const PUBLIC_KEY: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAERdwJUKQzz4yZRSRQE8q10C5ztyB5
xzFW0PWPs/iCN/amqfLW3WHTfORJzIOU1tzg9bHOzPYCEd7LRvQfJxUI0w==
-----END PUBLIC KEY-----";

const EVENT: &[u8] = b"{}";
/// The file that `auto` reads.
const PLAN: &str = "zerobill-analytics.json";
/// The memory of a function that has that share.
const MEMORY_MB: &str = "128";
/// How many environments of the function answer how many events before their log is analysed.
const LEARNERS: usize = 10;
const LEARNING: usize = 20;
/// How many times INIT is measured.
const INITS: usize = 10;

/// Measures `function`, which is the example `connected`, with the command `zerobill`; the results as Markdown.
pub(crate) fn run(function: &Subject, zerobill: &str, percent: u64, count: usize) -> Result<String> {
    let files = tempfile::tempdir().context("cannot make a folder")?;
    let folder = files.path();
    let answer = folder.join("answer.json");
    fs::write(&answer, EVENT)?;
    let server = Upstream::start(&answer, Some(Trust::new(folder)?))?;
    let table = Upstream::start(&answer, None)?;
    let lazy = Subject {
        name: "as it is".to_owned(),
        command: function.command.clone(),
        event_file: None,
        event: EVENT.into(),
        variables: variables(&server, &table),
    };
    let (analysis, expected) = learn(&lazy, folder, zerobill, percent)?;
    let mut preloaded = lazy.clone();
    "ZEROBILL_PRELOAD=auto".clone_into(&mut preloaded.name);
    let url = value(&lazy.variables, "CONNECTED_URL");
    let more = [
        ("ZEROBILL_PRELOAD", "auto".to_owned()),
        ("LAMBDA_TASK_ROOT", folder.display().to_string()),
        ("ZEROBILL_HTTP_CLIENT_CONNECT", url),
    ];
    preloaded
        .variables
        .extend(more.map(|(name, value)| (name.to_owned(), value)));
    let subjects = [lazy, preloaded];
    let inits = inits(&subjects, folder)?;
    let results = throttled::measure(&subjects, folder, percent, count);
    let mut page = format!("\n# What preloading does\n\n```text\n{analysis}```\n");
    if let Ok([lazy, preloaded]) = results.as_deref() {
        page.push_str(&budgets::preload(lazy.first_ms.median, preloaded.first_ms.median));
    }
    page.push_str(&throttled::section(&subjects, percent, &results));
    page.push_str("\nINIT, which has a whole processor and is billed too:\n\n| function | INIT ms |\n|---|---:|\n");
    for (subject, init) in subjects.iter().zip(&inits) {
        let _infallible = writeln!(page, "| {} | {init} |", subject.name);
    }
    if let (Ok([lazy, preloaded]), [lazy_init, preloaded_init]) = (results.as_deref(), &inits[..]) {
        let sooner_ms = lazy.first_ms.mean - preloaded.first_ms.mean;
        page.push_str(&expected.beside(sooner_ms, preloaded_init.mean - lazy_init.mean));
    }
    Ok(page)
}

/// What the function is told: a token and its key, a server behind TLS, and a table.
fn variables(server: &Upstream, table: &Upstream) -> Vec<(String, String)> {
    let (server, table) = (server.variables(), table.variables());
    [
        ("ZEROBILL_SECURITY_TOKEN_ALGORITHMS", "ES256".to_owned()),
        ("ZEROBILL_SECURITY_TOKEN_PUBLIC_KEYS", PUBLIC_KEY.to_owned()),
        ("CONNECTED_SESSION", TOKEN.to_owned()),
        ("CONNECTED_URL", value(&server, "BASE_URL")),
        (
            "ZEROBILL_HTTP_CLIENT_CA_CERTIFICATES",
            value(&server, "ZEROBILL_HOME_ASSISTANT_CA_CERTIFICATES"),
        ),
        ("ZEROBILL_AWS_CACHE_TABLE", "shared".to_owned()),
        ("AWS_ENDPOINT_URL", value(&table, "BASE_URL")),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "zbsecret-of-the-bench".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn value(variables: &[(String, String)], name: &str) -> String {
    let found = variables.iter().find(|(other, _)| other == name);
    found.map(|(_, value)| value.clone()).unwrap_or_default()
}

/// Lets the function answer some events with its share of a CPU, and its log be analysed; what is said of it, for people and as
/// figures.
fn learn(function: &Subject, folder: &Path, zerobill: &str, percent: u64) -> Result<(String, Expected)> {
    let log = folder.join("function.log");
    let mut logging = function.clone();
    let command = format!("exec {} >> {}", function.command.join(" "), log.display());
    logging.command = vec!["sh".to_owned(), "-c".to_owned(), command];
    let every = ("ZEROBILL_ANALYTICS_REQUESTS".to_owned(), "1".to_owned());
    logging.variables.push(every);
    for _ in 0..LEARNERS {
        // Where there are no groups, the page says so.
        let share = Share::new(percent).ok();
        let mut process = logging.start(folder)?;
        process.api.idle()?;
        share.iter().try_for_each(|share| share.limit(&process))?;
        for _ in 0..LEARNING {
            process.invoke()?;
        }
        process.api.idle()?;
        process.end()?;
    }
    let analyze = |format: &str| -> Result<String> {
        let mut analyze = Command::new(zerobill);
        analyze.arg("analyze").arg(&log).args(["--memory", MEMORY_MB]);
        analyze.args(["--format", format, "--output"]).arg(folder.join(PLAN));
        let output = analyze.output().with_context(|| format!("cannot run `{zerobill}`"))?;
        let problem = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`zerobill analyze` failed: {problem}");
        Ok(String::from_utf8(output.stdout)?)
    };
    Ok((analyze("table")?, Expected::read(&analyze("json")?)?))
}

/// Milliseconds from the start of each function to its asking for an event.
fn inits(subjects: &[Subject], folder: &Path) -> Result<Vec<Summary>> {
    let mut samples = vec![Vec::new(); subjects.len()];
    for _ in 0..INITS {
        for (subject, samples) in subjects.iter().zip(&mut samples) {
            let process = subject.start(folder)?;
            process.api.idle()?;
            samples.push(Moment::now().since(process.started).as_secs_f64() * 1e3);
            process.end()?;
        }
    }
    Ok(samples.into_iter().map(Summary::of).collect())
}
