//! One look of the guard: read, say, and stop what is to be stopped.

use std::{collections::BTreeSet, sync::Arc};

use zerobill::brake::{Brake, Trip, Trips};

use crate::{
    account::{Account, Notifier},
    alarm::Occasion,
    evaluate::shares,
    ledger::{Ledger, Notice},
    month, notice,
    policy::Policy,
    reading::{Moment, read},
    report::Report,
    verdict::{self, Stop},
};

/// What a guard works with.
pub(crate) struct Watch {
    pub(crate) policy: Policy,
    pub(crate) account: Box<dyn Account>,
    pub(crate) ledger: Box<dyn Ledger>,
    pub(crate) brake: Arc<dyn Brake>,
    pub(crate) trips: Arc<dyn Trips>,
    pub(crate) notifiers: Vec<Box<dyn Notifier>>,
}

impl Watch {
    /// Looks at the month and does what the policy says.
    ///
    /// # Errors
    /// If the state cannot be read, or if the account does not give its figures. The next look misses nothing.
    pub(crate) async fn look(&self, occasion: &Occasion, clock_ms: u64) -> Result<Report, String> {
        let now_ms = occasion.at_ms.unwrap_or(clock_ms);
        let (before, version) = self.ledger.read().await?.unwrap_or_default();
        let month = month::current(now_ms, before.last()).ok_or("the clock shows no year of four digits")?;
        let begins = before.month != month.to_string();
        let state = if begins { before.begin(month) } else { before };
        let mut report = Report {
            state,
            dry_run: occasion.dry_run || self.policy.dry_run,
            ..Report::default()
        };
        let trips = self.trips.list().await.map_err(|error| error.0)?;
        if begins && version > 0 && !trips.is_empty() {
            let names: Vec<_> = trips.iter().map(|trip| trip.function.as_str()).collect();
            report.notices.push(notice::still_stopped(&names, &report.state.month));
        }
        if !report.dry_run {
            self.hold(&trips, &mut report).await;
        }
        // An alarm of one function needs no figures.
        let mut stops: Vec<_> = verdict::of_alarm(&self.policy, occasion).into_iter().collect();
        let at = Moment { month, now_ms };
        let all = occasion.alarm.is_some();
        if let Err(problem) = read(&*self.account, &self.policy, &mut report.state, at, all).await {
            if stops.is_empty() {
                return Err(problem);
            }
            report.problems.push(problem);
        }
        report.shares = shares(&self.policy, &report.state);
        verdict::allow_released(&trips, &mut report);
        self.say(&mut report);
        stops.extend(verdict::of_budgets(&self.policy, &trips, &report));
        stops.extend(verdict::of_account_alarm(&self.policy, occasion, &report.state));
        self.stop(stops, &trips, &mut report).await;
        if !occasion.dry_run {
            self.keep(version, &mut report).await;
        }
        Ok(report)
    }

    /// Stops again what somebody let run, and ends releases that were not ended.
    async fn hold(&self, trips: &[Trip], report: &mut Report) {
        for trip in trips {
            let held = if trip.releasing {
                report.state.stopped.insert(trip.function.clone());
                self.brake.release(&trip.function).await.map(drop)
            } else {
                self.brake.hold(&trip.function).await.map(|now| {
                    let Some(now) = now else { return };
                    // By somebody else, or by a look whose state was not stored.
                    if report.state.stopped.insert(now.function.clone()) {
                        report.notices.push(notice::stopped(&now));
                    } else if now.again > trip.again {
                        report.notices.push(notice::stopped_again(&now));
                    }
                })
            };
            report.problems.extend(held.err().map(|error| error.0));
        }
    }

    /// Says of each budget the highest share that it has reached, once in the month.
    fn say(&self, report: &mut Report) {
        for share in &report.shares {
            let reached = self
                .policy
                .notify_at
                .iter()
                .rev()
                .find(|percent| share.percent >= **percent);
            let said = report.state.said.get(&share.key()).copied().unwrap_or_default();
            if let Some(percent) = reached.filter(|percent| **percent > said) {
                report
                    .notices
                    .push(notice::reached(share, *percent, &report.state.month));
                report.state.said.insert(share.key(), *percent);
            }
        }
    }

    async fn stop(&self, stops: Vec<Stop>, trips: &[Trip], report: &mut Report) {
        let mut done: BTreeSet<_> = trips.iter().map(|trip| trip.function.clone()).collect();
        for Stop { function, reason } in stops {
            if !done.insert(function.clone()) {
                continue;
            }
            report.stops.push(function.clone());
            // What is not done is said once in the month.
            let key = verdict::not_done(&function, report.dry_run);
            let is_said = report.state.said.insert(key, 100).is_some();
            if report.dry_run {
                let would = notice::would_stop(&function, &reason);
                report.notices.extend((!is_said).then_some(would));
                continue;
            }
            match self.brake.trip(&function, &reason).await {
                Ok(trip) => {
                    report.notices.push(notice::stopped(&trip));
                    report.state.stopped.insert(function);
                }
                Err(error) => {
                    let not = notice::not_stopped(&function, &reason, &error.0);
                    report.notices.extend((!is_said).then_some(not));
                    report.problems.push(error.0);
                }
            }
        }
    }

    /// Stores the state, then sends what is to be said. What cannot be sent is kept for the next look.
    async fn keep(&self, version: u64, report: &mut Report) {
        for notice in report.notices.clone() {
            report.state.keep(notice);
        }
        // Stored before it is sent: of two guards that look at once one sends.
        match self.ledger.write(&report.state, version + 1).await {
            Ok(true) => {}
            Ok(false) => {
                report
                    .problems
                    .push("another guard looked at the same time, and says what there is".to_owned());
                return;
            }
            Err(problem) => {
                report.problems.push(problem);
                return;
            }
        }
        if report.state.pending.is_empty() {
            return;
        }
        for notice in std::mem::take(&mut report.state.pending) {
            if let Err(problem) = self.send(&notice).await {
                report.problems.push(problem);
                report.state.keep(notice);
            }
        }
        let written = self.ledger.write(&report.state, version + 2).await;
        report.problems.extend(written.err());
    }

    /// Sends to all; it is sent if one took it, or if there is none.
    async fn send(&self, notice: &Notice) -> Result<(), String> {
        let (mut is_sent, mut problems) = (self.notifiers.is_empty(), Vec::new());
        for notifier in &self.notifiers {
            match notifier.notify(&notice.subject, &notice.text).await {
                Ok(()) => is_sent = true,
                Err(problem) => problems.push(problem),
            }
        }
        if is_sent { Ok(()) } else { Err(problems.join("; ")) }
    }
}
