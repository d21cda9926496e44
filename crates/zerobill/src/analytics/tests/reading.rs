//! Exports in lines, in replies, and what only looks like one.

use super::{super::read, gateway, request};

#[tokio::test]
async fn an_export_is_found_wherever_it_stands() {
    let (gateway, _, output) = gateway([("ZEROBILL_ANALYTICS_REQUESTS", "1"), ("ZEROBILL_LOG_LEVEL", "CRITICAL")]);
    request(&gateway, async { gateway.cache().contains("a") }).await;
    let export = gateway.analytics();
    let line = &output.lines()[0];
    let operation = gateway.execute_operation("debug", "analytics", serde_json::Value::Null);
    let operation = operation.await.unwrap().to_string();
    let stats = serde_json::to_string(&gateway.stats()).unwrap();
    let prefixed = format!("2026/10/01/[$LATEST]374c 2026-10-01T10:16:34.686000 {line}\n");
    for text in [line, &export.to_json(), &operation, &stats, &prefixed] {
        assert_eq!(read(text).unwrap().unwrap(), export, "{text}");
    }
}

#[test]
fn what_is_no_whole_export_of_this_version_says_why() {
    let problem = |text: &str| read(text).unwrap().unwrap_err().to_string();
    assert_eq!(
        problem(r#"{"analytics":{"zerobill_analytics":2,"requests":"many"}}"#),
        "it is an export of version 2, and this reads version 1"
    );
    assert_eq!(
        problem(r#"{"zerobill_analytics":1,"environment":"e","requests":-1}"#),
        "it is no whole export of usage analytics: invalid value: integer `-1`, expected u64 at line 1 column 56"
    );
    for cut in [
        r#"{"analytics":{"zerobill_analytics":1,"environ"#,
        r#"{"a":"zerobill_analytics","zerobill_analytics""#,
    ] {
        assert!(problem(cut).contains("EOF"), "{cut}");
    }
    let deep = format!(r#"{{"zerobill_analytics":{}"#, "[".repeat(100_000));
    assert!(problem(&deep).starts_with("it is no whole export"));
    assert!(read("zerobill_analytics").is_none());
    assert!(read(r#""zerobill_analytics" {"#).is_none());
}
