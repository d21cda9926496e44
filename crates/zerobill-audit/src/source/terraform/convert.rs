//! From Terraform's types and arguments to CloudFormation's, so that one rule serves both.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use crate::{
    classes,
    node::{Entry, Node, Value},
    resource::{Contents, Resource, Unknown},
};

/// The types whose names do not follow from CloudFormation's: a line each, `-` for what is free or part of another.
const TYPES: &str = include_str!("../../../data/terraform_types.txt");

/// A resource as Terraform has it.
pub(crate) struct Written<'a> {
    pub(crate) address: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) line: usize,
    pub(crate) values: Node,
    pub(crate) count: u32,
    pub(crate) file: &'a Arc<str>,
    pub(crate) scope: &'a Arc<str>,
}

/// Providers whose resources live on the machine that runs Terraform.
const LOCAL: &[&str] = &[
    "archive_",
    "external_",
    "local_",
    "null_",
    "random_",
    "template_",
    "terraform_",
    "time_",
    "tls_",
];

/// By Terraform's name without underscores, and by the names of the table.
static KINDS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let by_name = classes::all().map(|(kind, _)| {
        let name = kind.trim_start_matches("AWS::").replace("::", "").to_lowercase();
        (name, kind.to_owned())
    });
    let mut kinds: HashMap<String, String> = by_name.collect();
    let listed = TYPES.lines().filter_map(|line| line.split_once(' '));
    kinds.extend(listed.map(|(name, kind)| (name.replace('_', ""), kind.to_owned())));
    kinds
});

/// Arguments whose place in CloudFormation is another: the type, the argument, the path of properties. They hold at any depth.
const RENAMED: &[(&str, &str, &str)] = &[
    ("AWS::Lambda::Url", "AuthorizationType", "AuthType"),
    ("AWS::Lambda::Url", "FunctionName", "TargetFunctionArn"),
    (
        "AWS::Lambda::Alias",
        "ProvisionedConcurrentExecutions",
        "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions",
    ),
    (
        "AWS::DynamoDB::Table",
        "ReadCapacity",
        "ProvisionedThroughput.ReadCapacityUnits",
    ),
    (
        "AWS::DynamoDB::Table",
        "WriteCapacity",
        "ProvisionedThroughput.WriteCapacityUnits",
    ),
    ("AWS::DynamoDB::Table", "GlobalSecondaryIndex", "GlobalSecondaryIndexes"),
    (
        "AWS::DynamoDB::Table",
        "PointInTimeRecovery",
        "PointInTimeRecoverySpecification",
    ),
    ("AWS::DynamoDB::Table", "Replica", "Replicas"),
    ("AWS::DynamoDB::Table", "Name", "TableName"),
    ("AWS::Logs::LogGroup", "Name", "LogGroupName"),
    (
        "AWS::Logs::MetricFilter",
        "MetricTransformation",
        "MetricTransformations",
    ),
    ("AWS::CloudWatch::Alarm", "MetricQuery", "Metrics"),
    ("AWS::CloudWatch::Alarm", "Metric", "MetricStat"),
    ("AWS::ApiGateway::Stage", "XrayTracingEnabled", "TracingEnabled"),
    ("AWS::ApiGateway::Stage", "Settings", "MethodSettings"),
    ("AWS::S3::Bucket", "Bucket", "BucketName"),
    ("AWS::SQS::Queue", "Name", "QueueName"),
    ("AWS::SNS::Topic", "Name", "TopicName"),
    (
        "AWS::CloudFront::Distribution",
        "DefaultCacheBehavior",
        "DistributionConfig.DefaultCacheBehavior",
    ),
    (
        "AWS::CloudFront::Distribution",
        "OrderedCacheBehavior",
        "DistributionConfig.CacheBehaviors",
    ),
    (
        "AWS::CloudFront::Distribution",
        "LambdaFunctionAssociation",
        "LambdaFunctionAssociations",
    ),
    ("AWS::CloudFront::Distribution", "LambdaArn", "LambdaFunctionARN"),
    (
        "AWS::CloudFront::Distribution",
        "ViewerCertificate",
        "DistributionConfig.ViewerCertificate",
    ),
    ("AWS::WAFv2::WebACL", "Rule", "Rules"),
    ("AWS::SecretsManager::Secret", "Replica", "ReplicaRegions"),
];

/// Maps whose keys belong to the user.
const OWN_KEYS: &[&str] = &["variables", "tags", "tags_all", "dimensions", "parameters"];

/// Adds a resource under CloudFormation's names, or says that its type is not known.
pub(crate) fn add(contents: &mut Contents, written: Written<'_>) {
    contents.blocks.push(written.line);
    let kind = kind_of(written.kind);
    let mut resource = Resource {
        id: written.address.to_owned(),
        kind: kind.clone().unwrap_or_else(|| written.kind.to_owned()),
        written_kind: written.kind.to_owned(),
        file: written.file.clone(),
        scope: written.scope.clone(),
        line: written.line,
        properties: Node::new(written.line, Value::Null),
        count: written.count.max(1),
        off_by: (written.count == 0).then(|| "count > 0".to_owned()),
    };
    match kind.as_deref() {
        Some("-") => {}
        Some(kind) => {
            resource.properties = properties(kind, &written.values);
            contents.resources.push(resource);
        }
        None => {
            let ours = written.kind.starts_with("aws");
            let reason = if ours {
                "the type is not known"
            } else {
                "it is not of AWS"
            };
            contents.unknown.push(Unknown::of(&resource, reason));
        }
    }
}

fn kind_of(written: &str) -> Option<String> {
    if LOCAL.iter().any(|provider| written.starts_with(provider))
        || written.starts_with("aws_iam_") && !is_policy(written)
    {
        return Some("-".to_owned());
    }
    let name = written
        .strip_prefix("aws_")
        .or_else(|| written.strip_prefix("awscc_"))?;
    KINDS.get(&name.replace('_', "")).cloned()
}

/// Roles and policies decide what a function may write to.
fn is_policy(written: &str) -> bool {
    ["aws_iam_role", "aws_iam_role_policy", "aws_iam_policy"].contains(&written)
}

/// Arguments as properties.
fn properties(kind: &str, node: &Node) -> Node {
    let value = match &node.value {
        Value::List(items) => Value::List(items.iter().map(|item| properties(kind, item)).collect()),
        Value::Either(nodes) => Value::Either(nodes.iter().map(|item| properties(kind, item)).collect()),
        Value::Map(entries) => {
            let mut converted = Vec::with_capacity(entries.len());
            for entry in entries.iter().filter(|entry| !entry.value.is_null()) {
                let own = OWN_KEYS.contains(&entry.key.as_str());
                let value = if own {
                    entry.value.clone()
                } else {
                    properties(kind, &entry.value)
                };
                let key = pascal(&entry.key);
                let place = RENAMED
                    .iter()
                    .find(|(renamed, from, _)| *renamed == kind && *from == key);
                insert(
                    &mut converted,
                    place.map_or(key.as_str(), |(.., to)| to),
                    entry.line,
                    value,
                );
            }
            metric_names(kind, &mut converted);
            Value::Map(converted)
        }
        other => other.clone(),
    };
    Node::new(node.line, value)
}

/// In a metric filter `name` means the metric inside the transformation, and the filter outside.
fn metric_names(kind: &str, entries: &mut [Entry]) {
    let inside = entries.iter().any(|entry| entry.key == "Namespace");
    if kind == "AWS::Logs::MetricFilter" && inside {
        for entry in entries {
            match entry.key.as_str() {
                "Name" => "MetricName".clone_into(&mut entry.key),
                "Namespace" => "MetricNamespace".clone_into(&mut entry.key),
                _ => {}
            }
        }
    }
}

/// Puts a value at a path of names with dots between.
fn insert(entries: &mut Vec<Entry>, path: &str, line: usize, value: Node) {
    let (key, rest) = path
        .split_once('.')
        .map_or((path, None), |(key, rest)| (key, Some(rest)));
    let Some(rest) = rest else {
        let key = key.to_owned();
        entries.push(Entry { key, line, value });
        return;
    };
    let place = entries.iter().position(|entry| entry.key == key).unwrap_or_else(|| {
        entries.push(Entry {
            key: key.to_owned(),
            line,
            value: Node::new(line, Value::Map(Vec::new())),
        });
        entries.len() - 1
    });
    if let Some(Value::Map(inner)) = entries.get_mut(place).map(|entry| &mut entry.value.value) {
        insert(inner, rest, line, value);
    }
}

/// `memory_size` as `MemorySize`.
fn pascal(name: &str) -> String {
    let mut pascal = String::with_capacity(name.len());
    for word in name.split('_') {
        let mut letters = word.chars();
        pascal.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        pascal.push_str(letters.as_str());
    }
    pascal
}

#[cfg(test)]
mod tests {
    use super::{TYPES, kind_of, pascal};
    use crate::classes;

    #[test]
    fn every_listed_type_is_in_the_table() {
        for line in TYPES.lines() {
            let (name, kind) = line.split_once(' ').unwrap();
            let known = kind == "-" || kind.starts_with("Terraform::") || classes::class_of(kind).is_some();
            assert!(known, "`{name}` is said to be `{kind}`, which is no type");
        }
    }

    #[test]
    fn names_follow_from_cloudformation_s_where_they_can() {
        let kind = |name| kind_of(name).unwrap();
        assert_eq!(kind("aws_sqs_queue"), "AWS::SQS::Queue");
        assert_eq!(kind("aws_nat_gateway"), "AWS::EC2::NatGateway");
        assert_eq!(kind("aws_wafv2_web_acl"), "AWS::WAFv2::WebACL");
        assert_eq!(kind("aws_iam_user"), "-");
        assert_eq!(kind("aws_iam_role"), "AWS::IAM::Role");
        assert_eq!(kind("awscc_sqs_queue"), "AWS::SQS::Queue");
        assert_eq!(kind("random_id"), "-");
        assert_eq!(kind_of("google_storage_bucket"), None);
        assert_eq!(kind_of("aws_frobnicator"), None);
        assert_eq!(pascal("kms_key_id"), "KmsKeyId");
    }
}
