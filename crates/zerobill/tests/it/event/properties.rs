//! What holds for every event: nothing panics, bytes stay, a directive stays one, and no envelope passes for direct.

use proptest::prelude::*;
use serde_json::Value;
use serde_json::value::RawValue;
use zerobill::event::{Event, EventKind};

use super::{event, kind};

/// Names that tell kinds apart, or might be thought to.
const NAMES: &str = "requestContext|httpMethod|Records|eventSource|EventSource|detail-type|source|detail|directive|header\
                     |session|context|System|request|zerobill|interface|operation|params|requestType|text|language|http\
                     |elb|connectionId|domainName|body|headers|methodArn|\\\\u0069nterface|\\\\ud800|[a-z]{0,3}";

/// JSON text, with what readers trip over: huge numbers, half surrogate pairs, duplicate names, white space.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("1e999".to_owned()),
        Just("-12.5".to_owned()),
        Just(r#""\ud800""#.to_owned()),
        Just(r#""\"\\\u00e9""#.to_owned()),
        "(aws:sqs|aws:sns|aws\\.events|Scheduled Event|doctor|GET|[a-zé]{0,4})".prop_map(|text| format!("\"{text}\"")),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|values| format!("[{}]", values.join(" ,\n"))),
            prop::collection::vec((NAMES, inner), 0..6).prop_map(|members| object(&members)),
        ]
    })
}

fn object(members: &[(String, String)]) -> String {
    let members: Vec<_> = members
        .iter()
        .map(|(name, value)| format!("\"{name}\" : {value}"))
        .collect();
    format!("{{ {}\t}}", members.join(","))
}

/// Members that a caller might smuggle in, and one anywhere among them that is the envelope's own.
fn smuggled() -> impl Strategy<Value = (Vec<(String, String)>, prop::sample::Index)> {
    let name = "interface|operation|params|requestType|zerobill|text|language";
    let value = prop_oneof![Just("\"doctor\"".to_owned()), Just("{}".to_owned()), json()];
    (prop::collection::vec((name, value), 0..6), any::<prop::sample::Index>())
}

fn with(envelope: (&str, String), (mut members, at): (Vec<(String, String)>, prop::sample::Index)) -> String {
    let at = at.index(members.len() + 1);
    members.insert(at, (envelope.0.to_owned(), envelope.1));
    object(&members)
}

/// The members of a direct operation, in any order: often all right, often one missing, doubled, mistyped or foreign.
fn almost_an_operation() -> impl Strategy<Value = Vec<(String, String)>> {
    let value = || prop_oneof![3 => Just("\"x\"".to_owned()), 1 => json()];
    (
        prop::collection::vec(("interface|\\\\u0069nterface", value()), 1..=1),
        prop::collection::vec((Just("operation".to_owned()), value()), 1..=1),
        prop::collection::vec((Just("params".to_owned()), value()), 0..=1),
        prop_oneof![
            2 => Just(Vec::new()),
            1 => prop::collection::vec((NAMES, value()), 1..3),
            1 => prop::collection::vec(("interface|operation|params", value()), 1..2),
        ],
        0..4_usize,
    )
        .prop_map(|(interface, operation, params, others, missing)| {
            let mut members = [interface, operation, params, others].concat();
            if missing < 1 {
                members.remove(0);
            }
            members
        })
        .prop_shuffle()
}

const DIRECT: [EventKind; 4] = [
    EventKind::Doctor,
    EventKind::Operation,
    EventKind::RequestType,
    EventKind::Assist,
];

/// A direct operation as a caller would write it into a body, escaped to be one.
const OPERATION_AS_TEXT: &str = r#""{\"interface\":\"config\",\"operation\":\"set\",\"params\":{}}""#;

proptest! {
    #[test]
    fn json_of_any_shape_is_classified_and_kept(json in json()) {
        let event = event(&json);
        prop_assert_eq!(event.bytes(), json.as_bytes());
        prop_assert_eq!(event.payload().get(), json.as_str());
        prop_assert_eq!(event.is_function_url() && event.kind() != EventKind::HttpV2, false);
        prop_assert_eq!(event.request_type().is_some() && event.kind() != EventKind::RequestType, false);
        // Nothing to compare with: these may not panic.
        let _ = event.correlation_id();
        let _ = event.decode::<Value>();
    }

    #[test]
    fn bytes_that_are_json_are_classified_and_kept(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
        if let Ok(payload) = serde_json::from_slice::<Box<RawValue>>(&bytes) {
            let event = Event::new(payload);
            prop_assert_eq!(event.bytes(), bytes.trim_ascii());
            prop_assert_eq!(event.kind(), EventKind::Unknown);
        }
    }

    #[test]
    fn a_directive_among_other_keys_stays_a_directive(
        before in prop::collection::vec(("[a-zA-Z]{1,12}", json()), 0..4),
        after in prop::collection::vec(("[a-zA-Z]{1,12}|interface|operation|requestType|text|language|session", json()), 0..4),
        header in prop::collection::vec(("[a-z]{1,6}", json()), 0..3),
    ) {
        let directive = format!(r#"{{"payload":{{}},"header":{}}}"#, object(&header));
        let mut members = before;
        members.push(("directive".to_owned(), directive));
        members.extend(after);
        prop_assert_eq!(kind(&object(&members)), EventKind::AlexaSmartHome);
    }

    #[test]
    fn an_http_event_stays_one_whatever_is_smuggled_in(smuggled in smuggled(), body in json()) {
        let quoted = serde_json::to_string(&body).unwrap();
        for (context, expected) in [
            (r#"{"http":{"method":"POST"}}"#, EventKind::HttpV2),
            (r#"{"elb":{"targetGroupArn":"arn"}}"#, EventKind::Alb),
            (r#"{"connectionId":"c","eventType":"MESSAGE"}"#, EventKind::WebSocket),
            (r#"{"stage":"prod"},"httpMethod":"POST""#, EventKind::HttpV1),
        ] {
            for body in [OPERATION_AS_TEXT, &quoted] {
                let envelope = format!(r#"{context},"body":{body}"#);
                prop_assert_eq!(kind(&with(("requestContext", envelope), smuggled.clone())), expected);
            }
        }
    }

    #[test]
    fn a_batch_stays_one_whatever_is_smuggled_in(smuggled in smuggled()) {
        for (record, expected) in [
            (format!(r#"{{"eventSource":"aws:sqs","body":{OPERATION_AS_TEXT}}}"#), EventKind::Sqs),
            (format!(r#"{{"EventSource":"aws:sns","Sns":{{"Message":{OPERATION_AS_TEXT}}}}}"#), EventKind::Sns),
            (format!(r#"{{"eventSource":"aws:kinesis","interface":"a","operation":{OPERATION_AS_TEXT}}}"#), EventKind::Kinesis),
        ] {
            prop_assert_eq!(kind(&with(("Records", format!("[{record}]")), smuggled.clone())), expected);
        }
    }

    #[test]
    fn a_broken_envelope_does_not_pass_for_direct(smuggled in smuggled(), broken in json()) {
        for name in [
            "requestContext", "httpMethod", "Records", "records", "headers", "multiValueHeaders", "body",
            "isBase64Encoded", "eventSource", "detail-type", "directive", "session", "methodArn", "routeArn",
        ] {
            let json = with((name, broken.clone()), smuggled.clone());
            prop_assert!(!DIRECT.contains(&kind(&json)), "{}", json);
        }
    }

    #[test]
    fn an_operation_is_two_strings_perhaps_params_and_nothing_else(members in almost_an_operation()) {
        let count = |names: &[&str]| members.iter().filter(|(name, _)| names.contains(&name.as_str())).count();
        let (interfaces, operations, params) =
            (count(&["interface", r"\u0069nterface"]), count(&["operation"]), count(&["params"]));
        let exact = interfaces == 1 && operations == 1 && params <= 1 && members.len() == 2 + params;
        let strings = members.iter().all(|(name, value)| name == "params" || value.starts_with('"'));
        prop_assert_eq!(kind(&object(&members)) == EventKind::Operation, exact && strings, "{}", object(&members));
    }
}
