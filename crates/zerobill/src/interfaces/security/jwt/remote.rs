//! The key set that is fetched: kept, fetched again when a token names a new key, and kept on for a while where that fails.

use std::{
    fmt,
    sync::{Arc, OnceLock, PoisonError, RwLock, RwLockWriteGuard},
    time::Duration,
};

use serde_json::json;

use super::{
    super::{
        error::SecurityError,
        settings::{TOKEN_JWKS_MAX_AGE, TOKEN_JWKS_MAX_STALE, TOKEN_JWKS_URL},
        source::{JwksError, JwksFuture, JwksSource},
    },
    key::Key,
    key_set::{self, Strict},
};
use crate::{
    clock::Clock,
    interfaces::{config::Config, http_client::HttpClient, logging::Logging},
    lazy::BuildRecord,
    redact::sanitize,
};

/// Whoever sends tokens with made-up key names makes this function fetch once in this time.
const BETWEEN_FETCHES: Duration = Duration::from_secs(60);

/// The same while there is no set at all, and every token is refused.
const BETWEEN_FIRST_FETCHES: Duration = Duration::from_secs(5);

/// How long a fetch may take.
const TIMEOUT: Duration = Duration::from_secs(3);

pub(super) struct Remote {
    clock: Clock,
    config: Config,
    logging: Logging,
    http_client: HttpClient,
    /// A source given in code; it wins over the setting.
    source: RwLock<Option<Arc<dyn JwksSource>>>,
    state: RwLock<State>,
    /// How long the first good fetch took.
    first: OnceLock<BuildRecord>,
    /// Held while fetching.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    keys: Option<Arc<Vec<Key>>>,
    /// The setting that the keys are of; another one makes them worth nothing.
    url: String,
    /// Ages of the last good fetch and of the last one.
    fetched: Duration,
    tried: Option<Duration>,
    failed: bool,
}

impl Remote {
    pub(super) fn new(clock: Clock, config: Config, logging: Logging, http_client: HttpClient) -> Self {
        Self {
            clock,
            config,
            logging,
            http_client,
            source: RwLock::default(),
            state: RwLock::default(),
            first: OnceLock::new(),
            fetching: tokio::sync::Mutex::default(),
        }
    }

    /// Whether the setting can be used.
    pub(super) fn check(config: &Config) -> Result<(), SecurityError> {
        let url = config.text(&TOKEN_JWKS_URL);
        let is_here = ["http://127.0.0.1", "http://[::1]", "http://localhost"]
            .iter()
            .any(|here| url.strip_prefix(here).is_some_and(|rest| rest.starts_with([':', '/'])));
        if url.is_empty() || url.starts_with("https://") || is_here {
            return Ok(());
        }
        Err(SecurityError::Setting {
            key: TOKEN_JWKS_URL.key,
            problem: "it does not begin with `https://`, and whoever is on the way could put keys of their own into it"
                .to_owned(),
        })
    }

    pub(super) fn is_configured(&self) -> bool {
        self.source().is_some() || !self.config.text(&TOKEN_JWKS_URL).is_empty()
    }

    pub(super) fn fetch_from(&self, source: Arc<dyn JwksSource>) {
        *self.source.write().unwrap_or_else(PoisonError::into_inner) = Some(source);
        *self.state() = State::default();
    }

    /// The set: one that `holds` what is looked for, if there is one to be had.
    pub(super) async fn keys(&self, holds: impl Fn(&[Key]) -> bool) -> Result<Arc<Vec<Key>>, SecurityError> {
        Self::check(&self.config)?;
        let kept = self.kept();
        if let Some((keys, is_fresh)) = kept.as_ref().filter(|(keys, _)| holds(keys)) {
            if *is_fresh || !self.may_fetch() {
                return Ok(Arc::clone(keys));
            }
            // One fetches, the others go on with what there is.
            let Ok(_fetching) = self.fetching.try_lock() else {
                return Ok(Arc::clone(keys));
            };
            self.fetch().await;
        } else {
            let _fetching = self.fetching.lock().await;
            let found = self.kept().is_some_and(|(keys, _)| holds(&keys));
            if !found && self.may_fetch() {
                self.fetch().await;
            }
        }
        self.kept()
            .map(|(keys, _)| keys)
            .ok_or(SecurityError::KeySetUnavailable)
    }

    pub(super) fn build_record(&self) -> Option<BuildRecord> {
        self.first.get().copied()
    }

    pub(super) fn health(&self) -> Option<String> {
        let is_kept = self.kept().is_some();
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let rest = match (is_kept, &state.keys) {
            (true, _) => "the last good one serves on",
            (false, Some(_)) => "the last good one is too old to serve",
            (false, None) => "there is none yet",
        };
        state
            .failed
            .then(|| format!("the key set could not be fetched; {rest}"))
    }

    pub(super) fn unload(&self) -> bool {
        std::mem::take(&mut *self.state()).keys.is_some()
    }

    /// The set that is kept and not too old, and whether it is fresh.
    fn kept(&self) -> Option<(Arc<Vec<Key>>, bool)> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let keys = state.keys.as_ref().filter(|_| state.url == self.url())?;
        let seconds = |setting| Duration::from_secs(self.config.integer(setting).unwrap_or_default());
        let (max_age, max_stale) = (seconds(&TOKEN_JWKS_MAX_AGE), seconds(&TOKEN_JWKS_MAX_STALE));
        let age = self.clock.age().saturating_sub(state.fetched);
        (age < max_age + max_stale).then(|| (Arc::clone(keys), age < max_age))
    }

    fn may_fetch(&self) -> bool {
        let is_kept = self.kept().is_some();
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let between = if is_kept {
            BETWEEN_FETCHES
        } else {
            BETWEEN_FIRST_FETCHES
        };
        state.url != self.url()
            || state
                .tried
                .is_none_or(|tried| self.clock.age().saturating_sub(tried) >= between)
    }

    /// Fetches once. What is kept stays where that fails.
    async fn fetch(&self) {
        let url = self.url();
        let tried = self.clock.age();
        {
            // Written before the fetch: it may be given up with the invocation, and counts all the same.
            let mut state = self.state();
            if state.url != url {
                *state = State::default();
                state.url.clone_from(&url);
            }
            state.tried = Some(tried);
            state.failed = true;
        }
        let started = self.clock.monotonic();
        let fetched = match self.source() {
            Some(source) => source.fetch().await,
            None => Http(&self.http_client, &url).fetch().await,
        };
        let keys = fetched.map_err(|JwksError(problem)| problem);
        match keys.and_then(|json| key_set::read(&json, Strict(false))) {
            Ok(keys) => {
                let took = self.clock.monotonic().saturating_sub(started);
                self.first
                    .get_or_init(|| BuildRecord::new("token key set", &self.clock, took));
                let mut state = self.state();
                state.keys = Some(Arc::new(keys));
                state.fetched = tried;
                state.failed = false;
            }
            Err(problem) => {
                let fields = json!({ "reason": sanitize(&problem) });
                self.logging
                    .warning("the key set of tokens could not be fetched", fields);
            }
        }
    }

    fn source(&self) -> Option<Arc<dyn JwksSource>> {
        self.source.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The setting, or nothing where a source given in code makes it idle.
    fn url(&self) -> String {
        match self.source() {
            Some(_) => String::new(),
            None => self.config.text(&TOKEN_JWKS_URL),
        }
    }

    fn state(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").finish_non_exhaustive()
    }
}

/// A set at a URL.
struct Http<'a>(&'a HttpClient, &'a str);

impl JwksSource for Http<'_> {
    fn fetch(&self) -> JwksFuture<'_> {
        let request = self.0.get(self.1).timeout(TIMEOUT).uncounted();
        Box::pin(async move {
            let answer = request.send().await.map_err(|error| JwksError(error.to_string()))?;
            if answer.status() != 200 {
                return Err(JwksError(format!("it was answered with status {}", answer.status())));
            }
            Ok(answer.into_bytes())
        })
    }
}
