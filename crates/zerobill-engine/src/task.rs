//! The one home of the clock and of background tasks.

use std::{
    future::Future,
    time::{SystemTime, UNIX_EPOCH},
};

use tokio::{task::JoinHandle, time::Instant};

/// The stopwatch.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the monotonic clock")]
pub(crate) fn now() -> Instant {
    Instant::from_std(std::time::Instant::now())
}

/// Milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
pub(crate) fn epoch_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Starts a task that goes on when its caller is gone.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that starts tasks; the engine has no invocation scope"
)]
pub(crate) fn spawn<F>(work: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(work)
}

/// A new id, unlike every other one. It is nobody's secret: asking the system for each would take longer than all else of it.
pub(crate) fn new_id() -> String {
    random_id().to_string()
}

/// A trace header as Lambda makes one, not sampled.
pub(crate) fn new_trace_id() -> String {
    let (random, parent) = (random_id().simple().to_string(), fastrand::u64(..));
    format!(
        "Root=1-{:08x}-{};Parent={parent:016x};Sampled=0",
        epoch_ms() / 1_000,
        &random[..24]
    )
}

fn random_id() -> uuid::Uuid {
    uuid::Builder::from_random_bytes(fastrand::u128(..).to_ne_bytes()).into_uuid()
}

/// A moment as Lambda writes it in its own lines: `2026-01-02T03:04:05.678Z`.
pub(crate) fn timestamp(epoch_ms: u64) -> String {
    format(epoch_ms, "%Y-%m-%dT%H:%M:%S%.3fZ")
}

/// A moment as EventBridge writes it: `2026-01-02T03:04:05Z`.
pub(crate) fn second(epoch_ms: u64) -> String {
    format(epoch_ms, "%Y-%m-%dT%H:%M:%SZ")
}

/// A moment as the Function URL's events have it: `02/Jan/2026:03:04:05 +0000`.
pub(crate) fn common_log_time(epoch_ms: u64) -> String {
    format(epoch_ms, "%d/%b/%Y:%H:%M:%S +0000")
}

/// A day as log streams are named: `2026/01/02`.
pub(crate) fn day(epoch_ms: u64) -> String {
    format(epoch_ms, "%Y/%m/%d")
}

fn format(epoch_ms: u64, pattern: &str) -> String {
    let moment = i64::try_from(epoch_ms)
        .ok()
        .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    moment
        .map(|moment| moment.strftime(pattern).to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn moments_are_written_as_lambda_writes_them() {
        assert_eq!(super::timestamp(1_767_323_045_678), "2026-01-02T03:04:05.678Z");
        assert_eq!(super::common_log_time(1_767_323_045_678), "02/Jan/2026:03:04:05 +0000");
        assert_eq!(super::day(1_767_323_045_678), "2026/01/02");
    }
}
