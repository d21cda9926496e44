//! Properties that decide whether a resource costs something: where one of them is not known, that is said.

use crate::{node::Value, resource::Resource, run::FUNCTIONS};

/// The types, the property, and what it may come to.
const DECISIVE: &[(&[&str], &str, &str)] = &[
    (&["AWS::Lambda::Url"], "AuthType", "`NONE` lets anyone call it"),
    (&["AWS::SSM::Parameter"], "Tier", "an advanced parameter is paid"),
    (
        &["AWS::ApiGateway::Stage", "AWS::Serverless::Api"],
        "CacheClusterEnabled",
        "a cache is paid by the hour",
    ),
    (
        &["AWS::Logs::LogGroup"],
        "LogGroupClass",
        "only the class `STANDARD` has a free part",
    ),
    (
        &["AWS::StepFunctions::StateMachine"],
        "StateMachineType",
        "an express workflow is paid from the first start",
    ),
    (
        &["AWS::Serverless::StateMachine"],
        "Type",
        "an express workflow is paid from the first start",
    ),
    (&["AWS::CloudWatch::Alarm"], "Period", "below a minute an alarm is paid"),
    (
        &["AWS::Cognito::UserPool"],
        "UserPoolTier",
        "the tier `PLUS` has no free users",
    ),
    (&["AWS::ECS::Service"], "LaunchType", "Fargate is paid by the second"),
    (
        &["AWS::ApiGatewayV2::Api"],
        "ProtocolType",
        "messages of a WebSocket API are paid too",
    ),
    (
        &["AWS::DynamoDB::Table"],
        "TableClass",
        "only the class `STANDARD` has free storage",
    ),
    (
        &["AWS::SNS::Subscription"],
        "Protocol",
        "text messages are paid from the first",
    ),
    (FUNCTIONS, "EphemeralStorage.Size", "more than 512 MB is paid"),
    (FUNCTIONS, "SnapStart.ApplyOn", "snapshots are paid but for Java"),
    (FUNCTIONS, "TracingConfig.Mode", "100,000 traces are free"),
    (FUNCTIONS, "Tracing", "100,000 traces are free"),
    (FUNCTIONS, "PackageType", "an image is paid for as long as it is kept"),
    (
        FUNCTIONS,
        "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions",
        "each is paid all month",
    ),
    (
        &["AWS::Lambda::Alias", "AWS::Lambda::Version"],
        "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions",
        "each is paid all month",
    ),
];

/// What is not known of a resource and would decide.
pub(crate) fn unknown(resource: &Resource) -> Vec<String> {
    let of_kind = DECISIVE
        .iter()
        .filter(|(kinds, ..)| kinds.contains(&resource.kind.as_str()));
    let unknown = of_kind.filter(|(_, path, _)| {
        let values = resource.values(path);
        values.iter().any(|node| matches!(node.value, Value::Unknown))
    });
    unknown
        .map(|(_, path, why)| format!("`{path}` is not known; {why}"))
        .collect()
}
