//! Direct operations: denied unless exposed, and never over HTTP.

use serde_json::json;

use crate::lab::Lab;

fn error(code: &str, message: &str) -> (String, String) {
    (code.to_owned(), message.to_owned())
}

#[test]
fn no_operation_is_exposed_unless_told() {
    let lab = Lab::new();
    for row in zerobill::CATALOGUE {
        for operation in row.operations {
            let name = operation.description().name;
            let event = json!({ "interface": row.name, "operation": name }).to_string();
            let message = format!(
                "operation `{}.{name}` is not exposed to events; name it in `ZEROBILL_EXPOSE` to allow it",
                row.name
            );
            assert_eq!(lab.error(event), error("operation_not_exposed", &message));
        }
    }
    let stats = lab.answer(r#"{"requestType":"stats"}"#);
    assert_eq!(stats["usage"]["operations"], 0, "none of them ran");
}

#[test]
fn an_exposed_operation_answers_and_its_neighbours_do_not() {
    let lab = Lab::set(&[("ZEROBILL_EXPOSE", "cache.set, cache.get,debug.*")]);
    let call = |operation: &str, params| json!({ "interface": "cache", "operation": operation, "params": params });
    assert_eq!(
        lab.answer(call("set", json!({ "key": "k", "value": "größe 7 ☂" })).to_string()),
        true
    );
    assert_eq!(
        lab.invoke(call("get", json!({ "key": "k" })).to_string()),
        ("\"größe 7 ☂\"".to_owned(), false)
    );
    assert_eq!(
        lab.answer(r#"{"interface":"debug","operation":"health"}"#)["status"],
        "ok"
    );
    assert_eq!(
        lab.error(call("clear", json!({})).to_string()).0,
        "operation_not_exposed"
    );
    assert_eq!(
        lab.error(r#"{"interface":"config","operation":"get_all"}"#).0,
        "operation_not_exposed"
    );
}

#[test]
fn wrong_names_and_parameters_get_the_nearest_right_ones() {
    let lab = Lab::set(&[("ZEROBILL_EXPOSE", "cache.get,cache.set")]);
    for (event, code, message) in [
        (
            json!({ "interface": "cahce", "operation": "get" }),
            "unknown_interface",
            "unknown interface `cahce`; did you mean `cache`?",
        ),
        (
            json!({ "interface": "cache", "operation": "gte" }),
            "unknown_operation",
            "unknown operation `cache.gte`; did you mean `get`?",
        ),
        (
            json!({ "interface": "cache", "operation": "get", "params": { "kye": "k" } }),
            "unknown_parameter",
            "unknown parameter `kye`; did you mean `key`?",
        ),
        (
            json!({ "interface": "cache", "operation": "get", "params": { "key": 7 } }),
            "invalid_parameter",
            "parameter `key` must be of type string, not integer",
        ),
        (
            json!({ "interface": "cache", "operation": "get", "params": [7] }),
            "invalid_parameter",
            "parameters must be an object, not array",
        ),
    ] {
        assert_eq!(lab.error(event.to_string()), error(code, message));
    }
    let (code, message) = lab.error(r#"{"interface":"cache","operation":"get"}"#);
    assert_eq!(code, "missing_parameter");
    assert!(message.starts_with("parameter `key` is missing: "), "{message}");
    assert_eq!(lab.logged().len(), 6);
}

#[test]
fn an_operation_in_a_body_or_an_envelope_is_never_run() {
    let lab = Lab::set(&[("ZEROBILL_EXPOSE", "debug.health,cache.stats")]);
    let operation = r#"{"interface":"cache","operation":"stats"}"#;
    let response = lab.request("POST /\nContent-Type: application/json\n", operation);
    assert!(response.starts_with("HTTP/1.1 404 Not Found\r\n"), "{response}");
    assert!(!response.contains("max_bytes"), "{response}");
    for envelope in [
        json!({ "interface": "cache", "operation": "stats", "requestContext": {} }),
        json!({ "interface": "cache", "operation": "stats", "headers": {} }),
        json!({ "interface": "cache", "operation": "stats", "Records": [] }),
        json!({ "interface": "cache", "operation": "stats", "extra": 1 }),
    ] {
        assert_eq!(lab.error(envelope.to_string()).0, "unhandled_event", "{envelope}");
    }
    assert_eq!(lab.answer(operation)["entries"], 0, "and directly it is");
    let stats = lab.answer(r#"{"requestType":"stats"}"#);
    assert_eq!(stats["usage"]["operations"], 1);
}
