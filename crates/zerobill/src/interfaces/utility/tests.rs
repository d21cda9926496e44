//! Replies by exact text, limits at their edges, ids by their bits.

use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{JsonLimits, UtilityError};
use crate::{clock::Clock, environment::Environment, error::Error, gateway::Gateway, output::Output, random::Random};

fn gateway() -> Gateway {
    let (clock, _) = Clock::manual(UNIX_EPOCH + Duration::from_millis(1_767_323_045_678));
    let builder = Gateway::builder()
        .clock(clock)
        .random(Random::seeded(0))
        .output(Output::captured());
    builder.environment(Environment::default()).build().expect("valid")
}

async fn call(operation: &str, parameters: Value) -> Result<Value, Error> {
    gateway().execute_operation("utility", operation, parameters).await
}

#[tokio::test]
async fn replies_are_what_a_function_url_takes() {
    assert_eq!(
        call("format_response", json!({ "status": 201, "body": { "order": 7 } }))
            .await
            .expect("answers"),
        json!({
            "statusCode": 201,
            "headers": { "content-type": "application/json" },
            "body": "{\"order\":7}",
            "isBase64Encoded": false,
        })
    );
    let error = gateway()
        .utility()
        .create_error(404, "not_found", "no such order")
        .expect("a reply");
    assert_eq!(
        error.body,
        r#"{"error":{"code":"not_found","message":"no such order"}}"#
    );
    assert_eq!(error.with_header("Retry-After", "3").headers["retry-after"], "3");
}

#[tokio::test]
async fn a_reply_carries_the_correlation_id_of_its_invocation() {
    let gateway = gateway();
    let reply: Result<_, UtilityError> = gateway
        .invoke(lambda_runtime::Context::default(), async {
            crate::Invocation::current().expect("inside").set_correlation_id("id-7");
            Ok((
                gateway.utility().create_success(&1)?.body,
                gateway.utility().create_error(400, "a", "b")?.body,
            ))
        })
        .await;
    let (success, error) = reply.expect("answers");
    assert_eq!(success, r#"{"data":1,"correlation_id":"id-7"}"#);
    assert_eq!(error, r#"{"correlation_id":"id-7","error":{"code":"a","message":"b"}}"#);
}

#[tokio::test]
async fn a_status_that_is_none_is_refused() {
    for status in [0, 99, 600, 70_000] {
        let error = call("format_response", json!({ "status": status, "body": 1 }))
            .await
            .expect_err("refused");
        let text = format!("{status} is not an HTTP status from 100 to 599");
        assert_eq!((error.code(), error.to_string()), ("invalid_parameter", text));
    }
}

#[test]
fn json_is_read_within_its_limits() {
    let gateway = gateway();
    let limits = JsonLimits {
        max_bytes: 8,
        max_depth: 2,
    };
    let parse = |text: &str| {
        gateway
            .utility()
            .parse_json_within::<Value>(text, limits)
            .map_err(|error| error.to_string())
    };
    assert_eq!(parse("[[1]]"), Ok(json!([[1]])));
    assert_eq!(
        parse("[[[1]]]"),
        Err("the JSON text is nested deeper than 2 levels, at byte 2".to_owned())
    );
    assert_eq!(parse(r#"["[{["]"#), Ok(json!(["[{["])));
    assert_eq!(
        parse("123456789"),
        Err("the JSON text has 9 bytes, and 8 are allowed".to_owned())
    );
    assert_eq!(parse("[1] 2"), Err("the JSON text does not decode".to_owned()));
    assert_eq!(parse(""), Err("the JSON text does not decode".to_owned()));
}

#[test]
fn json_of_the_wrong_type_names_the_path_and_shows_no_value_to_the_client() {
    #[derive(Debug, serde::Deserialize)]
    struct Order {
        #[expect(dead_code, reason = "only whether it decodes matters")]
        items: Vec<u8>,
    }
    let error = gateway()
        .utility()
        .parse_json::<Order>(r#"{"items":[1,"zbsecret-0123456789abcdef0123"]}"#);
    let error = Error::from(error.expect_err("a text is no number"));
    assert_eq!(error.to_string(), "the JSON text does not decode at `items[1]`");
    assert!(!error.detail().contains("zbsecret"), "{}", error.detail());
}

#[tokio::test]
async fn merging_goes_member_by_member() {
    let merged =
        json!({ "base": { "a": { "b": 1, "c": 2 }, "d": [1] }, "overlay": { "a": { "c": null }, "d": [2], "e": 0 } });
    assert_eq!(
        call("deep_merge", merged).await.expect("answers"),
        json!({ "a": { "b": 1, "c": null }, "d": [2], "e": 0 })
    );
}

#[tokio::test]
async fn paths_lead_through_objects_and_arrays() {
    let value = json!({ "items": [{ "price": 3, "a.b": 4 }], "": 5, "none": null });
    for (path, found) in [
        ("items.0.price", json!(3)),
        ("/items/0/a.b", json!(4)),
        ("items.1.price", Value::Null),
        ("items.-1", Value::Null),
        ("items.price", Value::Null),
        ("none", Value::Null),
        ("/", json!(5)),
        ("", value.clone()),
    ] {
        let answer = call("safe_get", json!({ "value": value, "path": path }))
            .await
            .expect("answers");
        assert_eq!(answer, found, "{path}");
    }
}

#[tokio::test]
async fn ids_hold_the_time_and_their_version() {
    let gateway = gateway();
    let id = gateway.utility().generate_correlation_id();
    let parsed = uuid::Uuid::parse_str(&id).expect("a UUID");
    assert_eq!(parsed.get_version_num(), 7);
    assert_eq!(&id.replace('-', "")[..12], format!("{:012x}", 1_767_323_045_678_u64));
    assert_ne!(id, gateway.utility().generate_correlation_id());
    let event = json!({ "event": { "httpMethod": "GET", "path": "/", "requestContext": { "requestId": "id-1", "stage": "prod" }, "resource": "/" } });
    assert_eq!(call("extract_correlation_id", event).await.expect("answers"), "id-1");
    assert_eq!(
        call("extract_correlation_id", json!({ "event": [1] }))
            .await
            .expect("answers"),
        Value::Null
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-c.\"\\\\{\\[]{1,2}", inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(object) => 1 + object.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

proptest! {
    #[test]
    fn depth_is_counted_as_a_parser_counts_it(value in any_json(), max_depth in 0_usize..6) {
        let parsed = gateway().utility().parse_json_within::<Value>(value.to_string(), JsonLimits { max_depth, ..JsonLimits::default() });
        if depth(&value) <= max_depth {
            prop_assert_eq!(parsed.map_err(|error| error.to_string()), Ok(value));
        } else {
            let too_deep = matches!(parsed, Err(UtilityError::TooDeep { .. }));
            prop_assert!(too_deep, "it was read");
        }
    }

    #[test]
    fn merging_with_itself_or_nothing_changes_nothing(value in any_json()) {
        let gateway = gateway();
        prop_assert_eq!(gateway.utility().deep_merge(value.clone(), value.clone()), value.clone());
        if value.is_object() {
            prop_assert_eq!(gateway.utility().deep_merge(value.clone(), json!({})), value);
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let parsed = gateway().utility().parse_json::<Value>(&bytes);
        prop_assert_eq!(parsed.is_ok(), serde_json::from_slice::<Value>(&bytes).is_ok());
    }
}
