//! JSON Web Tokens: read, held against the keys and then against the rules.

mod claims;
mod der;
mod key;
mod key_set;
mod parts;
mod remote;

use std::sync::Arc;

use self::{claims::check, key::Key, parts::Parts, remote::Remote};
use super::{
    error::{SecurityError, TokenFault},
    keys::current,
    rules::TokenRules,
    source::JwksSource,
    token::{Token, TokenKind},
};
use crate::{
    clock::Clock,
    gateway::Base,
    interfaces::{config::Config, http_client::HttpClient, logging::Logging},
    lazy::{BuildRecord, Slot},
};

/// What verifies tokens: the keys of the settings, and the set that is fetched.
#[derive(Debug)]
pub(super) struct Jwt {
    clock: Clock,
    config: Config,
    /// The keys of the settings, with the generation they were read at.
    keys: Slot<(u64, Vec<Key>)>,
    remote: Remote,
}

impl Jwt {
    pub(super) fn new(base: &Base, config: &Config, logging: Logging, http_client: HttpClient) -> Self {
        Self {
            clock: base.clock.clone(),
            config: config.clone(),
            keys: Slot::new("token keys", base.clock.clone()),
            remote: Remote::new(base.clock.clone(), config.clone(), logging, http_client),
        }
    }

    /// What `token` says, if a key of its algorithm signed it and the rules accept it.
    pub(super) async fn verify(&self, token: &str, rules: &TokenRules) -> Result<Token, SecurityError> {
        let parts = Parts::read(token, rules)?;
        let keys = self.keys()?;
        let mut signer = parts.signer(&keys.1);
        let set;
        if signer.is_err() && !parts.is_hmac() && self.remote.is_configured() {
            set = self
                .remote
                .keys(|set| set.iter().any(|key| parts.may_be_of(key)))
                .await?;
            signer = match (signer, parts.signer(&set)) {
                // A key of the settings fitted the algorithm, though not the signature.
                (Err(TokenFault::Signature), Err(TokenFault::NoKey)) => Err(TokenFault::Signature),
                (_, signer) => signer,
            };
        }
        let key_id = signer?.id.clone();
        let claims = parts.claims()?;
        check(&claims, rules, self.clock.now())?;
        Ok(Token {
            kind: TokenKind::Jwt,
            algorithm: Some(parts.algorithm_name),
            key_id,
            claims,
        })
    }

    pub(super) fn fetch_from(&self, source: Arc<dyn JwksSource>) {
        self.remote.fetch_from(source);
    }

    /// Whether any key is there, or can be fetched.
    pub(super) fn is_configured(&self) -> bool {
        self.remote.is_configured() || key::is_configured(&self.config)
    }

    /// Reads the keys of the settings. The set that is fetched stays for the first token that needs it: INIT waits for no one.
    pub(super) fn preload(&self) -> Result<(), SecurityError> {
        self.keys().map(drop)
    }

    /// Fetches the key set, if there is one to be fetched.
    pub(super) fn connect(&self) -> Option<impl Future<Output = Result<(), SecurityError>> + Send> {
        self.remote
            .is_configured()
            .then_some(async { self.remote.keys(|_| true).await.map(drop) })
    }

    /// What is wrong with the keys of the settings.
    pub(super) fn check(config: &Config) -> Vec<SecurityError> {
        let keys = [key::secrets_of(config), key::pems_of(config), key::set_of(config)];
        let keys = keys.into_iter().filter_map(Result::err);
        keys.chain(Remote::check(config).err()).collect()
    }

    pub(super) fn health(&self) -> Option<String> {
        self.remote.health()
    }

    pub(super) fn build_record(&self) -> Option<BuildRecord> {
        self.keys.record()
    }

    /// That of the set that is fetched.
    pub(super) fn fetch_record(&self) -> Option<BuildRecord> {
        self.remote.build_record()
    }

    pub(super) fn take_used(&self) -> bool {
        self.keys.take_used()
    }

    pub(super) fn unload(&self) -> bool {
        let unloaded = [self.keys.unload(), self.remote.unload()];
        unloaded.contains(&true)
    }

    fn keys(&self) -> Result<Arc<(u64, Vec<Key>)>, SecurityError> {
        current(&self.config, &self.keys, |config| {
            let mut keys = key::secrets_of(config)?;
            keys.extend(key::pems_of(config)?);
            keys.extend(key::set_of(config)?);
            Ok(keys)
        })
    }
}
