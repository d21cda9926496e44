//! What stands in for JSON Web Tokens where the feature `jwt` is off.

use std::sync::Arc;

use super::{error::SecurityError, rules::TokenRules, source::JwksSource, token::Token};
use crate::{
    gateway::Base,
    interfaces::{config::Config, http_client::HttpClient, logging::Logging},
    lazy::BuildRecord,
};

#[derive(Debug)]
pub(super) struct Jwt;

impl Jwt {
    pub(super) fn new(_base: &Base, _config: &Config, _logging: Logging, _http_client: HttpClient) -> Self {
        Self
    }

    #[expect(clippy::unused_async, reason = "with the feature it awaits")]
    pub(super) async fn verify(&self, _token: &str, _rules: &TokenRules) -> Result<Token, SecurityError> {
        Err(SecurityError::FeatureDisabled {
            what: "reading JSON Web Tokens",
            feature: "jwt",
        })
    }

    #[expect(clippy::unused_self, reason = "with the feature there is a place for it")]
    pub(super) fn fetch_from(&self, _source: Arc<dyn JwksSource>) {}

    #[expect(clippy::unused_self, reason = "with the feature there are keys")]
    pub(super) fn is_configured(&self) -> bool {
        true
    }

    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "with the feature there are keys, which may be wrong"
    )]
    pub(super) fn preload(&self) -> Result<(), SecurityError> {
        Ok(())
    }

    #[expect(clippy::unused_self, reason = "with the feature there may be a key set to fetch")]
    pub(super) fn connect(&self) -> Option<std::future::Ready<Result<(), SecurityError>>> {
        None
    }

    pub(super) fn check(_config: &Config) -> Vec<SecurityError> {
        Vec::new()
    }

    #[expect(clippy::unused_self, reason = "with the feature there is something to say")]
    pub(super) fn health(&self) -> Option<String> {
        None
    }

    #[expect(clippy::unused_self, reason = "with the feature there is one")]
    pub(super) fn build_record(&self) -> Option<BuildRecord> {
        None
    }

    #[expect(clippy::unused_self, reason = "with the feature there may be one")]
    pub(super) fn fetch_record(&self) -> Option<BuildRecord> {
        None
    }

    #[expect(clippy::unused_self, reason = "with the feature there is something to use")]
    pub(super) fn take_used(&self) -> bool {
        false
    }

    #[expect(clippy::unused_self, reason = "with the feature there is something")]
    pub(super) fn unload(&self) -> bool {
        false
    }
}
