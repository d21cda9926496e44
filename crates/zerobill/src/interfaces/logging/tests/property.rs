//! Whatever JSON is logged, the line is one line of JSON that says the same.

use std::fmt;

use proptest::prelude::*;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use super::gateway;
use crate::{logging::Level, redact::is_secret};

/// Any JSON whose numbers survive being read back.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            members(inner).prop_map(Value::from),
        ]
    })
}

/// Members with names of all kinds: odd ones, secrets' and those of the line itself.
fn members(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    let name = prop_oneof![
        any::<String>(),
        "[a-z_]{0,6}",
        prop::sample::select(vec![
            "password",
            "Access-Token",
            "level",
            "message",
            "timestamp",
            "cold_start"
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec((name, value), 0..6).prop_map(|members| members.into_iter().collect())
}

fn masked(name: &str, value: Value) -> Value {
    match value {
        _ if is_secret(name) => "***".into(),
        Value::Array(items) => items.into_iter().map(|item| masked("", item)).collect(),
        Value::Object(object) => object
            .into_iter()
            .map(|(name, value)| (name.clone(), masked(&name, value)))
            .collect(),
        plain => plain,
    }
}

/// JSON that has no name twice in one object.
struct NoDuplicates;

impl<'de> Deserialize<'de> for NoDuplicates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Names)
    }
}

struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = NoDuplicates;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<NoDuplicates, E> {
        Ok(NoDuplicates)
    }
    fn visit_bool<E>(self, _: bool) -> Result<NoDuplicates, E> {
        Ok(NoDuplicates)
    }
    fn visit_u64<E>(self, _: u64) -> Result<NoDuplicates, E> {
        Ok(NoDuplicates)
    }
    fn visit_i64<E>(self, _: i64) -> Result<NoDuplicates, E> {
        Ok(NoDuplicates)
    }
    fn visit_f64<E>(self, _: f64) -> Result<NoDuplicates, E> {
        Ok(NoDuplicates)
    }
    fn visit_str<E>(self, _: &str) -> Result<NoDuplicates, E> {
        Ok(NoDuplicates)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<NoDuplicates, A::Error> {
        while items.next_element::<NoDuplicates>()?.is_some() {}
        Ok(NoDuplicates)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<NoDuplicates, A::Error> {
        let mut names = std::collections::BTreeSet::new();
        while let Some((name, _)) = members.next_entry::<String, NoDuplicates>()? {
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(format!("`{name}` twice")));
            }
        }
        Ok(NoDuplicates)
    }
}

const STANDARD: [&str; 4] = ["level", "message", "timestamp", "service"];

proptest! {
    #[test]
    fn any_json_is_one_line_that_says_the_same(
        message in any::<String>(),
        persistent in members(any_json()),
        fields in members(any_json()),
    ) {
        let (gateway, output) = gateway([]);
        // One warning of a standard key's name may come first.
        gateway.logging().set_level(Level::Error);
        gateway.logging().append_keys(persistent.clone());
        gateway.logging().error(&message, fields.clone());

        let lines = output.lines();
        prop_assert_eq!(lines.len(), 1);
        prop_assert!(!lines[0].contains('\n'));
        if let Err(error) = serde_json::from_str::<NoDuplicates>(&lines[0]) {
            return Err(TestCaseError::fail(format!("{error}: {}", lines[0])));
        }
        let mut line: Map<String, Value> = serde_json::from_str(&lines[0]).unwrap();
        prop_assert_eq!(line.remove("message"), Some(Value::from(message)));
        let mut expected: Map<String, Value> = persistent.into_iter().chain(fields).collect();
        // `cold_start` and the like stand in lines of invocations only, and are no caller's even so.
        expected.retain(|name, _| !STANDARD.contains(&name.as_str()) && name != "cold_start");
        line.retain(|name, _| !STANDARD.contains(&name.as_str()));
        prop_assert_eq!(Value::Object(line), masked("", Value::Object(expected)));
    }

    #[test]
    fn pretty_lines_say_the_same(fields in members(any_json())) {
        let (plain, pretty) = (gateway([]), gateway([("ZEROBILL_DEV", "1")]));
        plain.0.logging().error("m", fields.clone());
        pretty.0.logging().error("m", fields);
        let read = |line: &String| serde_json::from_str::<Value>(line).unwrap();
        prop_assert_eq!(
            plain.1.lines().iter().map(read).collect::<Vec<_>>(),
            pretty.1.lines().iter().map(read).collect::<Vec<_>>()
        );
    }
}

#[test]
fn the_check_for_duplicates_finds_one() {
    assert!(serde_json::from_str::<NoDuplicates>(r#"{"a":[{"b":1,"b":2}]}"#).is_err());
    assert!(serde_json::from_str::<IgnoredAny>(r#"{"a":[{"b":1,"b":2}]}"#).is_ok());
}
