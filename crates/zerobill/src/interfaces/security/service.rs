//! The calls, and the keys they are made with, read on first use.

use std::sync::Arc;

use base64_simd::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::Value;

use super::{
    error::{SecurityError, TokenFault},
    jwt::Jwt,
    keys::{Keys, faults},
    rules::TokenRules,
    sanitize::sanitize,
    schema::Schemas,
    settings::{MAX_REQUEST_BYTES, MAX_REQUEST_DEPTH, REPLAY_WINDOW},
    signature::{self, Scheme, Signature},
    source::JwksSource,
    token::Token,
};
use crate::{
    error::Error,
    gateway::Base,
    interfaces::{
        Connecting, Health, Service,
        config::{Config, Fault},
        http_client::HttpClient,
        logging::Logging,
        utility::{JsonLimits, Utility},
    },
    lazy::{BuildRecord, Slot},
};

/// The lengths in bytes that a random token may have.
const TOKEN_BYTES: std::ops::RangeInclusive<usize> = 16..=1_024;

/// Tokens, signatures, encryption, and requests within limits.
///
/// Keys come from the settings, `security.*`, and are read on first use. A missing key is an error there; a weak one is a
/// fault of the configuration at start.
///
/// ```
/// let key = "2026=emJzZWNyZXQtZXhhbXBsZS1rZXktb2YtMzItYnl0ZXM=";
/// let gateway = zerobill::Gateway::builder().setting("security.encryption_secrets", key).build().expect("valid");
/// let ciphertext = gateway.security().encrypt("4711", "order")?;
/// assert!(ciphertext.starts_with("zb1.2026."));
/// assert_eq!(gateway.security().decrypt(&ciphertext, "order")?, b"4711");
/// assert!(gateway.security().decrypt(&ciphertext, "invoice").is_err());
/// # Ok::<(), zerobill::security::SecurityError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Security(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    base: Base,
    config: Config,
    utility: Utility,
    jwt: Jwt,
    keys: Keys,
    schemas: Slot<Schemas>,
}

/// A JSON Schema with the name under which it is kept compiled.
#[derive(Clone, Copy, Debug)]
pub struct Schema<'a> {
    name: &'a str,
    schema: &'a Value,
}

impl<'a> Schema<'a> {
    /// `schema` under `name`. It is compiled on first use; another schema under the same name replaces it.
    #[must_use]
    pub fn new(name: &'a str, schema: &'a Value) -> Self {
        Self { name, schema }
    }
}

impl Security {
    pub(crate) fn new(
        base: &Base,
        config: Config,
        logging: Logging,
        utility: Utility,
        http_client: HttpClient,
    ) -> Self {
        let clock = &base.clock;
        Self(Arc::new(Inner {
            base: base.clone(),
            jwt: Jwt::new(base, &config, logging, http_client),
            keys: Keys::new(clock, config.clone()),
            schemas: Slot::new("schemas", clock.clone()),
            config,
            utility,
        }))
    }

    /// The JSON of a request's `body`, if it is not larger or deeper than the settings allow and keeps `schema`.
    ///
    /// ```
    /// use serde_json::json;
    /// use zerobill::security::Schema;
    /// let gateway = zerobill::Gateway::builder().build().expect("valid");
    /// let order = json!({ "type": "object", "required": ["id"], "properties": { "id": { "type": "integer" } } });
    /// let schema = Schema::new("order", &order);
    /// assert_eq!(gateway.security().validate_request(r#"{"id":7}"#, Some(schema))?, json!({ "id": 7 }));
    /// let error = gateway.security().validate_request(r#"{"id":"7"}"#, Some(schema)).unwrap_err();
    /// assert_eq!(error.to_string(), "the request does not keep the schema `order`: `/id` breaks the schema's `type`");
    /// # Ok::<(), zerobill::security::SecurityError>(())
    /// ```
    ///
    /// # Errors
    /// [`SecurityError::Body`], [`SecurityError::InvalidRequest`] or [`SecurityError::InvalidSchema`].
    pub fn validate_request(&self, body: impl AsRef<[u8]>, schema: Option<Schema<'_>>) -> Result<Value, SecurityError> {
        let limit = |setting| {
            let limit = self.0.config.integer(setting).unwrap_or_default();
            usize::try_from(limit).unwrap_or(usize::MAX)
        };
        let limits = JsonLimits {
            max_bytes: limit(&MAX_REQUEST_BYTES),
            max_depth: limit(&MAX_REQUEST_DEPTH),
        };
        let body = self.0.utility.parse_json_within(body, limits)?;
        if let Some(Schema { name, schema }) = schema {
            let schemas = self
                .0
                .schemas
                .get_or_try_build(|| Ok::<_, SecurityError>(Schemas::new()))?;
            schemas.check(name, schema, &body)?;
        }
        Ok(body)
    }

    /// What an accepted token says: a JSON Web Token, or one of `security.opaque_token`. `Bearer ` may stand before it.
    ///
    /// # Errors
    /// [`SecurityError::Token`] where it is not accepted; others where that cannot be known.
    pub async fn validate_token(&self, token: &str) -> Result<Token, SecurityError> {
        self.validate_token_by(token, &self.token_rules()).await
    }

    /// The same by rules of one's own.
    ///
    /// # Errors
    /// As for [`validate_token`](Self::validate_token).
    pub async fn validate_token_by(&self, token: &str, rules: &TokenRules) -> Result<Token, SecurityError> {
        let token = without_bearer(token);
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenFault::TooLong.into());
        }
        let opaque = self.0.keys.opaque()?;
        if opaque.1.contains(token) {
            return Ok(Token::opaque());
        }
        match (opaque.1.is_empty(), self.0.jwt.is_configured()) {
            (true, false) => Err(SecurityError::MissingKey {
                purpose: "validate tokens with",
                settings: "`security.token_secret`, `security.token_public_keys`, `security.token_jwks`, \
                    `security.token_jwks_url` or `security.opaque_token`",
            }),
            (false, false) => Err(TokenFault::Unknown.into()),
            (false, true) if token.matches('.').count() != 2 => Err(TokenFault::Unknown.into()),
            (_, true) => self.0.jwt.verify(token, rules).await,
        }
    }

    /// The rules of the settings, to change for [`validate_token_by`](Self::validate_token_by).
    pub fn token_rules(&self) -> TokenRules {
        TokenRules::new(&self.0.config)
    }

    /// Fetches the key set from `source` from now on, instead of from `security.token_jwks_url`.
    ///
    /// It is fetched when a token first needs it, when it is older than `security.token_jwks_max_age_seconds`, and when a
    /// token names a key that it does not hold, but at most once a minute. Where that fails the last good set serves on.
    pub fn fetch_keys_from(&self, source: impl JwksSource + 'static) {
        self.0.jwt.fetch_from(Arc::new(source));
    }

    /// The signature of `payload` as `scheme` writes it.
    ///
    /// # Errors
    /// [`SecurityError::MissingKey`] or [`SecurityError::Setting`].
    pub fn sign(&self, scheme: Scheme, payload: impl AsRef<[u8]>) -> Result<Signature, SecurityError> {
        let keys = self.0.keys.signing()?;
        let first = keys.1.of(scheme)?.first();
        let key = first.ok_or(SecurityError::WrongSignature)?;
        Ok(signature::sign(scheme, key, payload.as_ref(), self.0.now_seconds()))
    }

    /// Checks that `signature`, the text of the sender's header, fits `payload`, the body's bytes as they came.
    ///
    /// `timestamp` is the header beside it, which [`Scheme::Slack`] and [`Scheme::TimedHmac`] need. A signature with a time
    /// must be within `security.replay_window_seconds` of this gateway's clock.
    ///
    /// ```
    /// use zerobill::security::Scheme;
    /// let secret = "zbsecret-example-secret-of-32-bytes";
    /// let gateway = zerobill::Gateway::builder().setting("security.github_secret", secret).build().expect("valid");
    /// let header = gateway.security().sign(Scheme::Github, "{}")?.signature;
    /// gateway.security().verify_signature(Scheme::Github, "{}", &header, None)?;
    /// assert!(gateway.security().verify_signature(Scheme::Github, "[]", &header, None).is_err());
    /// # Ok::<(), zerobill::security::SecurityError>(())
    /// ```
    ///
    /// # Errors
    /// [`SecurityError`], which says what does not fit.
    pub fn verify_signature(
        &self,
        scheme: Scheme,
        payload: impl AsRef<[u8]>,
        signature: &str,
        timestamp: Option<&str>,
    ) -> Result<(), SecurityError> {
        let keys = self.0.keys.signing()?;
        let keys = keys.1.of(scheme)?;
        let window = self.0.config.integer(&REPLAY_WINDOW).unwrap_or_default();
        let claimed = signature::read(scheme, signature, timestamp, self.0.now_seconds(), window)?;
        claimed.verify(scheme, keys, payload.as_ref())
    }

    /// `plaintext` encrypted under the first key, bound to `associated_data`, as `zb1.KEY.NONCE.CIPHERTEXT` in base64url.
    ///
    /// The nonce is 12 fresh random bytes, so one key is good for four billion ciphertexts.
    ///
    /// # Errors
    /// [`SecurityError::MissingKey`], [`SecurityError::Setting`] or [`SecurityError::NoRandomness`].
    pub fn encrypt(
        &self,
        plaintext: impl AsRef<[u8]>,
        associated_data: impl AsRef<[u8]>,
    ) -> Result<String, SecurityError> {
        let keys = self.0.keys.encryption()?;
        keys.1.encrypt(plaintext.as_ref(), associated_data.as_ref())
    }

    /// What was encrypted, if it was not changed and was bound to the same `associated_data`.
    ///
    /// # Errors
    /// [`SecurityError`], which says what does not fit.
    pub fn decrypt(&self, ciphertext: &str, associated_data: impl AsRef<[u8]>) -> Result<Vec<u8>, SecurityError> {
        let keys = self.0.keys.encryption()?;
        keys.1.decrypt(ciphertext, associated_data.as_ref())
    }

    /// `value` with what is secret in it masked, by name and by shape.
    ///
    /// ```
    /// use serde_json::json;
    /// let gateway = zerobill::Gateway::builder().build().expect("valid");
    /// let safe = gateway.security().sanitize(&json!({ "password": "hunter2", "note": "use token=abc" }));
    /// assert_eq!(safe, json!({ "password": "***", "note": "use token=***" }));
    /// ```
    pub fn sanitize(&self, value: &Value) -> Value {
        sanitize(value)
    }

    /// The same for text; see [`redact::sanitize`](crate::redact::sanitize).
    pub fn sanitize_text(&self, text: &str) -> String {
        crate::redact::sanitize(text)
    }

    /// `bytes` random bytes from the operating system, from 16 to 1024, in base64url.
    ///
    /// # Errors
    /// [`SecurityError::TokenLength`] or [`SecurityError::NoRandomness`].
    pub fn random_token(&self, bytes: usize) -> Result<String, SecurityError> {
        if !TOKEN_BYTES.contains(&bytes) {
            return Err(SecurityError::TokenLength(u64::try_from(bytes).unwrap_or(u64::MAX)));
        }
        let mut random = vec![0; bytes];
        SystemRandom::new()
            .fill(&mut random)
            .map_err(|_| SecurityError::NoRandomness)?;
        Ok(URL_SAFE_NO_PAD.encode_to_string(random))
    }
}

/// No header is longer.
const MAX_TOKEN_BYTES: usize = 16 * 1_024;

fn without_bearer(token: &str) -> &str {
    match token.split_at_checked(7) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer ") => rest.trim_start(),
        _ => token,
    }
}

impl Inner {
    fn now_seconds(&self) -> u64 {
        self.base.clock.epoch_ms() / 1_000
    }

    fn records(&self) -> impl Iterator<Item = BuildRecord> {
        let others = [self.jwt.build_record(), self.schemas.record()];
        self.keys.records().into_iter().chain(others).flatten()
    }
}

impl Service for Security {
    fn health(&self) -> Health {
        let unbuilt = self.0.records().filter(|record| !record.built);
        let unbuilt = unbuilt.map(|record| format!("the {} could not be read; their setting is wrong", record.name));
        Health::of(unbuilt.chain(self.0.jwt.health()).collect())
    }

    fn faults(&self) -> Vec<Fault> {
        faults(&self.0.config)
    }

    fn build_record(&self) -> Option<BuildRecord> {
        self.0.records().max_by_key(|record| record.at_ms)
    }

    fn build_records(&self) -> Vec<BuildRecord> {
        self.0.records().chain(self.0.jwt.fetch_record()).collect()
    }

    /// Every key of the settings, so that the first request finds them ready.
    fn preload(&self) -> Result<(), Error> {
        self.0.keys.preload()?;
        self.0.jwt.preload()?;
        Ok(())
    }

    fn take_used(&self) -> Option<bool> {
        let parts = [
            self.0.jwt.take_used(),
            self.0.keys.take_used(),
            self.0.schemas.take_used(),
        ];
        Some(parts.contains(&true))
    }

    fn connect(&self) -> Option<Connecting<'_>> {
        let fetching = self.0.jwt.connect()?;
        Some(Box::pin(async move { Ok(fetching.await?) }))
    }

    fn unload(&self) -> bool {
        let parts = [self.0.jwt.unload(), self.0.keys.unload(), self.0.schemas.unload()];
        parts.contains(&true)
    }
}
