//! What AWS itself counts of the free tier in the running month, for the whole account.

use std::time::Duration;

use aws_sdk_freetier::{
    config::Builder, error::SdkError, operation::get_free_tier_usage::GetFreeTierUsageError, types::FreeTierUsage,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::{error::metadata::ProvideErrorMetadata as _, retry::RetryConfig, timeout::TimeoutConfig};

use crate::{client::Aws, problem};

/// What is called, and nothing else.
const ACTION: &str = "freetier:GetFreeTierUsage";

/// The most that a page may have.
const PAGE: i32 = 1_000;

/// So many pages are read: AWS has some hundred allowances.
const MAX_PAGES: usize = 20;

/// A first attempt and two more: AWS throttles this call early.
const ATTEMPTS: u32 = 3;

/// How long all attempts of one page may take together.
const PATIENCE: Duration = Duration::from_secs(30);

/// An allowance of which something was used this month.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Allowance {
    /// The service, such as `AWS Lambda`.
    pub service: String,
    /// What is counted, such as `Global-Request`.
    pub usage_type: String,
    /// The unit of the amounts, such as `Requests`.
    pub unit: String,
    /// AWS's sentence about the offer.
    pub description: String,
    /// `Always Free`, `12 Months Free` or `Free Trial`.
    pub free_tier_type: String,
    /// What was used so far.
    pub used: f64,
    /// What AWS expects to be used by the month's end.
    pub forecast: f64,
    /// What is free in a month.
    pub limit: f64,
}

/// Why AWS did not say what was used.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FreeTierError {
    /// The credentials are missing, expired or not known to AWS.
    #[error("the AWS credentials do not work: {0}")]
    Credentials(String),
    /// No policy allows the call, or one forbids it.
    #[error("`{ACTION}` is denied: {0}")]
    Denied(String),
    /// Too many calls at once, also after waiting.
    #[error("AWS throttles `{ACTION}`, also at attempt {ATTEMPTS}")]
    Throttled,
    /// Anything else.
    #[error("`{ACTION}` failed: {0}")]
    Failed(String),
}

/// The allowances of the account of which something was used this month, with `freetier:GetFreeTierUsage` alone. AWS documents
/// no charge for it. Within an organization, the management account sees what all of its accounts use.
///
/// The address is `AWS_ENDPOINT_URL_FREETIER` or `AWS_ENDPOINT_URL` where one of them is set; no region is needed.
pub async fn free_tier_usage(aws: &Aws) -> Result<Vec<Allowance>, FreeTierError> {
    let config = aws.free_tier_config().map_err(FreeTierError::Credentials)?;
    let config = Builder::from(&config)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        // Someone waits in front of a terminal, maybe far from AWS.
        .timeout_config(TimeoutConfig::builder().operation_timeout(PATIENCE).build())
        .build();
    let client = aws_sdk_freetier::Client::from_conf(config);
    let (mut allowances, mut next) = (Vec::new(), None);
    for _ in 0..MAX_PAGES {
        let request = client.get_free_tier_usage().max_results(PAGE).set_next_token(next);
        let page = request.send().await.map_err(|error| failure(&error))?;
        next = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        allowances.extend(page.free_tier_usages.into_iter().map(allowance));
        if next.is_none() {
            return Ok(allowances);
        }
    }
    Err(FreeTierError::Failed(format!("there are more than {MAX_PAGES} pages")))
}

fn allowance(usage: FreeTierUsage) -> Allowance {
    Allowance {
        service: usage.service.unwrap_or_default(),
        usage_type: usage.usage_type.unwrap_or_default(),
        unit: usage.unit.unwrap_or_default(),
        description: usage.description.unwrap_or_default(),
        free_tier_type: usage.free_tier_type.unwrap_or_default(),
        used: usage.actual_usage_amount,
        forecast: usage.forecasted_usage_amount,
        limit: usage.limit,
    }
}

fn failure(error: &SdkError<GetFreeTierUsageError, HttpResponse>) -> FreeTierError {
    let SdkError::ServiceError(context) = error else {
        return FreeTierError::Failed(format!("no answer: {}", problem::innermost(error)));
    };
    let code = context.err().code().unwrap_or("unknown");
    let message = context.err().message().unwrap_or("AWS does not say why");
    match code {
        "AccessDeniedException" => FreeTierError::Denied(message.to_owned()),
        "ThrottlingException" | "TooManyRequestsException" => FreeTierError::Throttled,
        "ExpiredTokenException"
        | "IncompleteSignature"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "MissingAuthenticationTokenException"
        | "UnrecognizedClientException" => FreeTierError::Credentials(format!("{code}: {message}")),
        _ => FreeTierError::Failed(format!("{code}: {message}")),
    }
}
