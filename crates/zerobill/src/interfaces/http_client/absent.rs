//! What stands in for the transport where the feature `http` is off.

use super::{error::HttpError, request::Plan, response::HttpResponse};
use crate::{
    gateway::Base,
    interfaces::{circuit_breaker::CircuitBreaker, config::Config, logging::Logging},
    lazy::BuildRecord,
};

#[derive(Debug)]
pub(super) struct Transport;

impl Transport {
    pub(super) fn new(_base: &Base, _config: Config, _logging: Logging, _breakers: CircuitBreaker) -> Self {
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

    #[expect(clippy::unused_self, reason = "with the feature there is something")]
    pub(super) fn unload(&self) -> bool {
        false
    }
}
