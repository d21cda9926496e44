//! What follows from the month: lines in the log, DEBUG lines and metrics left out, the function stopped and released.

use std::sync::atomic::Ordering::Relaxed;

use super::{keeper::Keeper, settings::Rules};
use crate::meter::{Account, Batch, Crossing, Totals};

impl Keeper {
    /// Does what the month asks for.
    pub(super) async fn obey(&self, rules: &Rules, batch: &Batch, account: Account) {
        if self.known().month != Some(batch.month) {
            // A month that ended asks for nothing any more.
            return;
        }
        let verdict = rules.policy.judge(&rules.budget, &account, batch);
        for crossing in verdict.crossed {
            self.say(crossing, || self.reached(rules, batch, &account.totals, crossing));
        }
        // That of a function that is stopped is no news.
        if self.base.meter.shed(verdict.sheds) && verdict.trips.is_none() {
            let change = if verdict.sheds {
                "DEBUG lines and metrics are left out from now on, to save what is left of the budget"
            } else {
                "DEBUG lines and metrics are written again"
            };
            self.notice(change.to_owned(), false);
        }
        self.known().asks_for_stop = verdict.trips.is_some();
        let is_stopped = self.refuses.load(Relaxed) && self.known().brake_problem.is_none();
        if let Some(crossing) = verdict.trips.filter(|_| !is_stopped) {
            let reason = self.reached(rules, batch, &account.totals, crossing);
            self.stop(&reason).await;
        }
        if self.refuses.load(Relaxed) && self.known().brake_problem.is_none() {
            // What it uses while it is stopped is not taken from what it may use once it is released.
            let marked = self.store().mark(self.budget(rules), batch.month, account.totals);
            if let Err(error) = marked.await {
                self.problem(|known| &mut known.store_problem, error.to_string());
            }
        }
    }

    /// Stops the function. Where the brake fails, it refuses by itself, and the brake is tried again with the next batch.
    async fn stop(&self, reason: &str) {
        self.refuses.store(true, Relaxed);
        self.known().reason = Some(reason.to_owned());
        let stopped = self.brake().trip(&self.function, reason).await;
        match stopped {
            Ok(trip) => {
                self.known().brake_problem = None;
                self.notice(format!("function `{}` is stopped: {reason}", self.function), true);
                for gap in trip.gaps {
                    self.notice(gap, true);
                }
            }
            Err(error) => self.problem(|known| &mut known.brake_problem, error.to_string()),
        }
    }

    /// Asks whether the function is stopped, by whomever.
    pub(super) async fn ask_brake(&self) {
        let is_first = !std::mem::replace(&mut self.known().asked_brake, true);
        let state = match self.brake().state(&self.function).await {
            Ok(state) => state,
            Err(error) => return self.problem(|known| &mut known.asking_problem, error.to_string()),
        };
        self.known().asking_problem = None;
        if let Some(trip) = state {
            self.known().reason = Some(trip.reason.clone());
            if !self.refuses.swap(true, Relaxed) && is_first && !trip.releasing {
                // No environment of a function that is stopped should have started: something undid it, and no release.
                let again = self.brake().trip(&self.function, &trip.reason).await;
                if let Err(error) = again {
                    self.problem(|known| &mut known.brake_problem, error.to_string());
                }
            }
            return;
        }
        let mut known = self.known();
        let by_itself = known.asks_for_stop && known.brake_problem.is_some();
        if !by_itself && self.refuses.swap(false, Relaxed) {
            (known.reason, known.brake_problem) = (None, None);
            drop(known);
            self.notice(format!("function `{}` was released", self.function), false);
        }
    }

    /// Says once a month that a threshold was crossed.
    fn say(&self, crossing: Crossing, message: impl FnOnce() -> String) {
        let what = (crossing.dimension, crossing.percent);
        let mut known = self.known();
        if !known.said.contains(&what) {
            known.said.push(what);
            drop(known);
            self.notice(message(), false);
        }
    }

    /// How much of the budget is used, in a sentence.
    fn reached(&self, rules: &Rules, batch: &Batch, totals: &Totals, crossing: Crossing) -> String {
        let Crossing { dimension, percent, .. } = crossing;
        let (used, limit) = (rules.budget.used(dimension, totals), rules.budget.limit(dimension));
        format!(
            "{percent} % of the budget `{}` is reached in {}: {} of {}",
            self.budget(rules),
            batch.month,
            dimension.text(used),
            dimension.text(limit.unwrap_or_default()),
        )
    }
}
