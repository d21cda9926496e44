//! The timeline by the clock's hand, and what cannot be built.

mod connections;

use std::time::{Duration, UNIX_EPOCH};

use serde_json::json;

use super::InitializationStatus;
use crate::{
    clock::{Clock, ClockHand},
    environment::Environment,
    gateway::Gateway,
    output::Output,
};

fn gateway(preload: &str) -> (Gateway, ClockHand, Output) {
    let ((clock, hand), output) = (
        Clock::manual(UNIX_EPOCH + Duration::from_secs(1_000)),
        Output::captured(),
    );
    let builder = Gateway::builder().clock(clock).output(output.clone());
    let builder = builder.environment(Environment::from_pairs([("ZEROBILL_PRELOAD", preload)]));
    (builder.build().expect("valid"), hand, output)
}

#[test]
fn stages_stand_in_the_order_of_their_ends() {
    let (gateway, hand, _) = gateway("");
    let read = gateway.initialization().stage("read the catalogue", || {
        hand.advance(Duration::from_micros(1_500));
        7
    });
    assert_eq!(read, 7);
    hand.advance(Duration::from_micros(500));
    gateway
        .initialization()
        .record_stage("connect", Duration::from_micros(400));
    let report = gateway.initialization().report();
    let stages: Vec<_> = report
        .stages
        .iter()
        .map(|stage| (stage.name.as_str(), stage.ended_us, stage.took_us))
        .collect();
    assert_eq!(stages, [("read the catalogue", 1_500, 1_500), ("connect", 2_000, 400)]);
    assert_eq!((report.status, report.ended_us), (InitializationStatus::NotRun, None));
}

#[test]
fn what_is_named_is_built_before_its_first_use() {
    let (gateway, _, _) = gateway("cache, logging");
    assert!(gateway.stats().built.is_empty());
    let report = gateway.initialization().run(&gateway);
    assert_eq!(report.status, InitializationStatus::Ready);
    assert_eq!(
        gateway
            .stats()
            .built
            .iter()
            .map(|record| record.name)
            .collect::<Vec<_>>(),
        ["cache"]
    );
}

#[cfg(feature = "http")]
#[test]
fn the_http_client_is_built_when_it_is_named() {
    let (gateway, _, _) = gateway("http_client");
    let report = gateway.initialization().run(&gateway);
    assert!(report.preloaded[0].built, "{report:?}");
    let record = gateway
        .stats()
        .built
        .into_iter()
        .find(|record| record.name == "http_client");
    assert!(record.is_some_and(|record| record.built));
}

#[test]
fn a_name_that_is_none_is_said_and_stops_nothing() {
    let (gateway, _, output) = gateway("cahce,cache");
    let report = gateway.initialization().run(&gateway);
    assert_eq!(report.status, InitializationStatus::Incomplete);
    let built: Vec<_> = report
        .preloaded
        .iter()
        .map(|preloaded| (preloaded.name.as_str(), preloaded.built))
        .collect();
    assert_eq!(built, [("cahce", false), ("cache", true)]);
    let problem = "unknown interface `cahce`; did you mean `cache`?";
    assert_eq!(report.preloaded[0].problem.as_deref(), Some(problem));
    assert_eq!(
        output
            .lines()
            .iter()
            .filter(|line| line.contains("not built during INIT"))
            .count(),
        1
    );
    let reason = format!("`cahce` was not built during INIT: {problem}");
    assert_eq!(
        gateway.debug().health(&gateway).interfaces["initialization"].reasons,
        [reason]
    );
}

#[tokio::test]
async fn operations_see_the_same_timeline() {
    let (gateway, _, _) = gateway("");
    let call = async |operation, parameters| {
        gateway
            .execute_operation("initialization", operation, parameters)
            .await
            .expect("answers")
    };
    assert_eq!(call("status", json!({})).await, "not_run");
    assert_eq!(
        call("record_stage", json!({ "name": "connect", "took_us": 400 })).await,
        true
    );
    assert_eq!(
        call("preload", json!({ "names": ["cache"] })).await,
        json!([{ "name": "cache", "built": true }])
    );
    let report = call("run", json!({})).await;
    assert_eq!(
        (&report["status"], &report["stages"][0]["name"]),
        (&json!("ready"), &json!("connect"))
    );
    assert_eq!(call("report", json!({})).await, report);
}

#[test]
fn stages_without_end_do_not_fill_the_memory() {
    let (gateway, _, _) = gateway("");
    let kept = (0..1_000)
        .filter(|_| gateway.initialization().record_stage("again", Duration::ZERO))
        .count();
    assert_eq!((kept, gateway.initialization().report().stages.len()), (256, 256));
}

/// A gateway whose function lies in a folder with this file of the analytics.
fn planned(setting: &str, content: Option<&[u8]>) -> (Gateway, Output, tempfile::TempDir) {
    let (output, folder) = (Output::captured(), tempfile::tempdir().unwrap());
    if let Some(content) = content {
        std::fs::write(folder.path().join(crate::analytics::FILE_NAME), content).unwrap();
    }
    let root = folder.path().to_str().unwrap();
    let environment = Environment::from_pairs([("ZEROBILL_PRELOAD", setting), ("LAMBDA_TASK_ROOT", root)]);
    let builder = Gateway::builder().environment(environment).output(output.clone());
    (builder.build().unwrap(), output, folder)
}

fn plan(names: &[&str]) -> Vec<u8> {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    serde_json::to_vec(&crate::analytics::Plan::new(100, 2, names)).unwrap()
}

#[test]
fn auto_builds_what_the_file_beside_the_function_names() {
    let (gateway, output, _folder) = planned("auto, utility, cache", Some(&plan(&["cache", "security"])));
    let report = gateway.initialization().run(&gateway);
    let names: Vec<_> = report
        .preloaded
        .iter()
        .map(|preloaded| preloaded.name.as_str())
        .collect();
    assert_eq!(names, ["cache", "security", "utility"], "each once");
    assert_eq!(report.status, InitializationStatus::Ready);
    assert_eq!(report.stages[0].name, "read zerobill-analytics.json");
    assert!(
        gateway
            .stats()
            .built
            .iter()
            .any(|record| record.name == "cache" && !record.in_request)
    );
    assert_eq!(output.lines(), [] as [&str; 0]);
}

/// The problem that is logged and reported, with the file's folder left out.
fn problem(content: Option<&[u8]>) -> String {
    let (gateway, output, folder) = planned("auto", content);
    let report = gateway.initialization().run(&gateway);
    assert_eq!(report.status, InitializationStatus::Incomplete);
    assert_eq!((report.preloaded.len(), report.preloaded[0].name.as_str()), (1, "auto"));
    let line: serde_json::Value = serde_json::from_str(&output.lines()[0]).unwrap();
    assert_eq!(
        (output.lines().len(), &line["level"], &line["interface"]),
        (1, &json!("WARN"), &json!("auto"))
    );
    let problem = line["problem"].as_str().unwrap();
    assert_eq!(report.preloaded[0].problem.as_deref(), Some(problem));
    assert_eq!(gateway.stats().built, []);
    problem.replace(folder.path().to_str().unwrap(), "FOLDER")
}

#[test]
fn a_file_of_the_analytics_that_cannot_be_used_is_named_and_the_function_starts() {
    let said = |why: &str| format!("`FOLDER/zerobill-analytics.json`: {why}");
    let corrupt =
        said("it is not what `zerobill analyze --output` writes: EOF while parsing a value at line 1 column 20");
    assert_eq!(problem(Some(br#"{"zerobill_plan":1, "#)), corrupt);
    assert_eq!(
        problem(Some(br#"{"zerobill_plan":2,"preload":7}"#)),
        said("it is of version 2, and this reads version 1; write it anew with `zerobill analyze --output`")
    );
    assert_eq!(
        problem(Some(&vec![b' '; 10 << 20])),
        said("it has more than 65536 bytes, which no file of `zerobill analyze --output` has")
    );
    assert_eq!(
        problem(Some(&plan(&["x"; 65]))),
        said("it names more than 64 interfaces")
    );
    assert!(problem(Some(&[0xff, 0xfe])).starts_with(&said("it is not what")));
    assert_eq!(
        problem(None),
        "there is no `zerobill-analytics.json` beside the function; \
         `zerobill analyze --output zerobill-analytics.json` writes it"
    );
}

#[test]
fn a_file_of_the_analytics_that_is_no_file_is_named() {
    let (gateway, output, folder) = planned("auto", None);
    std::fs::create_dir(folder.path().join(crate::analytics::FILE_NAME)).unwrap();
    gateway.initialization().run(&gateway);
    assert!(
        output.lines()[0].contains("it cannot be read: it is no file"),
        "{:?}",
        output.lines()
    );
}

#[test]
fn an_interface_that_the_file_names_and_that_there_is_not_is_warned_of() {
    let (gateway, output, _folder) = planned("auto", Some(&plan(&["cahce", "cache"])));
    let report = gateway.initialization().run(&gateway);
    assert_eq!(
        report.preloaded[0].problem.as_deref(),
        Some("unknown interface `cahce`; did you mean `cache`?")
    );
    assert!(report.preloaded[1].built);
    assert_eq!(output.lines().len(), 1);
}
