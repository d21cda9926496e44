//! The brake: saves what there is, then stops the function and what triggers it.

use std::sync::Arc;

use zerobill::brake::{Brake, BrakeError, BrakeFuture, Concurrency, Saved, Trip, Trips};

use super::account::Account;
use crate::client::Aws;

/// So often is a trip read again that somebody else has written meanwhile.
const ATTEMPTS: u32 = 5;

const STOPPED: Concurrency = Concurrency::Reserved(0);

/// Stops functions of any language: no concurrency is left to them, and what triggers them is disabled.
///
/// Each step is saved in the trips before it is made, so that a release restores what there was, whoever makes it. What a
/// deployment sets while a function is stopped is taken as its new state: it is stopped again, and released into that.
#[derive(Debug)]
pub struct AwsBrake {
    account: Account,
    trips: Arc<dyn Trips>,
    triggers: &'static [Trigger],
}

/// What makes a function run by itself.
#[derive(Clone, Copy, Debug)]
enum Trigger {
    Mapping,
    #[cfg(feature = "schedules")]
    Schedule,
    #[cfg(feature = "schedules")]
    Rule,
}

const TRIGGERS: &[Trigger] = &[
    Trigger::Mapping,
    #[cfg(feature = "schedules")]
    Trigger::Schedule,
    #[cfg(feature = "schedules")]
    Trigger::Rule,
];

impl AwsBrake {
    /// A brake for the functions of a region, which keeps what it changes in `trips`. Nothing is asked yet.
    pub fn new(aws: Aws, trips: Arc<dyn Trips>) -> Self {
        Self {
            account: Account::new(aws),
            trips,
            triggers: TRIGGERS,
        }
    }

    /// The same without triggers, for a local engine, which has none, and for roles that may not change them.
    #[must_use]
    pub fn of_concurrency_alone(mut self) -> Self {
        self.triggers = &[];
        self
    }

    /// What a trip of the function would change, as it is now, and what of it cannot be seen. It changes nothing.
    ///
    /// # Errors
    /// If there is no such function.
    pub async fn preview(&self, function: &str) -> Result<(Saved, Vec<String>), BrakeError> {
        let (mut saved, mut gaps) = (Saved::default(), Vec::new());
        match self.account.concurrency(function).await {
            Ok(None) => return Err(no_such(function)),
            Ok(Some(STOPPED)) => {}
            Ok(Some(before)) => saved.concurrency = before,
            Err(problem) => gaps.push(problem),
        }
        for trigger in self.triggers {
            match trigger.enabled(&self.account, function).await {
                Ok(enabled) => *trigger.of(&mut saved) = enabled,
                Err(problem) => gaps.push(problem),
            }
        }
        Ok((saved, gaps))
    }

    /// Stops the function, of which this trip is stored; none if somebody else wrote it meanwhile. What it changes is noted in
    /// `changed` beforehand: where the trip is gone, nobody else knows it.
    async fn stop(
        &self,
        function: &str,
        reason: &str,
        stored: Option<Trip>,
        changed: &mut Saved,
    ) -> Result<Option<Trip>, BrakeError> {
        let new = || Trip::new(function, reason, self.account.epoch_ms());
        let mut trip = stored.clone().unwrap_or_else(new);
        trip.releasing = false;
        // What an earlier try has changed is not what there was.
        self.add(changed, &mut trip.saved);
        let mut draft = Draft {
            stored,
            trip,
            is_own: false,
        };
        let (mut gaps, mut stopped) = (Vec::new(), false);
        // Where something could not be stopped before, what runs was not undone.
        let was_stopped = draft
            .stored
            .as_ref()
            .is_some_and(|trip| trip.gaps.is_empty() && !trip.releasing);
        let mut is_undone = false;
        match self.account.concurrency(function).await {
            Ok(None) => return Err(no_such(function)),
            Ok(Some(STOPPED)) if draft.trip.saved.concurrency != Concurrency::Untouched => stopped = true,
            Ok(Some(before)) => {
                is_undone |= was_stopped && draft.trip.saved.concurrency != Concurrency::Untouched;
                draft.trip.saved.concurrency = before;
                if !draft.own(&*self.trips).await? {
                    return Ok(None);
                }
                changed.concurrency = before;
                match self.account.set_concurrency(function, STOPPED).await {
                    Ok(()) => stopped = true,
                    Err(problem) => gaps.push(problem),
                }
            }
            Err(problem) => gaps.push(problem),
        }
        for trigger in self.triggers {
            let enabled = match trigger.enabled(&self.account, function).await {
                Ok(enabled) => enabled,
                Err(problem) => {
                    gaps.push(problem);
                    continue;
                }
            };
            is_undone |= was_stopped && !enabled.is_empty();
            let saved = trigger.of(&mut draft.trip.saved);
            for id in &enabled {
                if !saved.contains(id) {
                    saved.push(id.clone());
                }
            }
            stopped |= !saved.is_empty();
            if enabled.is_empty() {
                continue;
            }
            if !draft.own(&*self.trips).await? {
                return Ok(None);
            }
            for id in &enabled {
                trigger.of(changed).push(id.clone());
                if let Err(problem) = trigger.set(&self.account, id, false).await {
                    gaps.push(problem);
                }
            }
        }
        let none = gaps.join("; ");
        draft.trip.gaps = gaps;
        draft.trip.again += u32::from(is_undone);
        let is_stored = if *changed == Saved::default() {
            draft.save(&*self.trips).await?
        } else {
            // Whoever released the function meanwhile did not know what was changed after that.
            draft.write(&*self.trips).await?
        };
        match is_stored {
            false => Ok(None),
            true if stopped => Ok(Some(draft.trip)),
            true => Err(BrakeError(none)),
        }
    }

    /// Stops a function that is stopped by its trip; none where that is gone or being released.
    async fn stop_again(&self, function: &str, changed: &mut Saved) -> Result<Option<Trip>, BrakeError> {
        for _ in 0..ATTEMPTS {
            let Some(trip) = self.trips.read(function).await?.filter(|trip| !trip.releasing) else {
                return Ok(None);
            };
            let reason = trip.reason.clone();
            if let Some(trip) = self.stop(function, &reason, Some(trip), changed).await? {
                return Ok(Some(trip));
            }
        }
        Err(busy(function))
    }

    /// Adds what was changed to what a trip has saved.
    fn add(&self, changed: &mut Saved, saved: &mut Saved) {
        let is_seen = matches!(saved.concurrency, STOPPED | Concurrency::Untouched);
        if is_seen && changed.concurrency != Concurrency::Untouched {
            saved.concurrency = changed.concurrency;
        }
        for trigger in self.triggers {
            let all = trigger.of(saved);
            let missing: Vec<_> = trigger
                .of(changed)
                .iter()
                .filter(|id| !all.contains(id))
                .cloned()
                .collect();
            all.extend(missing);
        }
    }

    /// Undoes what was changed after somebody released the function.
    async fn put_back(&self, function: &str, changed: &Saved) -> Result<(), BrakeError> {
        let mut trip = Trip::new(function, "", 0);
        trip.saved = changed.clone();
        self.undo(&trip).await
    }

    /// What was restored; none if somebody else wrote the trip meanwhile.
    async fn restore(&self, mut trip: Trip) -> Result<Option<Trip>, BrakeError> {
        if !trip.releasing {
            trip.releasing = true;
            trip.version += 1;
            if !self.trips.write(&trip).await? {
                return Ok(None);
            }
        }
        self.undo(&trip).await?;
        Ok(self.trips.clear(&trip).await?.then_some(trip))
    }

    /// Restores what the trip has saved.
    async fn undo(&self, trip: &Trip) -> Result<(), BrakeError> {
        let mut problems = Vec::new();
        for trigger in self.triggers {
            let mut saved = trip.saved.clone();
            for id in trigger.of(&mut saved) {
                problems.extend(trigger.set(&self.account, id, true).await.err());
            }
        }
        problems.extend(self.restore_concurrency(trip).await.err());
        if problems.is_empty() {
            Ok(())
        } else {
            Err(BrakeError(problems.join("; ")))
        }
    }

    /// What a deployment has set since stays.
    async fn restore_concurrency(&self, trip: &Trip) -> Result<(), String> {
        if trip.saved.concurrency == Concurrency::Untouched {
            return Ok(());
        }
        match self.account.concurrency(&trip.function).await? {
            Some(STOPPED) => {
                self.account
                    .set_concurrency(&trip.function, trip.saved.concurrency)
                    .await
            }
            _ => Ok(()),
        }
    }
}

impl Brake for AwsBrake {
    fn trip<'a>(&'a self, function: &'a str, reason: &'a str) -> BrakeFuture<'a, Trip> {
        Box::pin(async move {
            let mut changed = Saved::default();
            for _ in 0..ATTEMPTS {
                let stored = self.trips.read(function).await?;
                if let Some(trip) = self.stop(function, reason, stored, &mut changed).await? {
                    return Ok(trip);
                }
            }
            Err(busy(function))
        })
    }

    fn hold<'a>(&'a self, function: &'a str) -> BrakeFuture<'a, Option<Trip>> {
        Box::pin(async move {
            let mut changed = Saved::default();
            let held = self.stop_again(function, &mut changed).await;
            let is_gone = match &held {
                Ok(held) => held.is_none(),
                Err(_) => matches!(self.trips.read(function).await, Ok(None)),
            };
            if is_gone {
                self.put_back(function, &changed).await?;
            }
            held
        })
    }

    fn release<'a>(&'a self, function: &'a str) -> BrakeFuture<'a, Option<Trip>> {
        Box::pin(async move {
            for _ in 0..ATTEMPTS {
                let Some(trip) = self.trips.read(function).await? else {
                    return Ok(None);
                };
                if let Some(trip) = self.restore(trip).await? {
                    return Ok(Some(trip));
                }
            }
            Err(busy(function))
        })
    }

    fn state<'a>(&'a self, function: &'a str) -> BrakeFuture<'a, Option<Trip>> {
        self.trips.read(function)
    }
}

fn no_such(function: &str) -> BrakeError {
    BrakeError(format!(
        "there is no function `{function}`; check its name and the region"
    ))
}

fn busy(function: &str) -> BrakeError {
    BrakeError(format!(
        "others write the trip of function `{function}` all the time; try again"
    ))
}

/// A trip that is being made.
struct Draft {
    stored: Option<Trip>,
    trip: Trip,
    /// Whether it was written here: what was read may be out of date by now.
    is_own: bool,
}

impl Draft {
    /// Stores what has changed; says whether nobody else did meanwhile.
    async fn save(&mut self, trips: &dyn Trips) -> Result<bool, BrakeError> {
        if self.stored.as_ref() == Some(&self.trip) {
            return Ok(true);
        }
        self.write(trips).await
    }

    /// The same before something is changed: a trip that was read and is not written anew may be gone.
    async fn own(&mut self, trips: &dyn Trips) -> Result<bool, BrakeError> {
        if self.is_own {
            self.save(trips).await
        } else {
            self.write(trips).await
        }
    }

    async fn write(&mut self, trips: &dyn Trips) -> Result<bool, BrakeError> {
        self.trip.version = self.stored.as_ref().map_or(0, |stored| stored.version) + 1;
        let written = trips.write(&self.trip).await?;
        (self.stored, self.is_own) = (Some(self.trip.clone()), true);
        Ok(written)
    }
}

impl Trigger {
    fn of(self, saved: &mut Saved) -> &mut Vec<String> {
        match self {
            Self::Mapping => &mut saved.mappings,
            #[cfg(feature = "schedules")]
            Self::Schedule => &mut saved.schedules,
            #[cfg(feature = "schedules")]
            Self::Rule => &mut saved.rules,
        }
    }

    async fn enabled(self, account: &Account, function: &str) -> Result<Vec<String>, String> {
        match self {
            Self::Mapping => account.enabled_mappings(function).await,
            #[cfg(feature = "schedules")]
            Self::Schedule => account.enabled_schedules(function).await,
            #[cfg(feature = "schedules")]
            Self::Rule => account.enabled_rules(function).await,
        }
    }

    async fn set(self, account: &Account, id: &str, enabled: bool) -> Result<(), String> {
        match self {
            Self::Mapping => account.set_mapping(id, enabled).await,
            #[cfg(feature = "schedules")]
            Self::Schedule => account.set_schedule(id, enabled).await,
            #[cfg(feature = "schedules")]
            Self::Rule => account.set_rule(id, enabled).await,
        }
    }
}
