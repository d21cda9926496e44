//! The clients of the services that a brake works with, made on their first use.

use std::sync::OnceLock;

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::{client::Aws, problem};

#[derive(Debug)]
pub(super) struct Account {
    aws: Aws,
    lambda: OnceLock<aws_sdk_lambda::Client>,
    #[cfg(feature = "schedules")]
    scheduler: OnceLock<aws_sdk_scheduler::Client>,
    #[cfg(feature = "schedules")]
    events: OnceLock<aws_sdk_eventbridge::Client>,
}

impl Account {
    pub(super) fn new(aws: Aws) -> Self {
        Self {
            aws,
            lambda: OnceLock::new(),
            #[cfg(feature = "schedules")]
            scheduler: OnceLock::new(),
            #[cfg(feature = "schedules")]
            events: OnceLock::new(),
        }
    }

    pub(super) fn epoch_ms(&self) -> u64 {
        self.aws.clock().epoch_ms()
    }

    pub(super) fn lambda(&self) -> Result<&aws_sdk_lambda::Client, String> {
        let config = self.aws.patient_config()?;
        Ok(self.lambda.get_or_init(|| aws_sdk_lambda::Client::new(&config)))
    }

    #[cfg(feature = "schedules")]
    pub(super) fn scheduler(&self) -> Result<&aws_sdk_scheduler::Client, String> {
        let config = self.aws.patient_config()?;
        Ok(self.scheduler.get_or_init(|| aws_sdk_scheduler::Client::new(&config)))
    }

    #[cfg(feature = "schedules")]
    pub(super) fn events(&self) -> Result<&aws_sdk_eventbridge::Client, String> {
        let config = self.aws.patient_config()?;
        Ok(self.events.get_or_init(|| aws_sdk_eventbridge::Client::new(&config)))
    }
}

/// Whether the ARN is that of the function, or of a version or an alias of it.
pub(super) fn is_of(arn: Option<&str>, function: &str) -> bool {
    let named = arn.and_then(|arn| arn.split_once(":function:")).map(|(_, name)| name);
    named.and_then(|name| name.split(':').next()) == Some(function)
}

/// Whether the thing that was asked for is not there.
pub(super) fn is_gone<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    error.as_service_error().and_then(ProvideErrorMetadata::code) == Some("ResourceNotFoundException")
}

/// What went wrong with `action` on the function.
pub(super) fn problem_with<E>(error: &SdkError<E, HttpResponse>, action: &str, function: &str) -> String
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    let thing = format!("function `{function}`");
    problem::of(error, action, &thing, "check its name and the region")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_aliases_are_of_their_function_and_no_other_is() {
        let is_of = |name: &str| is_of(Some(&format!("arn:aws:lambda:eu-west-1:123456789012:{name}")), "shop");
        assert!(is_of("function:shop") && is_of("function:shop:live") && is_of("function:shop:3"));
        assert!(!is_of("function:shop-other") && !is_of("function:shop-other:shop") && !is_of("queue:shop"));
    }
}
