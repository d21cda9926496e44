//! Whatever comes, there is an answer, and it has the shape that whoever asked understands.

use proptest::{collection::vec, prelude::*};
use serde_json::{Map, Value, json};
use tokio::runtime::Builder;

use crate::lab::Lab;

/// Any JSON, with the names that the decoder looks for more often than others.
fn any_json() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        prop::sample::select(vec![
            "directive",
            "header",
            "endpoint",
            "payload",
            "scope",
            "token",
            "grantee",
            "namespace",
            "name",
            "payloadVersion",
            "correlationToken",
            "endpointId",
            "session",
            "request",
            "context",
            "System",
            "user",
            "accessToken",
            "type",
            "locale",
            "text",
            "language",
        ])
        .prop_map(str::to_owned),
        ".{0,3}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(vec![
            "3",
            "2",
            "Alexa",
            "Discover",
            "AcceptGrant",
            "Alexa.Authorization"
        ])
        .prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 8, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((name.clone(), inner), 0..8).prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn has_an_answer_of_the_right_shape(
        directive in any_json(), header in any_json(), session in any_json(), request in any_json(), any in any_json(),
    ) {
        // Nothing listens there, and a token is never configured: nothing leaves.
        let lab = Lab::at("http://127.0.0.1:9");
        let executor = Builder::new_current_thread().enable_all().build().unwrap();
        let mut with_header = directive.clone();
        if let Some(members) = with_header.as_object_mut() {
            members.insert("header".to_owned(), header);
        }
        let events = [
            any,
            json!({ "directive": directive }),
            json!({ "directive": with_header }),
            json!({ "session": session, "request": request }),
        ];
        for event in events.into_iter().filter(|event| lab.accepts(&event.to_string())) {
            let answer = executor.block_on(lab.ask(&event));
            if answer["event"].is_object() {
                prop_assert_eq!(&answer["event"]["header"]["payloadVersion"], "3");
                prop_assert_eq!(&answer["event"]["header"]["name"], "ErrorResponse");
                prop_assert!(answer["event"]["payload"]["type"].is_string());
            } else if answer["version"].is_string() {
                prop_assert!(answer["response"]["outputSpeech"]["text"].is_string());
            } else {
                prop_assert_eq!(&answer["response"]["response_type"], "error");
            }
        }
    }
}
