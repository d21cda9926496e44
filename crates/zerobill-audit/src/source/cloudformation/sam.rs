//! What the SAM transform adds: globals, and the resources that events of a function stand for.

use std::borrow::Cow;

use super::resolve::Resolver;
use crate::{
    node::{Entry, Node, Value},
    resource::{Contents, Resource},
};

/// Which section of `Globals` applies to which type.
const GLOBALS: &[(&str, &str)] = &[
    ("Function", "AWS::Serverless::Function"),
    ("Api", "AWS::Serverless::Api"),
    ("HttpApi", "AWS::Serverless::HttpApi"),
    ("SimpleTable", "AWS::Serverless::SimpleTable"),
    ("StateMachine", "AWS::Serverless::StateMachine"),
    ("LayerVersion", "AWS::Serverless::LayerVersion"),
];

/// The template with its globals written into its resources.
pub(super) fn with_globals(root: &Node) -> Cow<'_, Node> {
    let Some(globals) = root.get("Globals") else {
        return Cow::Borrowed(root);
    };
    let mut written = root.clone();
    let Value::Map(sections) = &mut written.value else {
        return Cow::Borrowed(root);
    };
    let resources = sections.iter_mut().filter(|section| section.key == "Resources");
    for resource in resources.filter_map(|section| match &mut section.value.value {
        Value::Map(entries) => Some(entries),
        _ => None,
    }) {
        for entry in resource {
            apply(entry, globals);
        }
    }
    Cow::Owned(written)
}

fn apply(resource: &mut Entry, globals: &Node) {
    // A loop of resources holds its resource in the last of its three arguments.
    if resource.key.starts_with("Fn::ForEach::") {
        if let Value::List(arguments) = &mut resource.value.value
            && let Some(Value::Map(entries)) = arguments.last_mut().map(|body| &mut body.value)
        {
            for entry in entries {
                apply(entry, globals);
            }
        }
        return;
    }
    let kind = resource.value.get("Type").and_then(Node::as_text);
    let section = GLOBALS.iter().find(|(_, type_name)| kind == Some(type_name));
    let Some(defaults) = section.and_then(|(name, _)| globals.get(name)) else {
        return;
    };
    let Value::Map(parts) = &mut resource.value.value else {
        return;
    };
    match parts.iter_mut().find(|part| part.key == "Properties") {
        Some(properties) => properties.value = over(defaults, &properties.value),
        None => parts.push(Entry {
            key: "Properties".to_owned(),
            line: resource.line,
            value: defaults.clone(),
        }),
    }
}

/// Own values over defaults: maps are merged, lists are joined, all else is replaced.
fn over(defaults: &Node, own: &Node) -> Node {
    match (&defaults.value, &own.value) {
        (Value::Map(defaults), Value::Map(entries)) if !is_function(defaults) && !is_function(entries) => {
            let mut merged: Vec<Entry> = entries.clone();
            for default in defaults {
                match merged.iter_mut().find(|entry| entry.key == default.key) {
                    Some(entry) => entry.value = over(&default.value, &entry.value),
                    None => merged.push(default.clone()),
                }
            }
            Node::new(own.line, Value::Map(merged))
        }
        (Value::List(defaults), Value::List(items)) => {
            Node::new(own.line, Value::List(defaults.iter().chain(items).cloned().collect()))
        }
        _ => own.clone(),
    }
}

fn is_function(entries: &[Entry]) -> bool {
    matches!(entries, [only] if only.key == "Ref" || only.key.starts_with("Fn::"))
}

/// Adds what the events of functions and state machines stand for.
pub(super) fn expand(contents: &mut Contents, root: &Node, resolver: &mut Resolver<'_>) {
    let mut made: Vec<Resource> = Vec::new();
    let mut globals = |section: &str| {
        let found = root.get("Globals").and_then(|globals| globals.get(section));
        found.map(|section| resolver.resolve(section))
    };
    for owner in &contents.resources {
        if !["AWS::Serverless::Function", "AWS::Serverless::StateMachine"].contains(&owner.kind.as_str()) {
            continue;
        }
        if let Some(url) = owner.properties.entry("FunctionUrlConfig") {
            let properties = with_function(&url.value, owner, "TargetFunctionArn");
            made.push(part(owner, "Url", "AWS::Lambda::Url", url.line, properties));
        }
        let events = owner.properties.get("Events").map(Node::entries).unwrap_or_default();
        for event in events {
            if let Some(resource) = of_event(owner, event, &made, &mut globals) {
                made.push(resource);
            }
        }
    }
    contents.resources.extend(made);
}

/// The resource that an event stands for, unless it is one that is there already.
fn of_event(
    owner: &Resource,
    event: &Entry,
    made: &[Resource],
    globals: &mut impl FnMut(&str) -> Option<Node>,
) -> Option<Resource> {
    let kind = event.value.get("Type").and_then(Node::as_text)?;
    let empty = Node::new(event.line, Value::Map(Vec::new()));
    let properties = event.value.get("Properties").unwrap_or(&empty);
    let (name, kind) = match kind {
        "Api" if properties.get("RestApiId").is_none() => ("ServerlessRestApi", "Api"),
        "HttpApi" if properties.get("ApiId").is_none() => ("ServerlessHttpApi", "HttpApi"),
        "SQS" | "Kinesis" | "DynamoDB" | "MSK" | "MQ" | "SelfManagedKafka" | "DocumentDB" => {
            let arn = ["Queue", "Stream", "Broker", "Cluster"]
                .iter()
                .find_map(|key| properties.get(key));
            let mut mapping = with_function(properties, owner, "FunctionName");
            if let (Value::Map(entries), Some(arn)) = (&mut mapping.value, arn) {
                entries.push(Entry {
                    key: "EventSourceArn".to_owned(),
                    line: arn.line,
                    value: arn.clone(),
                });
            }
            return Some(part(
                owner,
                &event.key,
                "AWS::Lambda::EventSourceMapping",
                event.line,
                mapping,
            ));
        }
        "ScheduleV2" => {
            let properties = with_function(properties, owner, "Target");
            return Some(part(
                owner,
                &event.key,
                "AWS::Scheduler::Schedule",
                event.line,
                properties,
            ));
        }
        _ => return None,
    };
    if made.iter().any(|resource| resource.id == name) {
        return None;
    }
    let properties = globals(kind).unwrap_or(empty);
    Some(Resource {
        id: name.to_owned(),
        ..part(owner, "", &format!("AWS::Serverless::{kind}"), event.line, properties)
    })
}

fn part(owner: &Resource, name: &str, kind: &str, line: usize, properties: Node) -> Resource {
    Resource {
        id: format!("{}{name}", owner.id),
        kind: kind.to_owned(),
        written_kind: kind.to_owned(),
        line,
        properties,
        ..owner.clone()
    }
}

fn with_function(properties: &Node, owner: &Resource, key: &str) -> Node {
    let mut entries = properties.entries().to_vec();
    entries.push(Entry {
        key: key.to_owned(),
        line: properties.line,
        value: Node::new(properties.line, Value::Reference(format!("{}.Arn", owner.id))),
    });
    Node::new(properties.line, Value::Map(entries))
}
