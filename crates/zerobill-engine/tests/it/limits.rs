//! What an environment may use, and how long it may wait.

use std::{path::PathBuf, time::Duration};

use serde_json::{Value, json};
use zerobill_free_tier::{Report, Status};

use crate::lab::{Lab, eventually, is_running};

fn killed(lab: &Lab, document: &Value) -> Report {
    assert_eq!(document["errorType"], "Runtime.ExitError", "{document}");
    let message = document["errorMessage"].as_str().unwrap();
    assert!(
        message.ends_with(" Error: Runtime exited with error: signal: killed"),
        "{message}"
    );
    let report: Report = lab.log.starting("REPORT ").pop().unwrap().parse().unwrap();
    assert_eq!(
        (report.status, report.error_type.as_deref()),
        (Status::Error, Some("Runtime.ExitError"))
    );
    assert_eq!(
        report.max_memory_mb, report.memory_mb,
        "no more than the function has is reported"
    );
    report
}

#[test]
fn a_function_that_takes_more_memory_than_it_has_is_killed_as_on_lambda() {
    let lab = Lab::with("misbehaves", |settings| settings.memory_mb = 128);
    let process = lab.answer(&json!({})).0["process"].as_u64().unwrap();
    let (document, failed) = lab.answer(&json!({ "do": "take memory slowly" }));
    assert!(failed);
    killed(&lab, &document);
    assert!(!is_running(process));
    let (reply, failed) = lab.answer(&json!({ "do": "take memory", "mb": 60 }));
    assert!(!failed, "{reply}");
    assert_eq!(lab.state().cold_starts, 2);
}

#[test]
fn memory_that_was_taken_and_given_back_counts_too() {
    let lab = Lab::with("misbehaves", |settings| settings.memory_mb = 128);
    let (document, failed) = lab.answer(&json!({ "do": "take memory", "mb": 200 }));
    assert!(failed, "{document}");
    killed(&lab, &document);
}

#[test]
fn memory_within_the_limit_is_reported() {
    let lab = Lab::with("misbehaves", |settings| settings.memory_mb = 512);
    let (reply, failed) = lab.answer(&json!({ "do": "take memory", "mb": 200 }));
    assert!(!failed, "{reply}");
    let report: Report = lab.log.starting("REPORT ")[0].parse().unwrap();
    assert!((200..260).contains(&report.max_memory_mb), "{report}");
}

#[test]
fn each_environment_has_a_temporary_folder_which_goes_with_it() {
    let mut lab = Lab::new("misbehaves");
    let (reply, _) = lab.answer(&json!({ "do": "fill the temporary folder", "mb": 512 }));
    let folder = PathBuf::from(reply["temporary"].as_str().unwrap());
    assert!(folder.join("large").exists());
    assert_eq!(
        lab.answer(&json!({})).0["temporary"],
        reply["temporary"],
        "it stays between invocations"
    );
    lab.shutdown();
    assert!(!folder.exists());
}

#[test]
fn more_temporary_files_than_there_may_be_fail_the_invocation_and_say_so() {
    let lab = Lab::new("misbehaves");
    let (document, failed) = lab.answer(&json!({ "do": "fill the temporary folder", "mb": 513 }));
    assert!(failed);
    assert_eq!(document["errorType"], "Sandbox.TemporaryFolderFull");
    let message = document["errorMessage"].as_str().unwrap();
    assert!(
        message.ends_with(
            "Error: the temporary folder holds 513 MB, and 512 MB on Lambda, where writing would have failed with \
             `No space left on device`"
        ),
        "{message}"
    );
    assert!(
        !lab.answer(&json!({})).1,
        "the next environment begins with an empty one"
    );
    assert_eq!(lab.state().cold_starts, 2);
}

#[test]
fn an_environment_that_nobody_needs_ends() {
    let mut lab = Lab::with("misbehaves", |settings| {
        settings.idle_limit = Duration::from_millis(300);
    });
    let (reply, _) = lab.answer(&json!({}));
    let process = reply["process"].as_u64().unwrap();
    eventually("the environment ends", || (!is_running(process)).then_some(()));
    assert_eq!(lab.state().idle, 0);
    let (again, failed) = lab.answer(&json!({}));
    assert!(!failed);
    assert_ne!(again["process"], process);
    assert_eq!(lab.state().cold_starts, 2);
    lab.shutdown();
}

#[test]
fn what_has_left_the_process_group_ends_with_its_environment() {
    let mut lab = Lab::new("misbehaves");
    let (reply, failed) = lab.answer(&json!({ "do": "leave a stray" }));
    assert!(!failed);
    let stray = reply["child"].as_u64().unwrap();
    assert!(is_running(stray));
    lab.shutdown();
    eventually("the stray has ended", || (!is_running(stray)).then_some(()));
}
