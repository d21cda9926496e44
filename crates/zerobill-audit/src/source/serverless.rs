//! The Serverless Framework: `serverless.yml`, as the resources that it deploys.

mod agents;
mod events;
mod variables;

use std::sync::Arc;

use self::variables::resolve;
use super::cloudformation;
use crate::{
    node::{Entry, Node, Value},
    resource::{Contents, Resource},
};

/// Functions of the framework have more memory and time than Lambda's own defaults.
const DEFAULT_MEMORY_MB: f64 = 1_024.0;
const DEFAULT_TIMEOUT_S: f64 = 6.0;

pub(super) fn is_service(root: &Node) -> bool {
    let provider = root.get("provider");
    let name = provider.and_then(|provider| {
        provider
            .as_text()
            .or_else(|| provider.get("name").and_then(Node::as_text))
    });
    name == Some("aws")
        && (root.get("functions").is_some() || root.get("resources").is_some() || root.get("service").is_some())
}

pub(super) fn read(root: &Node, file: &Arc<str>) -> Contents {
    let root = &resolve(root);
    let mut contents = Contents::default();
    let none = Node::new(0, Value::Null);
    let provider = root.get("provider").unwrap_or(&none);
    // Resources of its own are CloudFormation, in one map or in a list of them.
    for part in root.get("resources").map(Node::items).unwrap_or_default() {
        if part.get("Resources").is_some() {
            contents.append(cloudformation::read(part, file, None));
        } else if part.entries().is_empty() {
            contents.cannot_judge(file, part.line, "resources from another file are not read");
        }
    }
    let functions = root.get("functions").map(Node::items).unwrap_or_default();
    for entry in functions.iter().flat_map(Node::entries) {
        function(&mut contents, entry, provider, file);
    }
    if functions
        .iter()
        .any(|functions| matches!(functions.value, Value::Unknown))
    {
        contents.cannot_judge(file, 0, "functions from another file are not read");
    }
    agents::read(&mut contents, root, file);
    let line = root.entry("provider").map_or(0, |entry| entry.line);
    contents.resources.push(Resource {
        id: "ServerlessDeploymentBucket".to_owned(),
        ..made("Serverless::DeploymentBucket", line, Vec::new(), file)
    });
    if root.get("plugins").is_some() {
        let line = root.entry("plugins").map_or(0, |entry| entry.line);
        contents.cannot_judge(
            file,
            line,
            "what plugins add is not read; `serverless package` writes it to `.serverless/`",
        );
    }
    contents
}

/// A function of the framework as one of Lambda.
fn function(contents: &mut Contents, entry: &Entry, provider: &Node, file: &Arc<str>) {
    let (own, id) = (&entry.value, format!("{}LambdaFunction", capital(&entry.key)));
    contents.blocks.push(entry.line);
    let setting = |key: &str| {
        own.get(key)
            .or_else(|| provider.get(key))
            .filter(|node| !node.is_null())
    };
    let mut properties = Vec::new();
    let mut set = |key: &str, node: Option<&Node>| {
        if let Some(node) = node {
            properties.push(Entry {
                key: key.to_owned(),
                line: node.line,
                value: node.clone(),
            });
        }
    };
    let number = |number| Node::new(entry.line, Value::Number(number));
    set(
        "MemorySize",
        Some(setting("memorySize").unwrap_or(&number(DEFAULT_MEMORY_MB))),
    );
    set(
        "Timeout",
        Some(setting("timeout").unwrap_or(&number(DEFAULT_TIMEOUT_S))),
    );
    set("Runtime", setting("runtime"));
    set("FunctionName", own.get("name"));
    set("ReservedConcurrentExecutions", own.get("reservedConcurrency"));
    set("Layers", setting("layers"));
    set("ImageUri", own.get("image"));
    let nested = |key: &str, node: &Node| Node::single(node.line, key, node.clone());
    let environments: Vec<Node> = [provider, own]
        .iter()
        .filter_map(|of| of.get("environment"))
        .cloned()
        .collect();
    let variables = Node::new(entry.line, Value::List(environments));
    set("Environment", Some(&nested("Variables", &variables)));
    set(
        "EphemeralStorage",
        setting("ephemeralStorageSize")
            .map(|size| nested("Size", size))
            .as_ref(),
    );
    let version = Node::text(entry.line, "PublishedVersions");
    set(
        "SnapStart",
        own.get("snapStart")
            .filter(|on| on.as_bool() == Some(true))
            .map(|_| nested("ApplyOn", &version))
            .as_ref(),
    );
    let kept_ready = own
        .get("provisionedConcurrency")
        .map(|number| nested("ProvisionedConcurrentExecutions", number));
    set("ProvisionedConcurrencyConfig", kept_ready.as_ref());
    let traced = own
        .get("tracing")
        .or_else(|| provider.get("tracing").and_then(|tracing| tracing.get("lambda")));
    let active = traced.filter(|node| node.as_bool() == Some(true) || node.as_text() == Some("Active"));
    set(
        "TracingConfig",
        active
            .map(|node| nested("Mode", &Node::text(node.line, "Active")))
            .as_ref(),
    );
    contents.resources.push(Resource {
        id: id.clone(),
        ..made("AWS::Lambda::Function", entry.line, properties, file)
    });
    log_group(contents, entry, provider, &id, file);
    events::read(contents, entry, provider, &id, file);
}

/// The framework makes a log group for each function, with a retention if the provider has one.
fn log_group(contents: &mut Contents, entry: &Entry, provider: &Node, id: &str, file: &Arc<str>) {
    if entry.value.get("disableLogs").and_then(Node::as_bool) == Some(true) {
        return;
    }
    let name = Node::text(entry.line, format!("/aws/lambda/${{{id}}}"));
    let mut properties = vec![Entry {
        key: "LogGroupName".to_owned(),
        line: entry.line,
        value: name,
    }];
    let retention = entry
        .value
        .get("logRetentionInDays")
        .or_else(|| provider.get("logRetentionInDays"));
    properties.extend(retention.map(|days| Entry {
        key: "RetentionInDays".to_owned(),
        line: days.line,
        value: days.clone(),
    }));
    contents.resources.push(Resource {
        id: format!("{}LogGroup", capital(&entry.key)),
        ..made("AWS::Logs::LogGroup", entry.line, properties, file)
    });
}

/// A resource that the framework makes.
fn made(kind: &str, line: usize, properties: Vec<Entry>, file: &Arc<str>) -> Resource {
    Resource {
        id: String::new(),
        kind: kind.to_owned(),
        written_kind: kind.to_owned(),
        file: file.clone(),
        scope: file.clone(),
        line,
        properties: Node::new(line, Value::Map(properties)),
        count: 1,
        off_by: None,
    }
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    let first: String = letters.next().map(char::to_uppercase).into_iter().flatten().collect();
    first + &letters.as_str().replace('-', "Dash").replace('_', "Underscore")
}
