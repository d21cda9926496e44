//! The exact lines, and which level is in force.

use serde_json::json;

use super::{builder, full_context, gateway, messages, parsed};
use crate::{
    Invocation,
    error::INVALID_PARAMETER,
    logging::{Level, describe},
};

#[tokio::test]
async fn a_line_of_an_invocation_has_every_key_in_the_order_dashboards_know() {
    let (gateway, output) = gateway([
        ("POWERTOOLS_SERVICE_NAME", "shop"),
        ("POWERTOOLS_LOGGER_SAMPLE_RATE", "0.25"),
    ]);
    gateway.logging().append_keys([("stage", "prod")]);
    let work = async {
        Invocation::current().unwrap().set_correlation_id("order-7");
        gateway.logging().append_keys([("cart", 3)]);
        gateway.logging().info("order \"placed\"\n", [("order", 7)]);
        Ok::<_, ()>(())
    };
    gateway.invoke(full_context(), work).await.unwrap();
    assert_eq!(
        output.lines(),
        [concat!(
            r#"{"level":"INFO","message":"order \"placed\"\n","timestamp":"2026-01-02T03:04:05.678Z","service":"shop","#,
            r#""cold_start":true,"#,
            r#""function_arn":"arn:aws:lambda:eu-west-1:123456789012:function:shop-orders","function_memory_size":128,"#,
            r#""function_name":"shop-orders","function_request_id":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","#,
            r#""sampling_rate":0.25,"xray_trace_id":"1-5759e988-bd862e3fe1be46a994272793","tenant_id":"blue","#,
            r#""correlation_id":"order-7","stage":"prod","cart":3,"order":7}"#
        )]
    );
}

#[test]
fn what_is_not_known_is_left_out() {
    let (gateway, output) = gateway([]);
    gateway.logging().info("outside", ());
    super::invoke(&gateway, "one", || gateway.logging().warning("inside", ()));
    super::invoke(&gateway, "two", || gateway.logging().critical("again", ()));
    let tail = r#""timestamp":"2026-01-02T03:04:05.678Z","service":"service_undefined""#;
    assert_eq!(
        output.lines(),
        [
            format!(r#"{{"level":"INFO","message":"outside",{tail}}}"#),
            format!(r#"{{"level":"WARN","message":"inside",{tail},"cold_start":true,"function_request_id":"one"}}"#),
            format!(
                r#"{{"level":"CRITICAL","message":"again",{tail},"cold_start":false,"function_request_id":"two"}}"#
            ),
        ]
    );
}

#[test]
fn the_function_s_own_level_wins_over_code_and_code_over_variables() {
    let level = |variables: [(&str, &str); 3], in_code: Option<Level>| {
        let (gateway, _) = gateway(variables);
        if let Some(level) = in_code {
            gateway.logging().set_level(level);
        }
        gateway.logging().level()
    };
    let (lambda, ours, theirs) = ("AWS_LAMBDA_LOG_LEVEL", "ZEROBILL_LOG_LEVEL", "POWERTOOLS_LOG_LEVEL");
    assert_eq!(level([(lambda, ""), (ours, ""), (theirs, "")], None), Level::Info);
    assert_eq!(level([(lambda, ""), (ours, ""), (theirs, "error")], None), Level::Error);
    assert_eq!(
        level([(lambda, ""), (ours, "trace"), (theirs, "error")], None),
        Level::Trace
    );
    assert_eq!(
        level([(lambda, ""), (ours, "trace"), (theirs, "")], Some(Level::Warn)),
        Level::Warn
    );
    assert_eq!(
        level([(lambda, "fatal"), (ours, "trace"), (theirs, "")], Some(Level::Warn)),
        Level::Critical
    );
}

#[test]
fn code_more_verbose_than_the_function_s_own_level_is_warned_of_once() {
    let (gateway, output) = gateway([("AWS_LAMBDA_LOG_LEVEL", "WARN")]);
    gateway.logging().set_level(Level::Error);
    assert_eq!(messages(&output), Vec::<String>::new(), "less verbose is no matter");
    for _ in 0..2 {
        gateway.logging().set_level(Level::Debug);
        gateway.logging().info("left out", ());
    }
    assert_eq!(
        messages(&output),
        ["level DEBUG is set in code, but the function's own level WARN wins"]
    );
}

#[test]
fn level_words_are_read_in_any_case() {
    for (words, level) in [
        ("trace TRACE Trace", Level::Trace),
        ("debug", Level::Debug),
        ("info", Level::Info),
        ("warn WARNING warning", Level::Warn),
        ("error", Level::Error),
        ("critical fatal FATAL", Level::Critical),
    ] {
        for word in words.split(' ') {
            assert_eq!(Level::parse(word), Some(level), "{word}");
            assert_eq!(
                gateway([("ZEROBILL_LOG_LEVEL", word)]).0.logging().level(),
                level,
                "{word}"
            );
        }
    }
    assert_eq!(Level::parse("LOUD"), None);
    let numbers = [
        Level::Trace,
        Level::Debug,
        Level::Info,
        Level::Warn,
        Level::Error,
        Level::Critical,
    ];
    assert_eq!(numbers.map(|level| level as u8), [6, 8, 12, 16, 20, 24]);
}

#[test]
fn lines_below_the_level_are_not_written() {
    for (level, written) in [
        ("TRACE", 6),
        ("DEBUG", 5),
        ("INFO", 4),
        ("WARN", 3),
        ("ERROR", 2),
        ("CRITICAL", 1),
    ] {
        let (gateway, output) = gateway([("ZEROBILL_LOG_LEVEL", level)]);
        let logging = gateway.logging();
        logging.trace("m", ());
        logging.debug("m", ());
        logging.info("m", ());
        logging.warning("m", ());
        logging.error("m", ());
        logging.critical("m", ());
        let all = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "CRITICAL"];
        let printed: Vec<_> = parsed(&output).into_iter().map(|line| line["level"].clone()).collect();
        assert_eq!(printed, all[6 - written..]);
    }
}

#[test]
fn no_name_comes_twice_and_the_line_s_own_field_wins() {
    let (gateway, output) = gateway([]);
    gateway.logging().append_keys([("a", 1), ("b", 1), ("c", 1)]);
    super::invoke(&gateway, "one", || {
        gateway.logging().append_keys([("b", 2), ("c", 2), ("b", 3)]);
        gateway.logging().info("m", [("c", 3), ("c", 4)]);
    });
    assert!(
        output.lines()[0].ends_with(r#""function_request_id":"one","a":1,"b":3,"c":4}"#),
        "{}",
        output.lines()[0]
    );
}

#[test]
fn a_key_named_like_a_standard_one_is_left_out_with_one_warning() {
    let (gateway, output) = gateway([]);
    for _ in 0..2 {
        gateway
            .logging()
            .info("m", [("level", "LOUD"), ("timestamp", "never"), ("order", "7")]);
        gateway.logging().append_keys([("service", "mine")]);
    }
    assert_eq!(
        messages(&output),
        ["key `level` is left out: lines have a key of that name", "m", "m"]
    );
    assert_eq!(parsed(&output)[1]["level"], "INFO");
    assert!(output.lines()[2].ends_with(r#""service":"service_undefined","order":"7"}"#));
}

#[test]
fn an_error_is_described_with_its_place_and_causes() {
    let (gateway, output) = gateway([]);
    let cause = "x".parse::<u8>().unwrap_err();
    let error = crate::Error::new(INVALID_PARAMETER, "bad port").with_source(cause);
    let line = line!() + 1;
    gateway.logging().error("failed", [("error", describe(&error))]);
    assert_eq!(
        parsed(&output)[0]["error"],
        json!({
            "name": "Error",
            "location": format!("{}:{line}", file!()),
            "message": "bad port",
            "cause": { "name": "Error", "message": "invalid digit found in string" },
        })
    );
}

#[test]
fn pretty_lines_are_for_people_and_still_json() {
    let (builder, output) = builder([("POWERTOOLS_DEV", "1")]);
    let gateway = builder.build().unwrap();
    let odd = json!({ "a": [], "b": {}, "c": [1, [2], { "d": "},{\"[:\\" }] });
    gateway.logging().info("m \"{,:", [("odd", &odd)]);
    let line = output.lines().remove(0);
    assert!(
        line.starts_with("{\n  \"level\": \"INFO\",\n  \"message\": \"m \\\"{,:\",\n"),
        "{line}"
    );
    assert!(
        line.contains(
            "\"odd\": {\n    \"a\": [],\n    \"b\": {},\n    \"c\": [\n      1,\n      [\n        2\n      ],"
        ),
        "{line}"
    );
    assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap()["odd"], odd);
}

#[tokio::test]
async fn the_operations_do_what_the_methods_do() {
    let (gateway, output) = gateway([]);
    let call = async |name, parameters| gateway.execute_operation("logging", name, parameters).await;
    call("append_keys", json!({ "keys": { "stage": "prod", "cart": 3 } }))
        .await
        .unwrap();
    assert_eq!(
        call("remove_keys", json!({ "keys": ["cart", "none"] })).await.unwrap(),
        1
    );
    call("set_level", json!({ "level": "trace" })).await.unwrap();
    for name in ["trace", "debug", "info", "warning", "error", "critical"] {
        let parameters = json!({ "message": name, "fields": { "n": 1, "api_key": "zbsecret-log" } });
        assert_eq!(call(name, parameters).await.unwrap(), json!(null));
    }
    assert_eq!(call("flush", json!({})).await.unwrap(), 0);
    assert_eq!(
        messages(&output),
        ["trace", "debug", "info", "warning", "error", "critical"]
    );
    for line in output.lines() {
        assert!(
            line.ends_with(r#""service":"service_undefined","stage":"prod","api_key":"***","n":1}"#),
            "{line}"
        );
    }
    let error = call("set_level", json!({ "level": "LOUD" })).await.unwrap_err();
    assert_eq!(error.code(), INVALID_PARAMETER);
    assert_eq!(
        error.message(),
        "parameter `level`: `LOUD` is not TRACE, DEBUG, INFO, WARN, ERROR or CRITICAL"
    );
}
