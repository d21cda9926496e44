//! What is done at 50, 80 and 95 % of a month's budget.

use zerobill_free_tier::{Architecture, MbMs, NanoDollars, month_cost};

/// The shares of a budget at which something is done, in percent.
pub(crate) const THRESHOLDS: [u64; 3] = [50, 80, 95];

/// How much more of the budget a function that was released may use before it is stopped again, in percent.
const REST_PERCENT: u128 = 5;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Action {
    Nothing,
    /// A line in the log.
    Note,
    /// The function is stopped.
    Trip,
}

/// What a month may use; none is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    pub(crate) requests: Option<u64>,
    pub(crate) gb_seconds: Option<u64>,
    pub(crate) dollars: Option<NanoDollars>,
    pub(crate) architecture: Architecture,
}

/// What a month has used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) requests: u64,
    pub(crate) mb_ms: u64,
}

/// A threshold that was crossed, and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Crossing {
    pub(crate) action: Action,
    /// What was used of what, in words.
    pub(crate) text: String,
}

/// What a budget limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dimension {
    Requests,
    GbSeconds,
    Dollars,
}

impl Dimension {
    const ALL: [Self; 3] = [Self::Requests, Self::GbSeconds, Self::Dollars];

    fn words(self, amount: u128) -> String {
        match self {
            Self::Requests => format!("{amount} requests"),
            Self::GbSeconds => format!("{:.3} GB-seconds", MbMs(amount).gb_seconds()),
            Self::Dollars => NanoDollars(amount).in_cents(),
        }
    }
}

impl Budget {
    fn limit(&self, dimension: Dimension) -> Option<u128> {
        match dimension {
            Dimension::Requests => self.requests.map(u128::from),
            Dimension::GbSeconds => self.gb_seconds.map(|seconds| u128::from(seconds) * 1_024 * 1_000),
            Dimension::Dollars => self.dollars.map(|dollars| dollars.0),
        }
    }

    fn used(&self, dimension: Dimension, totals: Totals) -> u128 {
        match dimension {
            Dimension::Requests => totals.requests.into(),
            Dimension::GbSeconds => totals.mb_ms.into(),
            Dimension::Dollars => {
                let cost = month_cost(self.architecture, totals.requests, MbMs(totals.mb_ms.into()));
                cost.total().0
            }
        }
    }

    /// What follows from a month that was at `before` and is at `now`, by what is done at each threshold: the highest one that was
    /// crossed of each dimension, and each that stops the function, also where it was crossed earlier by others.
    pub(crate) fn crossed(
        &self,
        actions: [Action; THRESHOLDS.len()],
        before: Totals,
        now: Totals,
        tripped_at: Option<Totals>,
    ) -> Vec<Crossing> {
        let mut crossings = Vec::new();
        for dimension in Dimension::ALL {
            let Some(limit) = self.limit(dimension) else { continue };
            let (was, is) = (self.used(dimension, before), self.used(dimension, now));
            let rests = tripped_at.is_some_and(|tripped_at| {
                let more = is.saturating_sub(self.used(dimension, tripped_at));
                more.saturating_mul(100) < limit.saturating_mul(REST_PERCENT)
            });
            let reached = THRESHOLDS.into_iter().zip(actions).rev().find(|(percent, action)| {
                let mark = limit.saturating_mul(u128::from(*percent));
                let trips = *action == Action::Trip && !rests;
                is > 0 && is.saturating_mul(100) >= mark && (was.saturating_mul(100) < mark || trips)
            });
            let Some((percent, action)) = reached.filter(|(_, action)| *action > Action::Nothing) else {
                continue;
            };
            crossings.push(Crossing {
                action: if rests { Action::Note } else { action },
                text: format!(
                    "{percent} % of the month's budget are reached: {} of {}",
                    dimension.words(is),
                    dimension.words(limit)
                ),
            });
        }
        crossings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: Budget = Budget {
        requests: Some(100),
        gb_seconds: None,
        dollars: None,
        architecture: Architecture::X86_64,
    };
    const TRIPS: [Action; 3] = [Action::Note, Action::Note, Action::Trip];

    fn at(requests: u64) -> Totals {
        Totals { requests, mb_ms: 0 }
    }

    fn crossed(before: u64, now: u64, tripped_at: Option<u64>) -> Vec<(Action, String)> {
        let crossings = BUDGET.crossed(TRIPS, at(before), at(now), tripped_at.map(at));
        crossings
            .into_iter()
            .map(|crossing| (crossing.action, crossing.text))
            .collect()
    }

    #[test]
    fn each_threshold_is_noted_once_and_the_last_one_stops() {
        assert_eq!(crossed(0, 49, None), []);
        let half = "50 % of the month's budget are reached: 50 requests of 100 requests";
        assert_eq!(crossed(49, 50, None), [(Action::Note, half.to_owned())]);
        assert_eq!(crossed(50, 51, None), []);
        let near = "95 % of the month's budget are reached: 97 requests of 100 requests";
        assert_eq!(crossed(10, 97, None), [(Action::Trip, near.to_owned())]);
    }

    #[test]
    fn what_another_environment_has_crossed_stops_here_too() {
        let now = "95 % of the month's budget are reached: 98 requests of 100 requests";
        assert_eq!(crossed(97, 98, None), [(Action::Trip, now.to_owned())]);
    }

    #[test]
    fn a_released_function_has_five_percent_more() {
        assert_eq!(crossed(97, 98, Some(95)), []);
        assert_eq!(crossed(99, 100, Some(95)).len(), 1);
    }

    #[test]
    fn gb_seconds_and_dollars_are_limits_too() {
        let budget = Budget {
            requests: None,
            gb_seconds: Some(400_000),
            dollars: Some(NanoDollars(1_000_000_000)),
            architecture: Architecture::X86_64,
        };
        let totals = |gb_seconds: u64| Totals {
            requests: 0,
            mb_ms: gb_seconds * 1_024_000,
        };
        let actions = [Action::Nothing, Action::Note, Action::Note];
        let crossings = budget.crossed(actions, totals(0), totals(390_000), None);
        assert_eq!(
            crossings.into_iter().map(|crossing| crossing.text).collect::<Vec<_>>(),
            ["95 % of the month's budget are reached: 390000.000 GB-seconds of 400000.000 GB-seconds"]
        );
        let crossings = budget.crossed(actions, totals(400_000), totals(460_000), None);
        assert_eq!(
            crossings.into_iter().map(|crossing| crossing.text).collect::<Vec<_>>(),
            ["95 % of the month's budget are reached: $1.01 of $1.00"]
        );
    }
}
