//! A function that writes to what triggers it calls itself without end.

use super::{Check, Hit, Rule};
use crate::{
    finding::Severity,
    node::{Entry, Node},
    resource::Resource,
    run::{FUNCTIONS, Run},
};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "recursive-trigger",
    severity: Severity::Trap,
    title: "A function that may write to what triggers it can call itself without end.",
    fix: "write to another bucket, table or queue, or filter the trigger by a prefix that the function may not write to",
    assumes: "",
    offers: &["lambda.requests"],
    linters: &[],
    check: Check::All(FUNCTIONS, |run| {
        let triggers = triggers(run);
        let recursive = triggers.into_iter().filter(|trigger| writes_to(run, trigger));
        let hits = recursive.map(|trigger| {
            let reason = format!("`{}` triggers it, and it may write there", trigger.source.id);
            (trigger.function, Hit::free().because(reason))
        });
        hits.collect()
    }),
}];

/// The kinds of source: type, what an action of writing begins with, and the SAM policies that let a function write.
const SOURCES: &[(&str, &[&str], &[&str])] = &[
    (
        "AWS::S3::Bucket",
        &["s3:Put", "s3:*"],
        &["S3CrudPolicy", "S3WritePolicy", "S3FullAccessPolicy"],
    ),
    ("AWS::SQS::Queue", &["sqs:Send", "sqs:*"], &["SQSSendMessagePolicy"]),
    (
        "AWS::SNS::Topic",
        &["sns:Publish", "sns:*"],
        &["SNSPublishMessagePolicy", "SNSCrudPolicy"],
    ),
    (
        "AWS::DynamoDB::Table",
        &["dynamodb:Put", "dynamodb:Update", "dynamodb:BatchWrite", "dynamodb:*"],
        &["DynamoDBCrudPolicy", "DynamoDBWritePolicy"],
    ),
    (
        "AWS::Kinesis::Stream",
        &["kinesis:Put", "kinesis:*"],
        &["KinesisCrudPolicy"],
    ),
];

struct Trigger<'r> {
    source: &'r Resource,
    function: &'r Resource,
    /// What keys must begin with, if the trigger is filtered so.
    prefix: Option<String>,
}

fn triggers<'r>(run: &Run<'r>) -> Vec<Trigger<'r>> {
    let kinds: Vec<&str> = SOURCES.iter().map(|(kind, ..)| *kind).collect();
    let mut found = Vec::new();
    let mut add = |from: &Resource, source: &Node, function: &Node, prefix: Option<String>| {
        for source in run.named_by(source, from, &kinds) {
            for function in run.named_by(function, from, FUNCTIONS) {
                let prefix = prefix.clone();
                found.push(Trigger {
                    source,
                    function,
                    prefix,
                });
            }
        }
    };
    for mapping in run.of(&["AWS::Lambda::EventSourceMapping"]) {
        if let (Some(source), Some(function)) = (mapping.first("EventSourceArn"), mapping.first("FunctionName")) {
            add(mapping, source, function, None);
        }
    }
    for subscription in run.of(&["AWS::SNS::Subscription"]) {
        if let (Some(topic), Some(endpoint)) = (subscription.first("TopicArn"), subscription.first("Endpoint")) {
            add(subscription, topic, endpoint, None);
        }
    }
    for bucket in run.of(&["AWS::S3::Bucket"]) {
        let own = Node::new(0, crate::node::Value::Reference(bucket.id.clone()));
        for configuration in bucket.values("NotificationConfiguration.LambdaConfigurations") {
            if let Some(function) = configuration.get("Function") {
                add(bucket, &own, function, prefix(configuration));
            }
        }
    }
    // Terraform and CDK keep a bucket's notifications in a resource of their own.
    for notification in run.of(&["Terraform::S3::BucketNotification", "Custom::S3BucketNotifications"]) {
        let bucket = notification
            .first("Bucket")
            .or_else(|| notification.first("BucketName"));
        let terraform = notification.values("LambdaFunction");
        let cdk = notification.values("NotificationConfiguration.LambdaFunctionConfigurations");
        for configuration in terraform.into_iter().chain(cdk) {
            if let (Some(bucket), Some(function)) = (bucket, configuration.get("LambdaFunctionArn")) {
                let own = configuration.get("FilterPrefix").and_then(Node::to_text);
                add(notification, bucket, function, own.or_else(|| prefix(configuration)));
            }
        }
    }
    for function in run.of(&["AWS::Serverless::Function"]) {
        let own = Node::new(0, crate::node::Value::Reference(function.id.clone()));
        for event in function.properties.get("Events").map(Node::entries).unwrap_or_default() {
            let source = match event.value.get("Type").and_then(Node::as_text) {
                Some("S3") => event.value.values("Properties.Bucket").into_iter().next(),
                Some("SNS") => event.value.values("Properties.Topic").into_iter().next(),
                _ => None,
            };
            if let Some(source) = source {
                add(function, source, &own, prefix(&event.value));
            }
        }
    }
    found
}

/// The prefix in a filter of S3: `{Name: prefix, Value: in/}` at whatever depth.
fn prefix(node: &Node) -> Option<String> {
    let named = node
        .get("Name")
        .and_then(Node::as_text)
        .is_some_and(|name| name.eq_ignore_ascii_case("prefix"));
    if named {
        return node.get("Value").and_then(Node::to_text);
    }
    let inside = |entry: &Entry| entry.value.items().iter().find_map(prefix);
    node.entries().iter().find_map(inside)
}

/// Whether a policy of the function, or of its role, lets it write to its trigger.
fn writes_to(run: &Run<'_>, trigger: &Trigger<'_>) -> bool {
    let Some((_, actions, templates)) = SOURCES.iter().find(|(kind, ..)| *kind == trigger.source.kind) else {
        return false;
    };
    let mut policies: Vec<&Node> = trigger.function.properties.get("Policies").into_iter().collect();
    if let Some(role) = trigger.function.properties.get("Role") {
        for role in run.named_by(role, trigger.function, &["AWS::IAM::Role"]) {
            policies.extend(role.properties.get("Policies"));
            for policy in run.of(&["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"]) {
                let attached = ["Roles", "RoleName", "Role"]
                    .iter()
                    .filter_map(|key| policy.properties.get(key));
                if policy.scope == role.scope && attached.into_iter().any(|roles| roles.mentions(&role.id)) {
                    policies.push(&policy.properties);
                }
            }
        }
    }
    policies
        .into_iter()
        .any(|policy| allows(policy, trigger, actions, templates))
}

fn allows(policy: &Node, trigger: &Trigger<'_>, actions: &[&str], templates: &[&str]) -> bool {
    if let crate::node::Value::List(items) | crate::node::Value::Either(items) = &policy.value {
        return items.iter().any(|item| allows(item, trigger, actions, templates));
    }
    if let Some(action) = policy.get("Action") {
        let denied = policy.get("Effect").and_then(Node::as_text) == Some("Deny");
        let writes = action.items().iter().filter_map(Node::as_text).any(|action| {
            actions
                .iter()
                .any(|prefix| action.to_lowercase().starts_with(&prefix.to_lowercase()))
        });
        let resources = policy.get("Resource").map(Node::items).unwrap_or_default();
        return !denied && writes && resources.iter().any(|resource| covers(resource, trigger));
    }
    policy.entries().iter().any(|entry| {
        if templates.contains(&entry.key.as_str()) {
            names(&entry.value, trigger.source)
        } else {
            allows(&entry.value, trigger, actions, templates)
        }
    })
}

/// Whether the ARN of a statement covers what triggers: with a prefix on both sides, one must begin the other.
fn covers(resource: &Node, trigger: &Trigger<'_>) -> bool {
    if !names(resource, trigger.source) {
        return false;
    }
    let Some((prefix, text)) = trigger.prefix.as_deref().zip(resource.as_text()) else {
        return true;
    };
    let path = text.rsplit_once('}').map_or(text, |(_, rest)| rest);
    let Some((_, key)) = path.split_once('/') else {
        return true;
    };
    let key = key.split('*').next().unwrap_or_default();
    key.starts_with(prefix) || prefix.starts_with(key)
}

/// Whether a node names the source, by reference or by its own name.
fn names(node: &Node, source: &Resource) -> bool {
    const NAMES: &[&str] = &["BucketName", "QueueName", "TopicName", "TableName", "Name"];
    let own = NAMES
        .iter()
        .filter_map(|name| source.first(name))
        .find_map(Node::as_text);
    node.mentions(&source.id) || own.is_some_and(|own| holds(node, own))
}

/// Whether a text inside the node has this word between the signs of an ARN.
fn holds(node: &Node, word: &str) -> bool {
    match &node.value {
        crate::node::Value::Text(text) => text.split([':', '/', '*']).any(|part| part == word),
        crate::node::Value::List(items) | crate::node::Value::Either(items) => {
            items.iter().any(|item| holds(item, word))
        }
        crate::node::Value::Map(entries) => entries.iter().any(|entry| holds(&entry.value, word)),
        _ => false,
    }
}
