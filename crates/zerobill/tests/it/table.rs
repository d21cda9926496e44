//! The operation tables: every row is described, works, and refuses what is wrong.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails like a test")]

mod network;
mod parameters;

use std::{
    collections::BTreeSet,
    time::{Duration, SystemTime},
};

use serde_json::{Map, Value, json};
use zerobill::{
    CATALOGUE, Clock, Gateway, InterfaceRow, Random,
    environment::Environment,
    operation::{Description, Operation, Repeatable, Reply},
    output::Output,
};

/// Every row with its interface.
pub(crate) fn rows() -> impl Iterator<Item = (&'static InterfaceRow, &'static dyn Operation)> {
    CATALOGUE
        .iter()
        .flat_map(|row| row.operations.iter().map(move |operation| (row, *operation)))
}

/// A gateway like any other of these: same time, same randomness, no variables, and a network that ends in this process.
pub(crate) fn fresh() -> Gateway {
    fresh_over(Output::captured())
}

/// The same, which writes its lines there.
pub(crate) fn fresh_over(output: Output) -> Gateway {
    let (clock, _) = Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    let builder = Gateway::builder().clock(clock).random(Random::seeded(7)).output(output);
    builder
        .environment(Environment::default())
        .setting("http_client.proxy", network::proxy())
        .setting("security.token_algorithms", "HS256")
        .setting(
            "security.token_secret",
            "zbsecret-token-secret-of-the-tests-that-is-64-bytes-and-more-long!",
        )
        .setting("security.stripe_secret", "zbsecret-stripe-secret-of-the-tests")
        .setting(
            "security.encryption_secrets",
            "k1=emJzZWNyZXQtYWVzLWtleS1vZi10aGUtdGVzdHMtMDE=",
        )
        .build()
        .unwrap()
}

/// Whether the library was built with what this operation needs.
pub(crate) fn is_built_in(row: &InterfaceRow, operation: &dyn Operation) -> bool {
    let feature_is_on = [
        ("http_client", "", cfg!(feature = "http")),
        ("security", "validate_token", cfg!(feature = "jwt")),
        ("security", "validate_request", cfg!(feature = "json-schema")),
    ];
    let name = operation.description().name;
    let needs =
        |(interface, wanted, _): &&(&str, &str, bool)| *interface == row.name && (wanted.is_empty() || *wanted == name);
    feature_is_on.iter().find(needs).is_none_or(|(.., is_on)| *is_on)
}

pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

fn execute(gateway: &Gateway, interface: &str, operation: &Description, parameters: Value) -> zerobill::Result<Value> {
    block_on(gateway.execute_operation(interface, operation.name, parameters))
}

pub(crate) fn example(operation: &Description) -> Map<String, Value> {
    serde_json::from_str(operation.example)
        .unwrap_or_else(|error| panic!("the example of `{}`: {error}", operation.name))
}

fn is_sentence(text: &str) -> bool {
    text.ends_with('.')
        && !text[..text.len() - 1].contains(['.', '!', '?', '\n'])
        && text.starts_with(|first: char| first.is_uppercase())
}

fn is_snake_case(name: &str) -> bool {
    !name.is_empty()
        && name.split('_').all(|word| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}

#[test]
fn names_are_unique_and_snake_case() {
    let mut names = BTreeSet::new();
    for row in CATALOGUE {
        assert!(
            is_snake_case(row.name) && names.insert(row.name.to_owned()),
            "{}",
            row.name
        );
    }
    for (row, operation) in rows() {
        let Description { name, fields, .. } = operation.description();
        assert!(is_snake_case(name), "{name}");
        assert!(
            names.insert(format!("{}.{name}", row.name)),
            "`{name}` twice in `{}`",
            row.name
        );
        let fields: Vec<_> = fields.iter().map(|field| field.name).collect();
        assert!(fields.iter().all(|name| is_snake_case(name)), "{fields:?}");
        assert_eq!(fields.iter().collect::<BTreeSet<_>>().len(), fields.len(), "{fields:?}");
    }
}

#[test]
fn docs_are_one_sentence_and_every_field_has_one() {
    for row in CATALOGUE {
        assert!(is_sentence(row.doc), "{}: {}", row.name, row.doc);
    }
    for (row, operation) in rows() {
        let description = operation.description();
        assert!(
            is_sentence(description.doc),
            "{}.{}: {}",
            row.name,
            description.name,
            description.doc
        );
        for field in description.fields {
            assert!(
                !field.doc.is_empty() && !field.doc.ends_with('.'),
                "{}.{}: {}",
                row.name,
                description.name,
                field.doc
            );
        }
    }
}

#[test]
fn the_checks_of_names_and_docs_find_what_is_wrong() {
    for name in ["", "Get", "get-all", "get__all", "_get"] {
        assert!(!is_snake_case(name), "{name}");
    }
    for doc in ["Gets it", "gets it.", "Gets it. And more.", ""] {
        assert!(!is_sentence(doc), "{doc}");
    }
}

#[test]
fn every_example_works_on_a_fresh_gateway() {
    for (row, operation) in rows().filter(|(row, operation)| is_built_in(row, *operation)) {
        let description = operation.description();
        let result = execute(&fresh(), row.name, description, example(description).into());
        assert!(result.is_ok(), "{}.{}: {result:?}", row.name, description.name);
    }
}

#[test]
fn what_is_not_built_in_says_so() {
    let mut refused = Vec::new();
    for (row, operation) in rows().filter(|(row, operation)| !is_built_in(row, *operation)) {
        let description = operation.description();
        let error = execute(&fresh(), row.name, description, example(description).into()).unwrap_err();
        assert_eq!(error.code(), "feature_disabled", "{}.{}", row.name, description.name);
        refused.push(row.name);
    }
    let without = |feature_is_on: bool, rows: usize| if feature_is_on { 0 } else { rows };
    let of = |interface: &str| refused.iter().filter(|name| **name == interface).count();
    assert_eq!(of("http_client"), without(cfg!(feature = "http"), 7));
    let security = without(cfg!(feature = "jwt"), 1) + without(cfg!(feature = "json-schema"), 1);
    assert_eq!(of("security"), security);
    assert_eq!(refused.len(), of("http_client") + of("security"));
}

#[test]
fn both_modes_answer_the_same() {
    for (row, operation) in rows().filter(|(row, operation)| is_built_in(row, *operation)) {
        let description = operation.description();
        let parameters = Value::from(example(description));
        let first = fresh();
        let direct = block_on(async {
            match operation.call(&first, parameters.clone()) {
                Reply::Ready(result) => result.unwrap(),
                Reply::Pending(future) => future.await.unwrap(),
            }
        });
        let dynamic = execute(&fresh(), row.name, description, parameters).unwrap();
        match description.repeatable {
            Repeatable::Equal => assert_eq!(direct, dynamic, "{}.{}", row.name, description.name),
            Repeatable::SameShape(reason) => {
                assert!(!reason.is_empty());
                assert_eq!(shape(&direct), shape(&dynamic), "{}.{}", row.name, description.name);
            }
        }
    }
}

/// `value` with its types in place of its numbers and texts.
pub(crate) fn shape(value: &Value) -> Value {
    match value {
        Value::Null => json!("null"),
        Value::Bool(_) => json!("boolean"),
        Value::Number(_) => json!("number"),
        Value::String(_) => json!("string"),
        Value::Array(items) => items
            .iter()
            .map(shape)
            .map(|item| item.to_string())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        Value::Object(object) => object
            .iter()
            .map(|(name, value)| (name.clone(), shape(value)))
            .collect(),
    }
}

#[test]
fn every_schema_is_one_that_its_example_keeps() {
    for (row, operation) in rows() {
        let description = operation.description();
        let schema = description.schema();
        let name = format!("{}.{}", row.name, description.name);
        assert_eq!(
            (&schema["type"], &schema["additionalProperties"]),
            (&json!("object"), &json!(false)),
            "{name}"
        );
        let properties = schema["properties"].as_object().unwrap();
        let required: Vec<_> = schema["required"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect();
        for property in properties.values() {
            assert!(property["description"].is_string(), "{name}");
            for kind in property
                .get("type")
                .map(|kind| kind.as_array().cloned().unwrap_or_else(|| vec![kind.clone()]))
                .iter()
                .flatten()
            {
                let kinds = ["string", "integer", "number", "boolean", "object", "array", "null"];
                assert!(kinds.contains(&kind.as_str().unwrap()), "{name}: {kind}");
            }
        }
        let example = example(description);
        assert!(
            required
                .iter()
                .all(|name| properties.contains_key(*name) && example.contains_key(*name)),
            "{name}"
        );
        assert!(example.keys().all(|name| properties.contains_key(name)), "{name}");
    }
}
