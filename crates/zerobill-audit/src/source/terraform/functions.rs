//! The functions of Terraform that matter to an audit.

use crate::node::{Entry, Node, Value};

/// How many maps a merge may come to, where its arguments may be one of several.
const MOST_MAPS: usize = 16;

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
        "merge" => merge(&arguments),
        "length" => match arguments.first().map(|argument| &argument.value) {
            Some(Value::List(items)) => Value::Number(items.len() as f64),
            Some(Value::Map(entries)) => Value::Number(entries.len() as f64),
            _ => Value::Unknown,
        },
        "coalesce" => {
            arguments.retain(|argument| argument.as_text() != Some(""));
            first(arguments)
        }
        "try" => first(arguments),
        "lookup" => look_up(&arguments),
        "max" => numbers(&arguments, f64::max),
        "min" => numbers(&arguments, f64::min),
        _ => Value::Unknown,
    }
}

/// All entries, the last of each name. Where an argument is not known, only what stands after it is sure to be there as it is.
fn merge(arguments: &[Node]) -> Value {
    let (mut maps, mut is_known) = (vec![Vec::new()], true);
    for argument in arguments {
        let possible = argument.possibilities();
        let are_maps = possible
            .iter()
            .all(|map| matches!(map.value, Value::Map(_) | Value::Null));
        if are_maps && maps.len() * possible.len() <= MOST_MAPS {
            let merged = |map: &Vec<Entry>| {
                possible
                    .iter()
                    .map(|more| with(map, more.entries()))
                    .collect::<Vec<_>>()
            };
            maps = maps.iter().flat_map(merged).collect();
        } else {
            (maps, is_known) = (vec![Vec::new()], false);
        }
    }
    maps.retain(|map| is_known || !map.is_empty());
    let mut values: Vec<Value> = maps.into_iter().map(Value::Map).collect();
    if !is_known {
        values.push(Value::Unknown);
    }
    if values.len() == 1 {
        return values.swap_remove(0);
    }
    let line = arguments.first().map_or(0, |argument| argument.line);
    Value::Either(values.into_iter().map(|value| Node::new(line, value)).collect())
}

fn with(map: &[Entry], more: &[Entry]) -> Vec<Entry> {
    let mut entries = map.to_vec();
    for entry in more {
        entries.retain(|known| known.key != entry.key);
        entries.push(entry.clone());
    }
    entries
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
