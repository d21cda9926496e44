//! Which token a request is sent with, and whether a refused one had expired.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use zerobill::config::Secret;

use crate::{
    failure::{Failure, Kind},
    settings::Settings,
};

/// What tokens of Amazon itself begin with. Home Assistant cannot know them, and need not see them.
const AMAZON: &str = "Atza|";

/// What a request is called that brings no token by its nature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// Alexa, on behalf of whoever linked an account.
    Alexa,
    /// Whoever may invoke the function directly: the deployer.
    Deployer,
}

/// The token for a request that brought `given`: its own, or the configured one where the deployer allowed it.
///
/// # Errors
/// If there is none.
pub(crate) fn choose(given: Option<&str>, sender: Sender, settings: &Settings) -> Result<Secret, Failure> {
    if let Some(own) = given.filter(|token| !token.starts_with(AMAZON)) {
        return Ok(Secret::new(own.to_owned()));
    }
    let allowed = sender == Sender::Deployer || settings.token_fallback;
    if let Some(token) = settings.token.as_ref().filter(|_| allowed) {
        return Ok(token.clone());
    }
    let (message, cause) = match (given, sender) {
        (Some(_), _) => (
            "the account is linked with Amazon instead of Home Assistant",
            "the request brings a token of Amazon, which Home Assistant does not know",
        ),
        (None, Sender::Alexa) => ("there is no token; link the account", "the request brings no token"),
        (None, Sender::Deployer) => ("no token is configured", "no token is configured"),
    };
    let hint = match sender {
        Sender::Alexa => {
            "link the skill's account with Home Assistant itself, or set `ZEROBILL_HOME_ASSISTANT_TOKEN` and \
             `ZEROBILL_HOME_ASSISTANT_TOKEN_FALLBACK=true`"
        }
        Sender::Deployer => "set `ZEROBILL_HOME_ASSISTANT_TOKEN` to a long-lived access token",
    };
    Err(Failure::new(Kind::InvalidToken, message, cause).hint(hint))
}

/// Whether `token` says of itself that it was good only until before `now_seconds`, since 1970.
pub(crate) fn has_expired(token: &str, now_seconds: u64) -> bool {
    #[derive(Deserialize)]
    struct Claims {
        exp: f64,
    }
    let mut parts = token.split('.');
    let (Some(_), Some(claims), Some(_)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('='));
    let claims = claims
        .ok()
        .and_then(|claims| serde_json::from_slice::<Claims>(&claims).ok());
    claims.is_some_and(|claims| claims.exp < now_seconds as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        format!("zbsecret-head.{}.tail", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn only_a_time_that_is_past_has_expired() {
        for (claims, expired) in [
            (r#"{"exp":1000}"#, true),
            (r#"{"exp":1000.5,"iat":1}"#, true),
            (r#"{"exp":1001}"#, false),
            (r#"{"exp":99999999999}"#, false),
            (r#"{"exp":"1000"}"#, false),
            (r#"{"iat":1}"#, false),
            ("[]", false),
            ("no JSON", false),
        ] {
            assert_eq!(has_expired(&token(claims), 1_001), expired, "{claims}");
        }
        for text in ["", "abc", "a.b", "a.%%%.c", "..", "a.e30.c"] {
            assert!(!has_expired(text, u64::MAX), "{text}");
        }
    }
}
