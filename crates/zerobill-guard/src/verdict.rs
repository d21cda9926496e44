//! Which functions are to be stopped, and why.

use zerobill::brake::Trip;

use crate::{
    alarm::Occasion,
    evaluate::{ACCOUNT, Share},
    ledger::State,
    notice::amount,
    policy::{FunctionPolicy, Policy},
    report::Report,
};

/// How much further of a budget a function may go that was released, in percent of the budget.
const AFTER_RELEASE: u64 = 10;

/// A function that is to be stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    pub(crate) function: String,
    pub(crate) reason: String,
}

/// By the alarm of one function.
pub(crate) fn of_alarm(policy: &Policy, occasion: &Occasion) -> Option<Stop> {
    let alarm = occasion.alarm.as_ref()?;
    let function = policy.function(alarm.function.as_deref()?)?;
    function.is_stoppable().then(|| Stop {
        function: function.name.clone(),
        reason: format!("the alarm `{}` went off", alarm.name),
    })
}

/// By an alarm of the whole account, where the policy says so: what runs.
pub(crate) fn of_account_alarm(policy: &Policy, occasion: &Occasion, state: &State) -> Vec<Stop> {
    let alarm = occasion.alarm.as_ref().filter(|alarm| alarm.function.is_none());
    let Some(alarm) = alarm.filter(|_| policy.trips_on_alarm) else {
        return Vec::new();
    };
    let may = policy.functions.iter().filter(|function| function.is_stoppable());
    may.filter(|function| runs(state, &function.name))
        .map(|function| Stop {
            function: function.name.clone(),
            reason: format!("the alarm `{}` of the account went off", alarm.name),
        })
        .collect()
}

/// By their own budgets, and by the account's.
pub(crate) fn of_budgets(policy: &Policy, trips: &[Trip], report: &Report) -> Vec<Stop> {
    let is_stopped = |name: &str| trips.iter().any(|trip| trip.function == name);
    let may = |function: &&FunctionPolicy| function.is_stoppable() && !is_stopped(&function.name);
    let is_due = |function: &FunctionPolicy, share: &Share| {
        let allowed = report.state.allowed.get(&allowance(&function.name, share)).copied();
        share.percent >= policy.trip_at.max(allowed.unwrap_or_default())
    };
    let mut stops = Vec::new();
    for function in policy.functions.iter().filter(may) {
        let mut own = report.shares.iter().filter(|share| share.subject == function.name);
        stops.extend(
            own.find(|share| is_due(function, share))
                .map(|share| stop(function, share)),
        );
    }
    for share in report.shares.iter().filter(|share| share.subject == ACCOUNT) {
        // What does not run saves nothing.
        let due = policy
            .functions
            .iter()
            .filter(may)
            .filter(|function| is_due(function, share));
        let due = due.filter(|function| runs(&report.state, &function.name));
        // One a look, in their order, and all of them once the budget is used up.
        let most = if share.percent >= 100 { usize::MAX } else { 1 };
        stops.extend(due.take(most).map(|function| stop(function, share)));
    }
    stops
}

/// Lets functions that somebody released go on for a further part of each budget that may stop them.
pub(crate) fn allow_released(trips: &[Trip], report: &mut Report) {
    let is_stopped = |name: &str| trips.iter().any(|trip| trip.function == name);
    let all = report.state.stopped.iter();
    let released: Vec<_> = all.filter(|name| !is_stopped(name)).cloned().collect();
    for function in released {
        report.state.stopped.remove(&function);
        for dry_run in [false, true] {
            report.state.said.remove(&not_done(&function, dry_run));
        }
        let budgets = report.shares.iter();
        for share in budgets.filter(|share| share.subject == ACCOUNT || share.subject == function) {
            let until = share.percent.saturating_add(AFTER_RELEASE);
            report.state.allowed.insert(allowance(&function, share), until);
        }
    }
}

/// Under what it is kept that a stop was said which was not made: for want of a permission, or in a dry run.
pub(crate) fn not_done(function: &str, dry_run: bool) -> String {
    format!("{function}/{}", if dry_run { "would-stop" } else { "stop" })
}

/// Under what it is kept how far a function may go.
fn allowance(function: &str, share: &Share) -> String {
    format!("{function}>{}", share.key())
}

fn stop(function: &FunctionPolicy, share: &Share) -> Stop {
    let (subject, percent) = (&share.subject, share.percent);
    Stop {
        function: function.name.clone(),
        reason: format!(
            "{subject} has used {} of {}, {percent} % of the budget",
            amount(share.used),
            amount(share.budget)
        ),
    }
}

/// Whether a function ran of late, as far as is known.
fn runs(state: &State, function: &str) -> bool {
    let moves = state.drilled_ms == state.read_ms || state.account != state.drilled;
    moves && state.functions.get(function).is_some_and(|used| used.grown > 0)
}
