//! Asynchronous events that fail for good.

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::lab::Lab;

const LATER: &str = "X-Amz-Invocation-Type: Event\r\n";

#[test]
fn an_event_that_fails_three_times_is_kept_with_its_error() {
    // Takes 3 s: the pauses before the retries.
    let folder = tempdir().unwrap();
    let file = folder.path().join("failed.jsonl");
    let lab = Lab::with("misbehaves", |settings| settings.dead_letter = Some(file.clone()));
    let response = lab.post(LATER, br#"{"do":"fail","n":7}"#);
    assert_eq!(response.status, 202);
    let request_id = response.header("x-amzn-requestid").unwrap();
    let said = lab.log.wait_for(&format!("RequestId: {request_id} failed"), 1);
    assert_eq!(
        said,
        format!(
            "RequestId: {request_id} failed in 3 attempts and is in `{}`",
            file.display()
        )
    );
    let lines = std::fs::read_to_string(&file).unwrap();
    let record: Value = serde_json::from_str(lines.strip_suffix('\n').unwrap()).unwrap();
    assert_eq!(record["requestContext"]["requestId"], request_id);
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 3);
    assert_eq!(record["requestPayload"], json!({ "do": "fail", "n": 7 }));
    assert_eq!(record["responsePayload"]["errorMessage"], "asked to fail");
    assert_eq!(lab.state().errors, 3);
}

#[test]
fn a_file_that_cannot_be_written_is_said() {
    // Takes 3 s: the pauses before the retries.
    let file = std::path::PathBuf::from("/nonexistent/failed.jsonl");
    let lab = Lab::with("misbehaves", |settings| settings.dead_letter = Some(file));
    let response = lab.post(LATER, br#"{"do":"fail"}"#);
    let request_id = response.header("x-amzn-requestid").unwrap();
    let said = lab.log.wait_for(&format!("RequestId: {request_id} failed"), 1);
    assert!(
        said.contains("is lost: cannot write to `/nonexistent/failed.jsonl`: No such file"),
        "{said}"
    );
}
