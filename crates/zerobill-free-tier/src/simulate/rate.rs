//! How many requests come in each second.

use super::{Burst, Plan};

/// The requests of a plan by second. Their sum over the month is exact: each minute gets its share of all, and in a minute the
/// first seconds get one more where it does not divide by 60, so that seconds differ as seldom as can be.
pub(super) struct Rate<'a> {
    requests: u64,
    day: &'a [u64; 24],
    days: u64,
    bursts: &'a [Burst],
    minute: Option<(u64, u64)>,
}

impl<'a> Rate<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        Self {
            requests: plan.requests,
            day: &plan.day,
            days: plan.month.days().into(),
            bursts: &plan.bursts,
            minute: None,
        }
    }

    /// Those of a second of the month.
    pub(super) fn at(&mut self, second: u64) -> u64 {
        let minute = second / 60;
        let here = match self.minute {
            Some((known, here)) if known == minute => here,
            _ => {
                let here = self.before(minute + 1) - self.before(minute);
                self.minute = Some((minute, here));
                here
            }
        };
        let running = self
            .bursts
            .iter()
            .filter(|burst| (burst.start..burst.start + burst.seconds).contains(&second));
        here / 60 + u64::from(second % 60 < here % 60) + running.map(|burst| burst.per_second).sum::<u64>()
    }

    /// Those of all minutes before that one.
    fn before(&self, minute: u64) -> u64 {
        let (day, of_day) = (minute / 1_440, minute % 1_440);
        let whole_day = 60 * self.day.iter().sum::<u64>();
        let hours = self
            .day
            .iter()
            .zip(0..)
            .map(|(weight, hour)| weight * of_day.saturating_sub(hour * 60).min(60));
        let weight = day * whole_day + hours.sum::<u64>();
        let share = u128::from(self.requests) * u128::from(weight);
        // At most `requests`.
        share
            .checked_div(u128::from(whole_day * self.days))
            .and_then(|share| u64::try_from(share).ok())
            .unwrap_or_default()
    }
}
