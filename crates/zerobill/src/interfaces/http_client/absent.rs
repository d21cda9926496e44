//! What stands in for the transport where the feature `http` is off.

use super::{error::HttpError, request::Plan, response::HttpResponse};
use crate::{
    gateway::Base,
    interfaces::{circuit_breaker::CircuitBreaker, config::Config, logging::Logging, metrics::Metrics},
    lazy::BuildRecord,
};

#[derive(Debug)]
pub(super) struct Transport;

impl Transport {
    pub(super) fn new(
        _base: &Base,
        _config: Config,
        _logging: Logging,
        _metrics: Metrics,
        _breakers: CircuitBreaker,
    ) -> Self {
        Self
    }

    #[expect(clippy::unused_async, reason = "with the feature it awaits")]
    pub(super) async fn send(&self, _plan: Plan) -> Result<HttpResponse, HttpError> {
        Err(HttpError::FeatureDisabled)
    }

    #[expect(clippy::unused_self, reason = "with the feature there is one")]
    pub(super) fn build_record(&self) -> Option<BuildRecord> {
        None
    }

    #[expect(clippy::unused_self, reason = "with the feature there may be some")]
    pub(super) fn build_records(&self) -> Vec<BuildRecord> {
        Vec::new()
    }

    #[expect(clippy::unused_self, reason = "with the feature there is something")]
    pub(super) fn preload(&self) -> Result<(), HttpError> {
        Err(HttpError::FeatureDisabled)
    }

    #[expect(clippy::unused_self, reason = "with the feature there may be some")]
    pub(super) fn ahead(&self) -> Vec<String> {
        Vec::new()
    }

    #[expect(clippy::unused_self, reason = "with the feature there is something")]
    pub(super) fn take_used(&self) -> bool {
        false
    }

    #[expect(clippy::unused_self, reason = "with the feature there is something")]
    pub(super) fn unload(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn without_the_feature_each_operation_says_which_it_needs() {
        let gateway = crate::Gateway::builder().build().expect("valid");
        for operation in super::super::OPERATIONS {
            let description = operation.description();
            let parameters = serde_json::from_str(description.example).expect("JSON");
            let result = gateway
                .execute_operation("http_client", description.name, parameters)
                .await;
            let error = result.expect_err("it is not built in");
            assert_eq!(error.code(), "feature_disabled");
            assert_eq!(
                error.to_string(),
                "the HTTP client is not built in; build with the feature `http`"
            );
        }
    }
}
