//! Requests: the limits at their edges, and schemas.

use serde_json::{Value, json};

use super::bench::Bench;
use crate::{Error, security::Schema};

fn refused(bench: &Bench, body: impl AsRef<[u8]>, schema: Option<Schema<'_>>) -> (&'static str, String) {
    let error = bench.security().validate_request(body, schema).expect_err("refused");
    let error = Error::from(error);
    (error.code(), error.to_string())
}

#[test]
fn a_body_is_read_within_its_limits() {
    let bench = Bench::new([
        ("security.max_request_bytes", 8.into()),
        ("security.max_request_depth", 2.into()),
    ]);
    assert_eq!(
        bench.security().validate_request("[[1]]", None).expect("reads"),
        json!([[1]])
    );
    assert_eq!(
        bench.security().validate_request("12345678", None).expect("reads"),
        json!(12_345_678)
    );
    let text = |code, text: &str| (code, text.to_owned());
    assert_eq!(
        refused(&bench, "123456789", None),
        text("too_large", "the JSON text has 9 bytes, and 8 are allowed")
    );
    assert_eq!(
        refused(&bench, "[[[1]]]", None),
        text("too_large", "the JSON text is nested deeper than 2 levels, at byte 2")
    );
    for none in [&b""[..], b"{", b"\xFF\xFE", b"NaN", b"'a'", b"1 2"] {
        let (code, text) = refused(&bench, none, None);
        assert_eq!(code, "invalid_parameter", "{none:?}");
        assert!(text.starts_with("the JSON text does not decode"), "{text}");
    }
}

#[test]
fn the_usual_limits_are_one_mebibyte_and_32_levels() {
    let bench = Bench::new([]);
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(bench.security().validate_request(nested(32), None).is_ok());
    assert_eq!(refused(&bench, nested(33), None).0, "too_large");
    let text = |bytes: usize| format!("\"{}\"", "a".repeat(bytes - 2));
    assert!(bench.security().validate_request(text(1_048_576), None).is_ok());
    assert_eq!(refused(&bench, text(1_048_577), None).0, "too_large");
}

#[cfg(not(feature = "json-schema"))]
#[test]
fn without_the_feature_a_schema_is_refused_and_the_limits_stand() {
    let bench = Bench::new([]);
    assert_eq!(
        refused(&bench, "{}", Some(Schema::new("any", &json!({})))),
        (
            "feature_disabled",
            "JSON Schema is not built in; build with the feature `json-schema`".to_owned()
        )
    );
    assert_eq!(
        bench.security().validate_request("{}", None).expect("reads"),
        Value::from(serde_json::Map::new())
    );
}

#[cfg(feature = "json-schema")]
mod schemas {
    use super::*;
    use crate::security::schema::Schemas;

    fn order() -> Value {
        json!({
            "type": "object",
            "required": ["id", "items"],
            "additionalProperties": false,
            "properties": {
                "id": { "type": "integer", "minimum": 1 },
                "items": { "type": "array", "maxItems": 2, "items": { "type": "string", "pattern": "^[a-z]+$" } },
            },
        })
    }

    #[test]
    fn a_body_that_keeps_its_schema_is_returned() {
        let (bench, order) = (Bench::new([]), order());
        let body = json!({ "id": 7, "items": ["tea"] });
        let read = bench
            .security()
            .validate_request(body.to_string(), Some(Schema::new("order", &order)));
        assert_eq!(read.expect("keeps it"), body);
    }

    #[test]
    fn every_broken_rule_is_named_by_its_place_and_no_value_is_shown() {
        let (bench, order) = (Bench::new([]), order());
        let schema = Some(Schema::new("order", &order));
        for (body, problem) in [
            (json!({ "id": 7 }), "the body lacks \"items\""),
            (
                json!({ "id": "zbsecret-7", "items": [] }),
                "`/id` breaks the schema's `type`",
            ),
            (json!({ "id": 0, "items": [] }), "`/id` breaks the schema's `minimum`"),
            (
                json!({ "id": 1, "items": ["a", "zbsecret-0"] }),
                "`/items/1` breaks the schema's `pattern`",
            ),
            (
                json!({ "id": 1, "items": ["a", "b", "c"] }),
                "`/items` breaks the schema's `maxItems`",
            ),
            (
                json!({ "id": 1, "items": [], "zbsecret": 1 }),
                "the body breaks the schema's `additionalProperties`",
            ),
            (json!("zbsecret"), "the body breaks the schema's `type`"),
        ] {
            assert_eq!(
                refused(&bench, body.to_string(), schema),
                (
                    "invalid_request",
                    format!("the request does not keep the schema `order`: {problem}")
                )
            );
        }
        let items: Vec<_> = (0..100).map(|_| json!(1)).collect();
        let (_, many) = refused(&bench, json!({ "id": 0, "items": items }).to_string(), schema);
        assert_eq!(many.matches("; ").count(), 7, "eight problems are enough: {many}");
    }

    #[test]
    fn a_schema_that_is_none_or_leads_elsewhere_is_refused() {
        let bench = Bench::new([]);
        for schema in [
            json!({ "type": "objekt" }),
            json!({ "pattern": "(" }),
            json!({ "$ref": "https://example.com/order.json" }),
            json!({ "$ref": "file:///etc/hostname" }),
            json!({ "$ref": "#/$defs/none" }),
        ] {
            let (code, text) = refused(&bench, "{}", Some(Schema::new("wrong", &schema)));
            assert_eq!(code, "invalid_parameter", "{schema}: {text}");
            assert!(text.starts_with("the schema `wrong` cannot be used: "), "{text}");
        }
    }

    #[test]
    fn a_pattern_takes_no_longer_for_a_text_made_to_hold_it_up() {
        let bench = Bench::new([]);
        let schema = json!({ "type": "string", "pattern": "^(a+)+$" });
        let body = format!("\"{}!\"", "a".repeat(100_000));
        assert_eq!(
            refused(&bench, body, Some(Schema::new("slow", &schema))).0,
            "invalid_request"
        );
    }

    #[test]
    fn a_schema_is_kept_by_its_name_and_replaced_by_another() {
        let schemas = Schemas::default();
        let (text, number) = (json!({ "type": "string" }), json!({ "type": "number" }));
        for _ in 0..3 {
            assert!(schemas.check("one", &text, &json!("a")).is_ok());
        }
        assert_eq!(schemas.len(), 1);
        assert!(
            schemas.check("one", &number, &json!("a")).is_err(),
            "the other schema counts"
        );
        assert_eq!(schemas.len(), 1);
        for index in 0..1_000 {
            assert!(schemas.check(&format!("made up {index}"), &text, &json!("a")).is_ok());
        }
        assert!(schemas.len() <= 128, "{}", schemas.len());
    }

    #[tokio::test]
    async fn the_operation_takes_schema_and_name() {
        let call = json!({ "body": "{\"id\":0}", "name": "order", "schema": order() });
        let error = Bench::new([])
            .call("validate_request", call)
            .await
            .expect_err("refused");
        assert_eq!(error.code(), "invalid_request");
        let read = Bench::new([]).call("validate_request", json!({ "body": "[1]" })).await;
        assert_eq!(read.expect("reads"), json!([1]));
    }
}
