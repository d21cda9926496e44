//! The keys of the settings: read on first use, read again when the settings change, and checked at start.

use std::sync::Arc;

use super::{
    cipher::KeyRing, error::SecurityError, jwt::Jwt, opaque::OpaqueTokens, rules::check_algorithms,
    signature::SigningKeys,
};
use crate::{
    clock::Clock,
    interfaces::config::{Config, Fault},
    lazy::{BuildRecord, Slot},
};

/// The keys, each kind with the generation of the settings it was read at.
#[derive(Debug)]
pub(super) struct Keys {
    config: Config,
    opaque: Slot<(u64, OpaqueTokens)>,
    signing: Slot<(u64, SigningKeys)>,
    encryption: Slot<(u64, KeyRing)>,
}

impl Keys {
    pub(super) fn new(clock: &Clock, config: Config) -> Self {
        Self {
            config,
            opaque: Slot::new("opaque tokens", clock.clone()),
            signing: Slot::new("signing keys", clock.clone()),
            encryption: Slot::new("encryption keys", clock.clone()),
        }
    }

    pub(super) fn opaque(&self) -> Result<Arc<(u64, OpaqueTokens)>, SecurityError> {
        current(&self.config, &self.opaque, OpaqueTokens::new)
    }

    pub(super) fn signing(&self) -> Result<Arc<(u64, SigningKeys)>, SecurityError> {
        current(&self.config, &self.signing, SigningKeys::new)
    }

    pub(super) fn encryption(&self) -> Result<Arc<(u64, KeyRing)>, SecurityError> {
        current(&self.config, &self.encryption, KeyRing::new)
    }

    /// Reads all of them.
    pub(super) fn preload(&self) -> Result<(), SecurityError> {
        self.opaque()?;
        self.signing()?;
        self.encryption()?;
        Ok(())
    }

    pub(super) fn records(&self) -> [Option<BuildRecord>; 3] {
        [self.opaque.record(), self.signing.record(), self.encryption.record()]
    }

    pub(super) fn take_used(&self) -> bool {
        let parts = [
            self.opaque.take_used(),
            self.signing.take_used(),
            self.encryption.take_used(),
        ];
        parts.contains(&true)
    }

    pub(super) fn unload(&self) -> bool {
        let parts = [self.opaque.unload(), self.signing.unload(), self.encryption.unload()];
        parts.contains(&true)
    }
}

/// What `slot` holds, made again where the settings have changed since.
pub(super) fn current<T>(
    config: &Config,
    slot: &Slot<(u64, T)>,
    make: impl FnOnce(&Config) -> Result<T, SecurityError>,
) -> Result<Arc<(u64, T)>, SecurityError> {
    let generation = config.generation();
    if let Some(keys) = slot.get() {
        if keys.0 == generation {
            return Ok(keys);
        }
        slot.unload();
    }
    slot.get_or_try_build(|| Ok((generation, make(config)?)))
}

/// Reads every key that is set and lets go of it: a weak one shows at the start, not when it is first needed.
pub(super) fn faults(config: &Config) -> Vec<Fault> {
    let checks = [
        check_algorithms(config),
        OpaqueTokens::check(config),
        SigningKeys::new(config).map(drop),
        KeyRing::new(config).map(drop),
    ];
    let errors = checks.into_iter().filter_map(Result::err).chain(Jwt::check(config));
    let wrong: Vec<_> = errors
        .filter_map(|error| match error {
            SecurityError::Setting { key, problem } => Some((key, problem)),
            _ => None,
        })
        .collect();
    if wrong.is_empty() {
        return Vec::new();
    }
    let sources = config.sources();
    wrong
        .into_iter()
        .map(|(key, problem)| {
            let source = sources.iter().find(|source| source.key == key);
            let place = source.map_or_else(|| key.to_owned(), |source| source.place.clone());
            Fault { place, problem }
        })
        .collect()
}
