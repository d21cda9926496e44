//! What stops functions of any language: the account's figures, reserved concurrency, triggers, and notices.
//!
//! | feature | what it adds | the role needs |
//! |---|---|---|
//! | none | [`DynamoDbTrips`], [`Document`] | `dynamodb:GetItem`, `dynamodb:PutItem`, `dynamodb:UpdateItem`, `dynamodb:DeleteItem` |
//! | `lambda` | `AwsBrake`, `Functions` | `lambda:GetFunctionConcurrency`, `lambda:PutFunctionConcurrency`, `lambda:DeleteFunctionConcurrency`, `lambda:ListEventSourceMappings`, `lambda:UpdateEventSourceMapping`, `lambda:ListFunctions`, `lambda:GetAccountSettings` |
//! | `schedules` | the same brake for schedules and rules | `scheduler:ListSchedules`, `scheduler:GetSchedule`, `scheduler:UpdateSchedule`, `iam:PassRole`, `events:ListEventBuses`, `events:ListRuleNamesByTarget`, `events:DescribeRule`, `events:DisableRule`, `events:EnableRule`, `lambda:GetFunctionConfiguration`, `lambda:ListAliases` |
//! | `cloudwatch` | `CloudWatch` | `cloudwatch:GetMetricStatistics` |
//! | `sns` | `Topic` | `sns:Publish` |

#[cfg(feature = "lambda")]
mod account;
#[cfg(feature = "lambda")]
mod brake;
#[cfg(feature = "lambda")]
mod concurrency;
mod document;
#[cfg(feature = "cloudwatch")]
mod figures;
#[cfg(feature = "lambda")]
mod functions;
#[cfg(feature = "lambda")]
mod mappings;
#[cfg(feature = "schedules")]
mod rules;
#[cfg(feature = "schedules")]
mod schedules;
#[cfg(feature = "sns")]
mod topic;
mod trips;

#[cfg(feature = "cloudwatch")]
pub use self::figures::CloudWatch;
#[cfg(feature = "sns")]
pub use self::topic::Topic;
#[cfg(feature = "lambda")]
pub use self::{
    brake::AwsBrake,
    functions::{Functions, Limits, Listed},
};
pub use self::{document::Document, trips::DynamoDbTrips};

/// What AWS did not do, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ControlError(pub String);
