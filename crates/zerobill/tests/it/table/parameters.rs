//! Parameters that are wrong: the right code, no panic, and nothing changed.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use zerobill::{Gateway, operation::Kind};

use super::{example, execute, fresh, rows};

/// What a call could have changed: settings, what the cache holds, what was built, what was written.
fn state(gateway: &Gateway) -> Value {
    json!({
        "settings": gateway.config().get_all(),
        "cache": gateway.cache().stats(),
        "built": gateway.stats().built,
        "level": gateway.logging().level().as_str(),
    })
}

#[test]
fn wrong_parameters_have_the_right_code_and_change_nothing() {
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1),
        json!(1.5),
        json!("x"),
        json!([]),
        json!({}),
    ];
    for (row, operation) in rows() {
        let description = operation.description();
        let gateway = fresh();
        let before = state(&gateway);
        let refused = |parameters: Value, code: &str| {
            let shown = parameters.to_string();
            match execute(&gateway, row.name, description, parameters) {
                Ok(answer) => panic!("{}.{} took {shown} and said {answer}", row.name, description.name),
                Err(error) => assert_eq!(error.code(), code, "{}.{} {shown}: {error}", row.name, description.name),
            }
        };
        let good = example(description);
        for field in description.fields {
            if field.required {
                let mut without = good.clone();
                without.remove(field.name);
                refused(without.into(), "missing_parameter");
            }
            for value in values
                .iter()
                .filter(|value| !accepts(field.kind, field.required, value))
            {
                let mut wrong = good.clone();
                wrong.insert(field.name.to_owned(), value.clone());
                refused(wrong.into(), "invalid_parameter");
            }
        }
        let mut more = good;
        more.insert("no_such_parameter".to_owned(), json!(1));
        refused(more.into(), "unknown_parameter");
        for value in values.iter().filter(|value| !value.is_object() && !value.is_null()) {
            refused(value.clone(), "invalid_parameter");
        }
        assert_eq!(state(&gateway), before, "{}.{}", row.name, description.name);
    }
}

fn accepts(kind: Kind, required: bool, value: &Value) -> bool {
    let right = match kind {
        Kind::String => value.is_string(),
        Kind::Integer => value.is_u64(),
        Kind::Number => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::Object => value.is_object(),
        Kind::Array => value.is_array(),
        Kind::Any => true,
    };
    right || !required && value.is_null()
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_parameters_make_a_row_panic(values in prop::collection::vec(any_json(), 4), whole in any_json()) {
        for (row, operation) in rows() {
            let description = operation.description();
            let (gateway, fields) = (fresh(), description.fields.iter().map(|field| field.name.to_owned()));
            let members: Map<_, _> = fields.zip(values.iter().cloned()).collect();
            for parameters in [members.into(), whole.clone()] {
                if let Err(error) = execute(&gateway, row.name, description, parameters) {
                    prop_assert!(!error.code().is_empty() && !error.message().is_empty());
                }
            }
        }
    }
}
