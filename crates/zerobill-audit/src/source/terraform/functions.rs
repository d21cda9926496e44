//! The functions of Terraform that matter to an audit.

use crate::node::{Node, Value};

/// What a function makes of its arguments.
pub(super) fn call(name: &str, mut arguments: Vec<Node>) -> Value {
    match name {
        // Encoded or not, the rules look at what is inside.
        "jsonencode" | "jsondecode" | "toset" | "tolist" | "tomap" | "sensitive" | "nonsensitive" | "tostring"
        | "tonumber" | "tobool" | "yamlencode" => {
            if arguments.is_empty() {
                Value::Unknown
            } else {
                arguments.swap_remove(0).value
            }
        }
        "lower" => text(&arguments, str::to_lowercase),
        "upper" => text(&arguments, str::to_uppercase),
        "concat" => Value::List(arguments.iter().flat_map(Node::items).cloned().collect()),
        "merge" => {
            let mut entries: Vec<crate::node::Entry> = Vec::new();
            for entry in arguments.iter().flat_map(Node::entries) {
                entries.retain(|known| known.key != entry.key);
                entries.push(entry.clone());
            }
            Value::Map(entries)
        }
        "length" => match arguments.first().map(|argument| &argument.value) {
            Some(Value::List(items)) => Value::Number(items.len() as f64),
            Some(Value::Map(entries)) => Value::Number(entries.len() as f64),
            _ => Value::Unknown,
        },
        "coalesce" | "try" => first(arguments),
        "lookup" => look_up(&arguments),
        "max" => numbers(&arguments, f64::max),
        "min" => numbers(&arguments, f64::min),
        _ => Value::Unknown,
    }
}

/// The first that is not null; while that is not known, any of them.
fn first(mut arguments: Vec<Node>) -> Value {
    arguments.retain(|argument| !argument.is_null());
    match arguments.first().map(|argument| &argument.value) {
        None => Value::Null,
        Some(Value::Unknown | Value::Either(_)) if arguments.len() > 1 => Value::Either(arguments),
        Some(value) => value.clone(),
    }
}

fn look_up(arguments: &[Node]) -> Value {
    let [map, key, rest @ ..] = arguments else {
        return Value::Unknown;
    };
    match (&map.value, key.as_text()) {
        (Value::Map(_), Some(key)) => map
            .get(key)
            .or(rest.first())
            .map_or(Value::Unknown, |found| found.value.clone()),
        _ => Value::Unknown,
    }
}

fn text(arguments: &[Node], change: fn(&str) -> String) -> Value {
    let argument = arguments.first().and_then(Node::as_text);
    argument.map_or(Value::Unknown, |text| Value::Text(change(text)))
}

fn numbers(arguments: &[Node], choose: fn(f64, f64) -> f64) -> Value {
    let numbers: Option<Vec<f64>> = arguments.iter().map(Node::as_number).collect();
    let chosen = numbers.and_then(|numbers| numbers.into_iter().reduce(choose));
    chosen.map_or(Value::Unknown, Value::Number)
}
