//! A function whose budget of the month is used up refuses by itself, by every way in, and stays stopped when it starts anew.

use serde_json::{Value, json};

use crate::lab::Lab;

fn lab(folder: &tempfile::TempDir) -> Lab {
    Lab::set(&[
        ("ZEROBILL_METER_FOLDER", folder.path().to_str().unwrap()),
        ("ZEROBILL_METER_REQUESTS", "1"),
        ("ZEROBILL_BUDGET", "tiny"),
        ("ZEROBILL_BUDGET_REQUESTS", "4"),
        ("ZEROBILL_BUDGET_ON_95", "requests=trip"),
    ])
}

fn messages(lab: &Lab, level: &str) -> Vec<Value> {
    let lines = lab.logged();
    let wanted = lines.iter().filter(|line| line["level"] == level);
    wanted.map(|line| line["message"].clone()).collect()
}

#[test]
fn beyond_its_budget_it_answers_429_and_no_handler_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let first = lab(&folder);
    for _ in 0..3 {
        let answer = first.request("GET /health", "");
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    }
    let document = json!({
        "error": { "code": "budget_exhausted", "message": "this function is stopped: its budget of the month is used up" },
    });
    for _ in 0..3 {
        let answer = first.request("GET /health", "");
        assert!(answer.starts_with("HTTP/1.1 429 Too Many Requests"), "{answer}");
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        assert_eq!(serde_json::from_str::<Value>(body).unwrap(), document);
    }
    let reason = "95 % of the budget `tiny` is reached in";
    let errors = messages(&first, "ERROR");
    assert_eq!(errors.len(), 1, "one line says it: {errors:?}");
    let expected = format!("function `f` is stopped: {reason}");
    assert!(errors[0].as_str().unwrap().starts_with(&expected), "{errors:?}");
    drop(first);
    let second = lab(&folder);
    let (kind, message) = second.error(r#"{"zerobill":"doctor"}"#);
    assert_eq!(
        (kind.as_str(), message.as_str()),
        (
            "budget_exhausted",
            "this function is stopped: its budget of the month is used up"
        )
    );
}

/// The processes that have this variable.
fn processes(variable: &str) -> Vec<String> {
    let has = |environ: Vec<u8>| environ.split(|byte| *byte == 0).any(|one| one == variable.as_bytes());
    let folders = std::fs::read_dir("/proc").unwrap().flatten();
    let ours = folders.filter(|folder| std::fs::read(folder.path().join("environ")).is_ok_and(has));
    ours.map(|folder| folder.file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn environments_that_are_killed_lose_less_than_a_batch_each_and_a_cleared_trip_lets_it_run_again() {
    const BATCH: u64 = 5;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let marker = format!("budget-{}", std::process::id());
    let variables = [
        ("ZEROBILL_METER_FOLDER", path),
        ("ZEROBILL_METER_REQUESTS", "5"),
        ("ZEROBILL_BUDGET_REQUESTS", "60"),
        ("ZEROBILL_BUDGET_ON_95", "trip"),
        ("MARKER_OF_A_TEST", marker.as_str()),
    ];
    let variable = format!("MARKER_OF_A_TEST={marker}");
    let first = Lab::set(&variables);
    let (mut sent, mut killed) = (0, 0);
    loop {
        let answer = first.request("GET /health", "");
        sent += 1;
        if answer.starts_with("HTTP/1.1 429") {
            break;
        }
        assert!(sent < 120, "it does not stop");
        if sent % 8 == 0 {
            let running = processes(&variable);
            assert!(!running.is_empty());
            assert!(
                std::process::Command::new("kill")
                    .arg("-KILL")
                    .args(&running)
                    .status()
                    .unwrap()
                    .success()
            );
            killed += running.len() as u64;
        }
    }
    let months: Value = serde_json::from_slice(&std::fs::read(folder.path().join("meter.json")).unwrap()).unwrap();
    let counted: u64 = months["f"]
        .as_object()
        .unwrap()
        .values()
        .map(|month| month["requests"].as_u64().unwrap())
        .sum();
    assert!(counted >= 57, "95 % of 60: {counted}");
    assert!(counted <= sent, "nothing is counted twice: {counted} of {sent}");
    assert!(
        sent - counted <= BATCH * (killed + 1),
        "{counted} of {sent}, {killed} killed"
    );
    drop(first);
    std::fs::remove_file(folder.path().join("trips.json")).unwrap();
    let second = Lab::set(&variables);
    let answer = second.request("GET /health", "");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
}
