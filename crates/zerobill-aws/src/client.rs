//! The SDK's one configuration and its clients, made on their first use.

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_types::{
    SdkConfig,
    region::Region,
    service_config::{LoadServiceConfig, ServiceConfigKey},
};
#[cfg(feature = "free-tier")]
use zerobill::environment::AWS_ENDPOINT_URL_FREETIER;
use zerobill::{
    Clock,
    environment::{
        AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, AWS_SECRET_ACCESS_KEY, AWS_SERVICE_ENDPOINT_URLS, AWS_SESSION_TOKEN,
        Environment, REGION, Variable,
    },
};

use crate::http::Http;

/// How long one attempt may take, and how long all of them.
const ATTEMPT: Duration = Duration::from_millis(1_500);
const OPERATION: Duration = Duration::from_secs(3);

/// The same of calls that nobody waits for.
#[cfg(any(feature = "lambda", feature = "cloudwatch", feature = "sns"))]
const PATIENT_ATTEMPT: Duration = Duration::from_secs(5);
#[cfg(any(feature = "lambda", feature = "cloudwatch", feature = "sns"))]
const PATIENT_OPERATION: Duration = Duration::from_secs(10);

/// A first attempt and one more.
const ATTEMPTS: u32 = 2;

/// What the process has of AWS, cheap to clone: a region, credentials and the clients of its services.
#[derive(Clone)]
pub struct Aws(Arc<Inner>);

struct Inner {
    environment: Environment,
    clock: Clock,
    config: OnceLock<Result<SdkConfig, String>>,
    ssm: OnceLock<aws_sdk_ssm::Client>,
    dynamodb: OnceLock<aws_sdk_dynamodb::Client>,
}

impl Aws {
    /// Region, credentials and endpoint as `environment` has them. What is missing there is said by the first call.
    pub fn new(environment: &Environment, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            environment: environment.clone(),
            clock,
            config: OnceLock::new(),
            ssm: OnceLock::new(),
            dynamodb: OnceLock::new(),
        }))
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Parameter Store's client.
    pub(crate) fn ssm(&self) -> Result<&aws_sdk_ssm::Client, String> {
        let config = self.config()?;
        Ok(self.0.ssm.get_or_init(|| aws_sdk_ssm::Client::new(config)))
    }

    /// The client of `DynamoDB`.
    pub(crate) fn dynamodb(&self) -> Result<&aws_sdk_dynamodb::Client, String> {
        let config = self.config()?;
        Ok(self.0.dynamodb.get_or_init(|| aws_sdk_dynamodb::Client::new(config)))
    }

    /// The configuration for the Free Tier API, which is at home in one region and may have an address of its own.
    #[cfg(feature = "free-tier")]
    pub(crate) fn free_tier_config(&self) -> Result<SdkConfig, String> {
        let config = self.0.configure_in("us-east-1".to_owned())?;
        let Some((_, endpoint)) = self.0.environment.read(&AWS_ENDPOINT_URL_FREETIER) else {
            return Ok(config);
        };
        Ok(config.into_builder().endpoint_url(endpoint).build())
    }

    /// The configuration of a service that is not asked while somebody waits for an answer: its calls may take longer.
    #[cfg(any(feature = "lambda", feature = "cloudwatch", feature = "sns"))]
    pub(crate) fn patient_config(&self) -> Result<SdkConfig, String> {
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(PATIENT_ATTEMPT)
            .operation_timeout(PATIENT_OPERATION);
        Ok(self.config()?.to_builder().timeout_config(timeouts.build()).build())
    }

    fn config(&self) -> Result<&SdkConfig, String> {
        self.0
            .config
            .get_or_init(|| self.0.configure())
            .as_ref()
            .map_err(String::clone)
    }
}

/// Prints no credentials, not even masked.
impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_configured = self.0.config.get().is_some();
        f.debug_struct("Aws")
            .field("is_configured", &is_configured)
            .finish_non_exhaustive()
    }
}

impl Inner {
    fn optional(&self, variable: &Variable) -> Option<String> {
        self.environment.read(variable).map(|(_, value)| value.to_owned())
    }

    fn required(&self, variable: &Variable) -> Result<String, String> {
        let not_set = || format!("the variable `{}` is not set; Lambda sets it", variable.names[0]);
        self.optional(variable).ok_or_else(not_set)
    }

    fn configure(&self) -> Result<SdkConfig, String> {
        self.configure_in(self.required(&REGION)?)
    }

    fn configure_in(&self, region: String) -> Result<SdkConfig, String> {
        let credentials = Credentials::new(
            self.required(&AWS_ACCESS_KEY_ID)?,
            self.required(&AWS_SECRET_ACCESS_KEY)?,
            self.optional(&AWS_SESSION_TOKEN),
            None,
            "environment",
        );
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(ATTEMPT)
            .operation_timeout(OPERATION);
        let mut builder = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(timeouts.build())
            .sleep_impl(TokioSleep::new())
            .http_client(Http::new(self.clock.clone())?);
        builder.set_endpoint_url(self.optional(&AWS_ENDPOINT_URL));
        builder.set_service_config(Some(Endpoints(self.environment.clone())));
        Ok(builder.build())
    }
}

/// The endpoints of single services.
#[derive(Debug)]
struct Endpoints(Environment);

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let name = format!(
            "{}_{}",
            key.env(),
            key.service_id().to_ascii_uppercase().replace(' ', "_")
        );
        let is_known = AWS_SERVICE_ENDPOINT_URLS.names.contains(&name.as_str());
        self.0.get(&name).filter(|_| is_known).map(str::to_owned)
    }
}
