//! A function with a tiny budget under `zerobill dev`: it stops, stays stopped, and is released by the command or the dashboard.

use std::{fs, path::Path, process::Stdio, time::Duration};

use serde_json::Value;

use crate::{
    processes::{kill_all, marker, wait_for_count},
    running::Dev,
    zerobill::{PATIENCE, command, finish, run},
};

/// Requests that the budget has in a month; the function stops at 95 % of them.
const BUDGET: u64 = 60;
const STOPS_AT: u64 = 57;

/// After so many requests an environment tells the store.
const BATCH: u64 = 5;

fn start(folder: &Path, marker: &str) -> Dev {
    let folder = format!("ZEROBILL_METER_FOLDER={}", folder.display());
    let (budget, batch) = (
        format!("ZEROBILL_BUDGET_REQUESTS={BUDGET}"),
        format!("ZEROBILL_METER_REQUESTS={BATCH}"),
    );
    let variables = [
        &folder,
        &budget,
        &batch,
        "ZEROBILL_BUDGET_ON_95=requests=trip",
        "ZEROBILL_METER_SECONDS=1",
        marker,
    ];
    Dev::start(&variables.map(|variable| ["--env", variable]).concat())
}

/// Requests of the month as the file has them.
fn counted(folder: &Path) -> u64 {
    let text = fs::read(folder.join("meter.json")).unwrap();
    let months: Value = serde_json::from_slice(&text).unwrap();
    let months = months["function"].as_object().unwrap();
    months.values().map(|month| month["requests"].as_u64().unwrap()).sum()
}

/// Sends requests until one is answered so; says how many that took.
fn until(dev: &Dev, status: &str) -> u64 {
    const PAUSE: Duration = Duration::from_millis(50);
    for sent in 1..=PATIENCE.as_millis() / PAUSE.as_millis() {
        if dev.get("/health", "").0 == status {
            return sent.try_into().unwrap();
        }
        std::thread::sleep(PAUSE);
    }
    panic!("no answer `{status}` in time");
}

const OK: &str = "HTTP/1.1 200 OK";
const LOST: &str = "HTTP/1.1 502 Bad Gateway";
const REFUSED: &str = "HTTP/1.1 429 Too Many Requests";

/// Takes 1 to 2 s: a function that is stopped asks once a second whether it was released.
#[test]
fn it_stops_within_the_bound_whatever_is_killed_and_is_released_by_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let marker = marker("hard-cap");
    let dev = start(folder.path(), &marker);
    let (mut worked, mut killed) = (0, 0);
    loop {
        let (status, body) = dev.get("/health", "");
        if status == REFUSED {
            let body: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(body["error"]["code"], "budget_exhausted");
            break;
        }
        if status == LOST {
            // It was given to an environment that had just died.
            continue;
        }
        assert_eq!(status, OK);
        worked += 1;
        assert!(worked < 2 * BUDGET, "it does not stop");
        if worked % 8 == 0 {
            kill_all(&marker);
            wait_for_count(&marker, 0);
            killed += 1;
        }
    }
    // An environment that is killed takes with it what it had not told: less than a batch.
    assert!(killed >= 6, "{killed}");
    let counted = counted(folder.path());
    assert!(counted >= STOPS_AT, "{counted}");
    assert!(counted <= worked + 1, "{counted} of {worked}");
    assert!(worked - counted.min(worked) < BATCH * killed, "{counted} of {worked}");
    assert!(worked < STOPS_AT + BATCH * (killed + 1), "{worked}");

    let stopped = dev.stop("-INT");
    let line = "\"level\":\"ERROR\",\"message\":\"function `function` is stopped: 95 % of the budget `function` is reached in ";
    assert_eq!(stopped.stdout.matches(line).count(), 1, "{stopped}");
    let dev = start(folder.path(), &marker);
    assert_eq!(dev.get("/health", "").0, REFUSED, "also after a restart");

    let store = folder.path().join("trips.json");
    let place = ["--store", store.to_str().unwrap(), "--endpoint-url", &dev.url()];
    let guard = |arguments: &[&str]| run(&[&["guard"], arguments, &place].concat());
    let status = guard(&["status"]);
    assert!(status.stdout.starts_with("function  stopped since 2"), "{status}");
    let released = guard(&["release", "--function", "function"]);
    assert_eq!(
        (released.exit, released.stdout.as_str()),
        (Some(0), "`function` runs again\n"),
        "{released}"
    );
    until(&dev, OK);
    assert!(
        until(&dev, REFUSED) <= BUDGET / 20 + BATCH,
        "it has 5 % more, and a batch"
    );
    dev.stop("-INT");
}

/// What stops a function at its nineteenth request.
const TINY: [&str; 8] = [
    "--env",
    "ZEROBILL_METER_SECONDS=1",
    "--env",
    "ZEROBILL_BUDGET_REQUESTS=20",
    "--env",
    "ZEROBILL_BUDGET_ON_95=requests=trip",
    "--env",
    "ZEROBILL_METER_REQUESTS=1",
];

/// Why the dashboard says that the function is stopped; nothing where it runs.
fn shown_reason(dev: &Dev) -> Option<String> {
    let state: Value = serde_json::from_str(&dev.get("/_zerobill/state", "").1).unwrap();
    Some(state["functions"][0]["trip"]["reason"].as_str()?.to_owned())
}

/// Waits for what the dashboard says of it.
fn until_shown(dev: &Dev, is_stopped: bool) {
    const PAUSE: Duration = Duration::from_millis(50);
    for _ in 0..PATIENCE.as_millis() / PAUSE.as_millis() {
        if shown_reason(dev).is_some() == is_stopped {
            return;
        }
        std::thread::sleep(PAUSE);
    }
    panic!("the dashboard still says {:?}", shown_reason(dev));
}

/// Takes 2 to 4 s: a function that is stopped asks once a second whether it was released.
#[test]
fn without_set_up_the_project_keeps_the_budget_and_the_dashboard_or_the_command_release_it() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start_in(folder.path(), &TINY);
    assert_eq!(until(&dev, REFUSED), 19);
    let project = folder.path().join(".zerobill");
    assert_eq!(counted(&project.join("meter")), 19);
    assert_eq!(fs::read_to_string(project.join(".gitignore")).unwrap(), "*\n");
    until_shown(&dev, true);
    let reason = shown_reason(&dev).unwrap();
    assert!(
        reason.starts_with("95 % of the budget `function` is reached"),
        "{reason}"
    );

    let path = "/_zerobill/functions/function/release";
    let foreign = dev.request("POST", path, "Origin: http://elsewhere.example\r\n");
    assert_eq!(foreign.0, "HTTP/1.1 403 Forbidden");
    assert_eq!(dev.request("POST", path, "").0, OK);
    assert_eq!(shown_reason(&dev), None);
    until(&dev, OK);
    until(&dev, REFUSED);
    until_shown(&dev, true);

    let url = dev.url();
    let mut release = command(&["guard", "release", "--function", "function", "--endpoint-url", &url]);
    release.current_dir(folder.path()).env_remove("ZEROBILL_METER_FOLDER");
    let release = finish(release.stdout(Stdio::piped()).stderr(Stdio::piped()));
    assert_eq!(
        (release.exit, release.stdout.as_str()),
        (Some(0), "`function` runs again\n"),
        "{release}"
    );
    until(&dev, OK);
    until_shown(&dev, false);
    dev.stop("-INT");
}

#[test]
fn a_folder_of_its_own_wins_over_that_of_the_project() {
    let folder = tempfile::tempdir().unwrap();
    let counts_in = |place: Option<&str>, arguments: &[&str]| {
        let dev = Dev::start_in(folder.path(), arguments);
        assert_eq!(dev.get("/health", "").0, OK);
        dev.stop("-INT");
        if let Some(place) = place {
            assert_eq!(counted(&folder.path().join(place)), 1);
        }
        assert!(!folder.path().join(".zerobill").exists(), "{arguments:?}");
    };
    counts_in(Some("by-argument"), &["--env", "ZEROBILL_METER_FOLDER=by-argument"]);
    counts_in(None, &["--env", "ZEROBILL_METER_FOLDER="]);
    fs::write(
        folder.path().join("zerobill.toml"),
        "[settings]\nlambda.meter_folder = \"by-file\"\n",
    )
    .unwrap();
    counts_in(Some("by-file"), &[]);
}
