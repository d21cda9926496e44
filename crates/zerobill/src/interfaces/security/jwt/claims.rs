//! What a token says, held against the rules.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

use super::super::{error::TokenFault, rules::TokenRules};

/// Whether `claims` are acceptable at `now`.
pub(super) fn check(claims: &Map<String, Value>, rules: &TokenRules, now: SystemTime) -> Result<(), TokenFault> {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let leeway = rules.leeway.as_secs_f64();
    match date(claims, "exp")? {
        Some(expires) if now >= expires + leeway => return Err(TokenFault::Expired),
        None if rules.must_expire => return Err(TokenFault::MissingClaim("exp")),
        _ => {}
    }
    if date(claims, "nbf")?.is_some_and(|begins| now + leeway < begins) {
        return Err(TokenFault::NotYetValid);
    }
    check_issuer(claims, rules)?;
    check_audience(claims, rules)
}

fn check_issuer(claims: &Map<String, Value>, rules: &TokenRules) -> Result<(), TokenFault> {
    let issuer = match claims.get("iss") {
        None => None,
        Some(Value::String(issuer)) => Some(issuer),
        Some(_) => return Err(TokenFault::InvalidClaim("iss")),
    };
    match issuer {
        _ if rules.issuers.is_empty() => Ok(()),
        Some(issuer) if rules.issuers.contains(issuer) => Ok(()),
        Some(_) => Err(TokenFault::Issuer),
        None => Err(TokenFault::MissingClaim("iss")),
    }
}

/// A token that is meant for somebody is accepted by nobody else, also where no audience is set.
fn check_audience(claims: &Map<String, Value>, rules: &TokenRules) -> Result<(), TokenFault> {
    let is_ours = |audience: &Value| match audience {
        Value::String(audience) => Ok(rules.audiences.contains(audience)),
        _ => Err(TokenFault::InvalidClaim("aud")),
    };
    let fits = match claims.get("aud").or_else(|| client_of(claims)) {
        None if rules.audiences.is_empty() => return Ok(()),
        None => return Err(TokenFault::MissingClaim("aud")),
        Some(Value::Array(audiences)) => {
            let each: Result<Vec<bool>, _> = audiences.iter().map(is_ours).collect();
            each?.contains(&true)
        }
        Some(audience) => is_ours(audience)?,
    };
    if fits { Ok(()) } else { Err(TokenFault::Audience) }
}

/// Cognito's access tokens name the client they are for in `client_id`, not in `aud`.
fn client_of(claims: &Map<String, Value>) -> Option<&Value> {
    let is_access_token = claims.get("token_use").and_then(Value::as_str) == Some("access");
    claims.get("client_id").filter(|_| is_access_token)
}

/// A time in seconds since 1970, which may have a fraction.
fn date(claims: &Map<String, Value>, name: &'static str) -> Result<Option<f64>, TokenFault> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::Number(number)) => {
            let seconds = number.as_f64().filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
            seconds.map(Some).ok_or(TokenFault::InvalidClaim(name))
        }
        Some(_) => Err(TokenFault::InvalidClaim(name)),
    }
}
