//! When a request may be sent again, and after which time.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method, StatusCode, header};
use reqwest::Response;

use super::attempt::Failure;
use crate::{interfaces::http_client::HttpError, random::Random};

/// The first wait is at most this long, each further one twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Whether doing it twice is as good as doing it once.
pub(super) fn is_idempotent(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::OPTIONS].contains(method)
}

/// How long to wait before the request is sent again; none where it may not be.
pub(super) fn wait(
    method: &Method,
    result: &Result<Response, Failure>,
    retry: u32,
    random: &Random,
    now: SystemTime,
) -> Option<Duration> {
    match result {
        // Nothing was sent.
        Err(Failure::Error(HttpError::Connect { .. })) => Some(backoff(retry, random)),
        Err(Failure::Error(HttpError::Lost { .. })) if is_idempotent(method) => Some(backoff(retry, random)),
        Err(Failure::Error(_)) => None,
        Ok(response) | Err(Failure::Status(response)) => {
            let passing = matches!(
                response.status(),
                StatusCode::TOO_MANY_REQUESTS
                    | StatusCode::BAD_GATEWAY
                    | StatusCode::SERVICE_UNAVAILABLE
                    | StatusCode::GATEWAY_TIMEOUT
            );
            (passing && is_idempotent(method))
                .then(|| retry_after(response.headers(), now).unwrap_or_else(|| backoff(retry, random)))
        }
    }
}

/// A random time up to a limit that doubles with each retry, so that those who failed together do not come back together.
fn backoff(retry: u32, random: &Random) -> Duration {
    let limit = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(retry)).min(LONGEST_WAIT);
    limit.mul_f64(random.unit())
}

/// What the server asks for, in seconds or as a date.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    let seconds = u64::try_from(date.timestamp().as_second()).unwrap_or_default();
    let date = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(text: &str) -> Option<Duration> {
        let headers = [(header::RETRY_AFTER, text.parse().unwrap())].into_iter().collect();
        retry_after(&headers, SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770))
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        assert_eq!(after("120"), Some(Duration::from_secs(120)));
        assert_eq!(after("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(7)));
        assert_eq!(
            after("Sun, 06 Nov 1994 08:49:20 GMT"),
            Some(Duration::ZERO),
            "it is over"
        );
        for wrong in ["", "soon", "-1", "1.5", "99999999999999999999999"] {
            assert_eq!(after(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn waits_vary_up_to_a_limit_that_doubles() {
        let random = Random::seeded(7);
        for (retry, limit_ms) in [(0, 100), (1, 200), (4, 1_600), (5, 2_000), (99, 2_000)] {
            let waits: Vec<_> = (0..100).map(|_| backoff(retry, &random).as_millis()).collect();
            assert!(waits.iter().all(|wait| *wait <= limit_ms), "{retry}");
            assert!(waits.iter().any(|wait| *wait > limit_ms / 2), "{retry}");
            assert!(waits.iter().any(|wait| *wait < limit_ms / 2), "{retry}");
        }
    }
}
