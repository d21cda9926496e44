//! What no other rule knows, by the class of its type.

use super::{Check, Rule};
use crate::finding::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "paid-service",
        severity: Severity::Paid,
        title: "The service is paid from the first unit, or no free amount of it is known.",
        fix: "look for a service with an allowance that does not end, or leave it out",
        assumes: "",
        offers: &[],
        linters: &[],
        check: Check::Elsewhere,
    },
    Rule {
        id: "free-within-limit",
        severity: Severity::Limit,
        title: "The service is free within a limit.",
        fix: "stay within the limit that the finding names",
        assumes: "",
        offers: &[],
        linters: &[],
        check: Check::Elsewhere,
    },
    Rule {
        id: "depends-on-use",
        severity: Severity::Info,
        title: "What the resource costs depends on how it is used.",
        fix: "check what it launches, stores or sends",
        assumes: "",
        offers: &[],
        linters: &[],
        check: Check::Elsewhere,
    },
    Rule {
        id: "invalid-suppression",
        severity: Severity::Trap,
        title: "A suppression names no rule, or gives no reason.",
        fix: "write `# zerobill:allow ID reason`",
        assumes: "",
        offers: &[],
        linters: &[],
        check: Check::Elsewhere,
    },
];

/// What a type that is not known is listed under.
pub(crate) static UNKNOWN: Rule = Rule {
    id: "unknown",
    severity: Severity::Info,
    title: "It could not be judged.",
    fix: "look at it yourself",
    assumes: "",
    offers: &[],
    linters: &[],
    check: Check::Elsewhere,
};

/// Types that the table calls dependent, and of which these rules know that nothing of them is paid, or that another rule finds it.
pub(crate) const QUIET: &[&str] = &[
    "AWS::ApiGateway::VpcLink",
    "AWS::ApiGatewayV2::VpcLink",
    "AWS::CDK::Metadata",
    "AWS::CloudFormation::Stack",
    "AWS::CloudWatch::AnomalyDetector",
    "AWS::EC2::VPCPeeringConnection",
    "AWS::Events::Rule",
    "AWS::Route53::RecordSet",
    "AWS::Route53::RecordSetGroup",
    "AWS::Serverless::Application",
    "Alexa::ASK::Skill",
    "Custom::CDKBucketDeployment",
    "Custom::LogRetention",
    "Custom::S3AutoDeleteObjects",
    "Custom::S3BucketNotifications",
    "Custom::VpcRestrictDefaultSG",
    "LocalModule",
    "Terraform::S3::BucketNotification",
];
