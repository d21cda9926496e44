//! By what rules a token is accepted.

use std::time::Duration;

use super::{
    error::SecurityError,
    secrets::words,
    settings::{TOKEN_ALGORITHMS, TOKEN_AUDIENCES, TOKEN_ISSUERS, TOKEN_LEEWAY},
};
use crate::{error::suggestion, interfaces::config::Config};

/// The algorithms there are.
pub(super) const ALGORITHMS: [&str; 12] = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
];

/// By what rules a token is accepted: those of the settings, changed for one call.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let gateway = zerobill::Gateway::builder().setting("security.token_issuers", "https://a.example").build().expect("valid");
/// let rules = gateway.security().token_rules().issuer("https://b.example").audience("shop");
/// assert_eq!(rules.issuers, ["https://b.example"]);
/// assert!(gateway.security().validate_token_by("a.b.c", &rules).await.is_err());
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenRules {
    /// The algorithms that may have signed it.
    pub algorithms: Vec<String>,
    /// The issuers that may have made it; none means any.
    pub issuers: Vec<String>,
    /// The audiences that it may be for.
    pub audiences: Vec<String>,
    /// How far the issuer's clock may differ.
    pub leeway: Duration,
    /// Whether it must say when it expires.
    pub must_expire: bool,
}

impl TokenRules {
    pub(super) fn new(config: &Config) -> Self {
        let list = |setting| words(&config.text(setting)).map(str::to_owned).collect();
        Self {
            algorithms: list(&TOKEN_ALGORITHMS),
            issuers: list(&TOKEN_ISSUERS),
            audiences: list(&TOKEN_AUDIENCES),
            leeway: Duration::from_secs(config.integer(&TOKEN_LEEWAY).unwrap_or_default()),
            must_expire: true,
        }
    }

    /// Only this issuer.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuers = vec![issuer.into()];
        self
    }

    /// Only this audience.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences = vec![audience.into()];
        self
    }

    /// Only this algorithm.
    #[must_use]
    pub fn algorithm(mut self, algorithm: impl Into<String>) -> Self {
        self.algorithms = vec![algorithm.into()];
        self
    }

    /// Clocks may differ by this much.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// A token may live for ever.
    #[must_use]
    pub fn may_live_for_ever(mut self) -> Self {
        self.must_expire = false;
        self
    }
}

/// What is wrong with the list of algorithms.
pub(super) fn check_algorithms(config: &Config) -> Result<(), SecurityError> {
    let text = config.text(&TOKEN_ALGORITHMS);
    match words(&text).find(|word| !ALGORITHMS.contains(word)) {
        Some("none") => Err(fault("a token that is not signed is never accepted".to_owned())),
        Some(word) => {
            let hint = suggestion(word, ALGORITHMS);
            Err(fault(format!("there is no algorithm `{word}`{hint}")))
        }
        None => Ok(()),
    }
}

fn fault(problem: String) -> SecurityError {
    SecurityError::Setting {
        key: TOKEN_ALGORITHMS.key,
        problem,
    }
}
