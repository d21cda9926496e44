//! Values that serialisers refuse, that are secret, or that are hostile.

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::{Value, json, value::RawValue};

use super::{gateway, messages, parsed, written};
use crate::logging::{FieldWriter, Fields};

const MARKER: &str = "zbsecret-log";

#[test]
fn numbers_that_json_lacks_become_text() {
    assert_eq!(written("n", f64::NAN), r#""NaN""#);
    assert_eq!(written("n", [f32::INFINITY, f32::NEG_INFINITY]), r#"["inf","-inf"]"#);
    assert_eq!(written("n", u128::MAX), r#""340282366920938463463374607431768211455""#);
    assert_eq!(written("n", i128::MIN), r#""-170141183460469231731687303715884105728""#);
    assert_eq!(written("n", (7_u128, -7_i128, u64::MAX)), "[7,-7,18446744073709551615]");
    assert_eq!(written("n", (1e300, 1e-7, -0.0, 0.1_f32)), "[1e300,1e-7,-0.0,0.1]");
}

#[test]
fn maps_whose_keys_are_no_text_have_text_as_keys() {
    assert_eq!(written("m", BTreeMap::from([(1, "a")])), r#"{"1":"a"}"#);
    assert_eq!(
        written("m", BTreeMap::from([((1, 'x'), true)])),
        r#"{"[1,\"x\"]":true}"#
    );
    assert_eq!(written("m", BTreeMap::from([(None::<u8>, 1)])), r#"{"null":1}"#);
}

struct Failing;

impl Serialize for Failing {
    fn serialize<S: Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("the disk is on fire"))
    }
}

struct Panicking;

impl Serialize for Panicking {
    fn serialize<S: Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
        panic!("a value that panics, as the test wants");
    }
}

impl Fields for Panicking {
    fn write(&self, writer: &mut FieldWriter) {
        writer.field("before", &1);
        panic!("fields that panic, as the test wants");
    }
}

/// Says that it cannot be displayed, which makes `to_string` panic.
#[derive(Debug)]
struct Unspeakable;

impl fmt::Display for Unspeakable {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}

impl std::error::Error for Unspeakable {}

#[test]
fn a_value_that_cannot_be_serialised_is_text_that_says_so() {
    assert_eq!(
        written("v", Failing),
        r#""<cannot be serialized: the disk is on fire>""#
    );
    let inside = written("v", vec![("a", Some(Failing)), ("b", None)]);
    assert_eq!(
        inside,
        r#"[["a","<cannot be serialized: the disk is on fire>"],["b",null]]"#
    );
}

#[test]
fn a_value_that_panics_does_not_take_the_line_with_it() {
    let panicked = r#""<cannot be serialized: it panicked>""#;
    assert_eq!(written("v", [Panicking]), panicked);
    assert_eq!(written("error", crate::logging::describe(&Unspeakable)), panicked);
    let (gateway, output) = gateway([]);
    gateway.logging().info("m", Panicking);
    let line = output.lines().remove(0);
    assert!(
        line.ends_with(&format!(r#""before":1,"fields":{panicked}}}"#)),
        "{line}"
    );
    gateway.logging().append_keys(Panicking);
    gateway.logging().info("the next one", ());
    assert_eq!(messages(&output), ["m", "the next one"]);
}

#[test]
fn a_value_that_logs_gets_its_own_line_first() {
    struct Logs(crate::Gateway);
    impl Serialize for Logs {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.logging().info("inner", [("n", 1)]);
            serializer.serialize_u8(2)
        }
    }
    let (gateway, output) = gateway([]);
    gateway.logging().info("outer", [("v", Logs(gateway.clone()))]);
    gateway.logging().append_keys([("v", Logs(gateway.clone()))]);
    assert_eq!(messages(&output), ["inner", "outer", "inner"]);
    assert_eq!(
        (&parsed(&output)[0]["n"], &parsed(&output)[1]["v"]),
        (&json!(1), &json!(2))
    );
}

#[test]
fn secrets_are_masked_at_any_depth() {
    let value =
        json!({ "user": [{ "Password": MARKER, "name": "a" }], "x-api-key": { "old": MARKER }, "tokens_used": 3 });
    assert_eq!(
        written("v", &value),
        r#"{"tokens_used":3,"user":[{"Password":"***","name":"a"}],"x-api-key":"***"}"#
    );
    assert_eq!(written("authorization", MARKER), r#""***""#);
    assert_eq!(
        written("v", BTreeMap::from([("client_secret", [1, 2])])),
        r#"{"client_secret":"***"}"#
    );
}

#[derive(Serialize)]
enum Login {
    Password(&'static str),
    AccessToken(&'static str, u8),
    Credentials { user: &'static str },
    Guest { name: &'static str },
    Numbers(u8, u8),
}

#[test]
fn variants_named_like_secrets_are_masked_whatever_their_form() {
    assert_eq!(written("v", Login::Password(MARKER)), r#"{"Password":"***"}"#);
    assert_eq!(written("v", Login::AccessToken(MARKER, 1)), r#"{"AccessToken":"***"}"#);
    assert_eq!(
        written("v", [Login::Credentials { user: MARKER }]),
        r#"[{"Credentials":"***"}]"#
    );
    assert_eq!(written("v", Login::Guest { name: "a" }), r#"{"Guest":{"name":"a"}}"#);
    assert_eq!(written("v", Login::Numbers(1, 2)), r#"{"Numbers":[1,2]}"#);
}

fn raw(json: String) -> Box<RawValue> {
    RawValue::from_string(json).unwrap()
}

#[test]
fn raw_json_is_masked_and_what_cannot_be_read_never_shows_its_secrets() {
    assert_eq!(
        written("v", raw(format!(r#"{{ "token" : "{MARKER}", "n": [1] }}"#))),
        r#"{"n":[1],"token":"***"}"#
    );
    let too_large = raw(format!(r#"{{"token":"{MARKER}","n":1e999}}"#));
    assert_eq!(
        written("v", &too_large),
        format!(
            r#""<{} bytes of JSON left out: number out of range at line 1 column 33>""#,
            too_large.get().len()
        )
    );
    let deep = raw(format!(
        r#"{{"token":"{MARKER}","n":{}1{}}}"#,
        "[".repeat(5_000),
        "]".repeat(5_000)
    ));
    let line = written("v", &deep);
    assert!(
        line.starts_with(r#""<10030 bytes of JSON left out: recursion limit exceeded"#),
        "{line}"
    );
    assert!(!line.contains(MARKER));
}

#[test]
fn an_event_is_logged_once_it_is_asked_for_with_its_secrets_masked() {
    let event = raw(format!(r#"{{"headers":{{"authorization":"{MARKER}"}},"path":"/"}}"#));
    let (quiet, output) = gateway([]);
    quiet.logging().event(&event);
    assert_eq!(output.lines(), Vec::<String>::new());
    let (gateway, output) = gateway([("POWERTOOLS_LOGGER_LOG_EVENT", "true")]);
    gateway.logging().event(&event);
    assert_eq!(messages(&output), ["event received"]);
    assert_eq!(
        parsed(&output)[0]["event"],
        json!({ "headers": { "authorization": "***" }, "path": "/" })
    );
}

#[derive(Serialize)]
struct Wrapped(Option<Box<Wrapped>>);

#[test]
fn values_without_end_are_cut_and_the_stack_stays_whole() {
    let mut nested = json!(1);
    let mut wrapped = Wrapped(None);
    for _ in 0..2_000 {
        nested = Value::Array(vec![nested]);
        wrapped = Wrapped(Some(Box::new(wrapped)));
    }
    let expected = format!(r#"{}"<nested too deeply>"{}"#, "[".repeat(33), "]".repeat(33));
    assert_eq!(written("v", nested), expected);
    assert_eq!(written("v", &wrapped), r#""<nested too deeply>""#);
}

#[test]
fn five_megabytes_are_one_line() {
    let (gateway, output) = gateway([]);
    let message = "é\u{0}\"".repeat(1_000_000);
    gateway.logging().info(&message, [("again", &message)]);
    assert_eq!(output.lines().len(), 1);
    assert_eq!(messages(&output), [message.as_str()]);
}

#[test]
fn other_kinds_of_values_keep_their_shape() {
    assert_eq!(
        written("v", ('x', "y", (), None::<u8>, Some(1), [true, false])),
        r#"["x","y",null,null,1,[true,false]]"#
    );
    assert_eq!(written("v", std::net::IpAddr::from([127, 0, 0, 1])), r#""127.0.0.1""#);
    assert_eq!(
        written("v", std::time::Duration::from_millis(1500)),
        r#"{"secs":1,"nanos":500000000}"#
    );
    assert_eq!(written("", 1), "1", "an empty name is a name");
    assert_eq!(written("a\"\n", 1), "1");
    let (gateway, output) = gateway([]);
    gateway.logging().info("m", json!([1, 2]));
    assert_eq!(parsed(&output)[0]["data"], json!([1, 2]));
}

#[test]
fn a_whole_document_as_fields_is_written_in_no_time_and_no_name_comes_twice() {
    let (gateway, output) = gateway([]);
    let mut fields: Vec<_> = (0..50_000).map(|number| (format!("key-{number}"), number)).collect();
    fields.extend([("key-7".to_owned(), -7), ("key-49999".to_owned(), -1)]);
    gateway.logging().append_keys([("key-7", 0), ("key-8", 0)]);
    gateway.logging().info("m", fields);
    let line = output.lines().remove(0);
    assert_eq!(line.matches(r#","key-"#).count(), 50_000);
    assert!(line.contains(r#","key-7":-7,"#) && line.ends_with(r#","key-49999":-1}"#));
}

#[test]
fn of_many_keys_each_can_be_replaced_and_removed() {
    let (gateway, output) = gateway([]);
    for number in 0..100 {
        gateway.logging().append_keys([(format!("key-{number}"), number)]);
    }
    let removed = gateway
        .logging()
        .remove_keys((0..50).map(|number| format!("key-{number}")));
    gateway
        .logging()
        .append_keys([("key-99", -1), ("key-50", -2), ("key-0", 0)]);
    gateway.logging().info("m", ());
    let line = output.lines().remove(0);
    assert_eq!((removed, line.matches(r#""key-"#).count()), (50, 51));
    assert!(
        line.contains(r#""service":"service_undefined","key-50":-2,"key-51":51,"#),
        "{line}"
    );
    assert!(line.ends_with(r#""key-98":98,"key-99":-1,"key-0":0}"#), "{line}");
}

/// The fields as a line has them.
fn in_a_line(writer: &FieldWriter) -> String {
    let mut out = Vec::new();
    writer.write_to(&mut out, |_| false);
    String::from_utf8(out).unwrap()
}

#[test]
fn fields_are_replaced_and_removed_in_their_places_whatever_their_names_and_lengths() {
    let mut writer = FieldWriter::default();
    for (name, value) in [
        ("a", "1"),
        ("b\"\\", "two"),
        ("c", ""),
        ("b\"\\", "a longer one"),
        ("a", ""),
        ("d", "4"),
    ] {
        writer.field(name, value);
    }
    assert_eq!(in_a_line(&writer), r#","a":"","b\"\\":"a longer one","c":"","d":"4""#);
    let mut copy = FieldWriter::default();
    copy.field("d", &[1, 2, 3]);
    writer.write(&mut copy);
    assert_eq!(in_a_line(&copy), r#","d":"4","a":"","b\"\\":"a longer one","c":"""#);
    assert!(copy.has("b\"\\") && copy.remove("b\"\\") && !copy.remove("b\"\\") && !copy.has("b"));
    copy.field("c", &7);
    assert_eq!(in_a_line(&copy), r#","d":"4","a":"","c":7"#);
}

#[test]
fn a_hundred_fields_are_replaced_and_removed_like_a_few() {
    let mut writer = FieldWriter::default();
    for round in 0..2 {
        for n in 0..100 {
            writer.field(&format!("field {n}"), &(n * 1_000_u64.pow(round)));
        }
    }
    assert!(writer.remove("field 50"));
    writer.field("field 99", "last");
    let expected = |n: u64| format!(",\"field {n}\":{}", n * 1_000);
    let expected: String = (0..99).filter(|n| *n != 50).map(expected).collect();
    assert_eq!(in_a_line(&writer), expected + ",\"field 99\":\"last\"");
}
