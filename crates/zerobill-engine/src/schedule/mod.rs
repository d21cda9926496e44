//! When a function is invoked by itself: `rate(5 minutes)` and `cron(0 8 ? * MON-FRI *)`, as EventBridge has them, in UTC.

mod cron;
mod field;

use std::{fmt, str::FromStr, sync::Weak, time::Duration};

use serde_json::json;

use self::cron::Cron;
use crate::{
    function::Function,
    invocation::InvokeRequest,
    settings::{ACCOUNT, REGION},
    task,
};

/// How long is waited at a time: the clock may be set, and a machine may sleep, in between.
const SLICE_MS: u64 = 20_000;

/// When a function is invoked by itself.
///
/// ```
/// use zerobill_engine::Schedule;
/// let weekdays: Schedule = "cron(0 8 ? * MON-FRI *)".parse()?;
/// // After Friday 2026-01-02T08:00:00Z comes Monday 2026-01-05T08:00:00Z.
/// assert_eq!(weekdays.next_after(1_767_340_800_000), Some(1_767_600_000_000));
/// assert!("rate(1 minutes)".parse::<Schedule>().is_err());
/// # Ok::<(), zerobill_engine::ScheduleError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    kind: Kind,
    text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Every(u64),
    Cron(Cron),
}

/// What is wrong with a schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("schedule `{text}`: {problem}")]
pub struct ScheduleError {
    text: String,
    problem: String,
}

impl Schedule {
    /// Every so often, also more often than once a minute, which EventBridge does not do.
    pub fn every(period: Duration) -> Self {
        let milliseconds = u64::try_from(period.as_millis()).unwrap_or(u64::MAX).max(1);
        Self {
            kind: Kind::Every(milliseconds),
            text: format!("every {period:?}"),
        }
    }

    /// The first moment after `epoch_ms`, both in milliseconds since 1970; none if there is none until the year 2200. A rate
    /// counts from that moment.
    pub fn next_after(&self, epoch_ms: u64) -> Option<u64> {
        match &self.kind {
            Kind::Every(period) => epoch_ms.checked_add(*period),
            Kind::Cron(cron) => cron.next_after(epoch_ms),
        }
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let inside = |start: &str| text.trim().strip_prefix(start)?.strip_suffix(')');
        let kind = if let Some(rate) = inside("rate(") {
            period_ms(rate).map(Kind::Every)
        } else if let Some(fields) = inside("cron(") {
            fields.parse().map(Kind::Cron)
        } else {
            Err("it must be `rate(5 minutes)` or `cron(0 8 ? * MON-FRI *)`".to_owned())
        };
        let text = text.trim().to_owned();
        match kind {
            Ok(kind) => Ok(Self { kind, text }),
            Err(problem) => Err(ScheduleError { text, problem }),
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// `5 minutes`, in milliseconds.
fn period_ms(rate: &str) -> Result<u64, String> {
    let wrong = || "a rate is `1 minute`, `5 minutes`, `1 hour`, `2 days`: a number from 1 and its unit".to_owned();
    let (number, unit) = rate.trim().split_once(' ').ok_or_else(wrong)?;
    let number: u64 = number.parse().map_err(|_| wrong())?;
    // EventBridge takes `1 minute` and `2 minutes` and nothing in between.
    let (singular, minutes) = match unit.trim() {
        "minute" => (true, 1),
        "minutes" => (false, 1),
        "hour" => (true, 60),
        "hours" => (false, 60),
        "day" => (true, 24 * 60),
        "days" => (false, 24 * 60),
        _ => return Err(wrong()),
    };
    if number == 0 || singular != (number == 1) {
        return Err(wrong());
    }
    number.checked_mul(minutes * 60_000).ok_or_else(wrong)
}

/// Invokes `function` whenever `schedule` says, as long as there is one. An event that fails is tried again like every asynchronous
/// one.
pub(crate) async fn run(function: Weak<Function>, schedule: Schedule, rule: String) {
    let mut next = schedule.next_after(task::epoch_ms());
    while let Some(due) = next {
        let now = task::epoch_ms();
        if now < due {
            tokio::time::sleep(Duration::from_millis((due - now).min(SLICE_MS))).await;
            continue;
        }
        let Some(function) = function.upgrade() else { return };
        if let Err(error) = function.invoke_later(InvokeRequest::new(event(&rule, due))) {
            function.say(&format!("the event of `{schedule}` is lost: {error}"));
        }
        // A rate does not drift; what was slept through is not made up for.
        next = schedule
            .next_after(due)
            .filter(|next| *next > now)
            .or_else(|| schedule.next_after(now));
    }
}

/// What EventBridge sends.
fn event(rule: &str, due_ms: u64) -> String {
    json!({
        "version": "0",
        "id": task::new_id(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": task::second(due_ms),
        "region": REGION,
        "resources": [format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule}")],
        "detail": {},
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_and_its_unit() {
        for (text, minutes) in [
            ("rate(1 minute)", 1),
            ("rate(5 minutes)", 5),
            (" rate(1 hour) ", 60),
            ("rate(2 days)", 2_880),
        ] {
            let schedule: Schedule = text.parse().unwrap();
            assert_eq!(schedule.next_after(1_000), Some(1_000 + minutes * 60_000), "{text}");
            assert_eq!(schedule.to_string(), text.trim());
        }
        for text in [
            "rate(0 minutes)",
            "rate(1 minutes)",
            "rate(5 minute)",
            "rate(-1 minutes)",
            "rate(5 seconds)",
            "rate(5)",
            "rate()",
            "rate(99999999999999999 days)",
        ] {
            let error = text.parse::<Schedule>().unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("schedule `{text}`: a rate is `1 minute`")),
                "{error}"
            );
        }
        assert_eq!(
            "5 minutes".parse::<Schedule>().unwrap_err().to_string(),
            "schedule `5 minutes`: it must be `rate(5 minutes)` or `cron(0 8 ? * MON-FRI *)`"
        );
    }

    #[test]
    fn the_event_is_that_of_eventbridge() {
        let mut event: serde_json::Value = serde_json::from_str(&event("hello", 1_767_323_045_678)).unwrap();
        assert_eq!(event["id"].take().as_str().map(str::len), Some(36));
        assert_eq!(
            event,
            json!({
                "version": "0",
                "id": null,
                "detail-type": "Scheduled Event",
                "source": "aws.events",
                "account": "123456789012",
                "time": "2026-01-02T03:04:05Z",
                "region": "us-east-1",
                "resources": ["arn:aws:events:us-east-1:123456789012:rule/hello"],
                "detail": {},
            })
        );
    }
}
