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
