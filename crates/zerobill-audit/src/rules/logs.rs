//! Log groups.

use super::{Check, Hit, Rule, cost};
use crate::{
    finding::Severity,
    node::Node,
    resource::Resource,
    run::{LOG_GROUPS, Run},
};
use zerobill_free_tier::Quantity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "log-retention",
        severity: Severity::Trap,
        title: "Logs without a retention are kept for ever; 5 GB of them are free.",
        fix: "add an `AWS::Logs::LogGroup` named `/aws/lambda/<function>` with `RetentionInDays`",
        assumes: "",
        offers: &["logs.storage"],
        linters: &["CKV_AWS_338 (logs are kept for a year)"],
        check: Check::Each(
            &[
                "AWS::Logs::LogGroup",
                "AWS::Lambda::Function",
                "AWS::Serverless::Function",
            ],
            |run, resource| {
                if resource.kind == "AWS::Logs::LogGroup" {
                    group(resource)
                } else {
                    function(run, resource)
                }
            },
        ),
    },
    Rule {
        id: "log-group",
        severity: Severity::Limit,
        title: "5 GB of logs taken in and 5 GB kept are free each month, for all log groups together.",
        fix: "log less, and keep it for days; that Lambda's logs share the free 5 GB is likely but not proven",
        assumes: "",
        offers: &["logs.ingest_lambda_standard", "logs.storage"],
        linters: &["CKV_AWS_158 (log group has a KMS key of its own)"],
        check: Check::Each(&["AWS::Logs::LogGroup"], |_, group| {
            let days = group.largest("RetentionInDays").filter(|days| *days > 0.0);
            let plural = if days == Some(1.0) { "" } else { "s" };
            let kept = days.map_or(String::new(), |days| format!(", each for {days} day{plural}"));
            let reason = format!(
                "free up to 5 GB a month taken in (not proven for Lambda's logs; $0.50 a GB if not) and 5 GB kept{kept}"
            );
            Hit::free().because(reason).only()
        }),
    },
    Rule {
        id: "log-class",
        severity: Severity::Paid,
        title: "Logs of the Infrequent Access class have no free tier that is known.",
        fix: "use `LogGroupClass: STANDARD`: its first 5 GB are free",
        assumes: "1 GB taken in",
        offers: &["logs.ingest_lambda_ia"],
        linters: &[],
        check: Check::Each(&["AWS::Logs::LogGroup"], |_, group| {
            let class = group.with_text("LogGroupClass", &["INFREQUENT_ACCESS"]);
            let hit = |node| Hit::costs(cost("logs.ingest_lambda_ia", Quantity::whole(1))).at(node);
            class.map(hit).into_iter().collect()
        }),
    },
    Rule {
        id: "log-data-protection",
        severity: Severity::Paid,
        title: "Data protection scans all that is logged, at $0.12 a GB.",
        fix: "mask secrets before they are logged",
        assumes: "1 GB taken in",
        offers: &["logs.data_protection"],
        linters: &[],
        check: Check::Each(&["AWS::Logs::LogGroup", "AWS::Logs::AccountPolicy"], |_, resource| {
            let policy = match resource.kind.as_str() {
                "AWS::Logs::LogGroup" => resource.properties.get("DataProtectionPolicy"),
                _ => resource.with_text("PolicyType", &["DATA_PROTECTION_POLICY"]),
            };
            let hit = |node| Hit::costs(cost("logs.data_protection", Quantity::whole(1))).at(node);
            policy.map(hit).into_iter().collect()
        }),
    },
    Rule {
        id: "vended-logs",
        severity: Severity::Paid,
        title: "Logs that AWS delivers (flow logs, access logs) are billed by the GB.",
        fix: "turn them on only while you look for something",
        assumes: "1 GB",
        offers: &["logs.lambda_to_s3_firehose"],
        linters: &["CKV2_AWS_11 (VPC has flow logs)"],
        check: Check::Each(&["AWS::EC2::FlowLog", "AWS::Logs::Delivery"], |_, _| {
            Hit::costs(cost("logs.lambda_to_s3_firehose", Quantity::whole(1))).only()
        }),
    },
];

fn group(group: &Resource) -> Vec<Hit> {
    let retention = group.values("RetentionInDays");
    // Terraform writes 0 for ever. A retention that is only known later is one.
    let set = retention
        .iter()
        .any(|node| !node.is_null() && node.as_number() != Some(0.0));
    if set {
        return Vec::new();
    }
    Hit::free()
        .because("the log group keeps its logs for ever; 5 GB are free")
        .only()
}

fn function(run: &Run<'_>, function: &Resource) -> Vec<Hit> {
    let groups = run.beside(function, LOG_GROUPS);
    let has_group = function.first("LoggingConfig.LogGroup").map_or_else(
        || has_default_group(run, function, &groups),
        |own| has_own_group(run, own, &groups),
    );
    if has_group {
        return Vec::new();
    }
    Hit::free()
        .because("no log group of it has a retention, so Lambda makes one that keeps its logs for ever; 5 GB are free")
        .only()
}

/// Whether the group that a function names is there. One given by a parameter or an import is someone else's.
fn has_own_group(run: &Run<'_>, own: &Node, groups: &[&Resource]) -> bool {
    let Some(name) = own.as_text() else {
        return true;
    };
    let same = |group: &&Resource| group.first("LogGroupName").and_then(Node::as_text) == Some(name);
    run.has_log_group(name) || groups.iter().any(|group| own.mentions(&group.id)) || groups.iter().any(same)
}

/// Whether there is a group of the name that Lambda gives a function's.
fn has_default_group(run: &Run<'_>, function: &Resource, groups: &[&Resource]) -> bool {
    let default = function.first("FunctionName").and_then(Node::to_text);
    let default = default.map(|name| format!("/aws/lambda/{name}"));
    let mut names = groups.iter().filter_map(|group| group.first("LogGroupName"));
    default.as_deref().is_some_and(|name| run.has_log_group(name))
        || names.any(|name| name.mentions(&function.id) || (default.is_some() && name.as_text() == default.as_deref()))
}
