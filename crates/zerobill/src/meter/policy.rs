//! What is done at 50, 80 and 95 % of a budget.

use super::{
    batch::{Account, Batch},
    budget::{Budget, Dimension},
};
use crate::error::suggestion;

/// The shares of a budget at which something is done, in percent.
pub(crate) const THRESHOLDS: [u8; 3] = [50, 80, 95];

/// How much more of the budget a function that was released may use before it is stopped again, in percent.
pub(crate) const REST_PERCENT: u128 = 5;

/// What is done, each word with what the ones before it mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Action {
    /// Nothing.
    Nothing,
    /// A line in the log.
    Note,
    /// Lines at DEBUG and metrics are left out until the month ends.
    Shed,
    /// The function is stopped.
    Trip,
}

impl Action {
    const ALL: [Self; 4] = [Self::Nothing, Self::Note, Self::Shed, Self::Trip];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Note => "note",
            Self::Shed => "shed",
            Self::Trip => "trip",
        }
    }

    fn parse(word: &str) -> Result<Self, PolicyFault> {
        let found = Self::ALL.into_iter().find(|action| action.as_str() == word);
        found.ok_or_else(|| unknown("action", word, Self::ALL.map(Self::as_str)))
    }
}

/// An action for each dimension.
type Actions = [Action; Dimension::ALL.len()];

/// What a setting says that is no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct PolicyFault(String);

fn unknown<const N: usize>(what: &str, word: &str, words: [&str; N]) -> PolicyFault {
    let word = crate::error::shortened(word);
    PolicyFault(format!("`{word}` is no {what}{}", suggestion(word, words)))
}

/// What is done at each threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Policy([Actions; THRESHOLDS.len()]);

/// A dimension of which so much is used that something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Crossing {
    pub(crate) dimension: Dimension,
    pub(crate) percent: u8,
    pub(crate) action: Action,
}

/// What follows from a month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// What was crossed by the last batch, the highest threshold of each dimension.
    pub(crate) crossed: Vec<Crossing>,
    /// Whether DEBUG lines and metrics are left out.
    pub(crate) sheds: bool,
    /// Why the function is to be stopped.
    pub(crate) trips: Option<Crossing>,
}

impl Policy {
    /// Notes at every threshold.
    pub(crate) const NOTES: Self = Self([[Action::Note; Dimension::ALL.len()]; THRESHOLDS.len()]);

    /// The policy of one text for each threshold: an action, or `dimension=action` for one dimension, separated by commas. What is
    /// not said is `note`. Faults come with the number of the text.
    pub(crate) fn parse<S: AsRef<str>>(texts: [S; THRESHOLDS.len()]) -> (Self, Vec<(usize, PolicyFault)>) {
        let (mut policy, mut faults) = (Self::NOTES, Vec::new());
        for ((number, text), actions) in texts.iter().enumerate().zip(&mut policy.0) {
            match parse(text.as_ref()) {
                Ok(parsed) => *actions = parsed,
                Err(fault) => faults.push((number, fault)),
            }
        }
        (policy, faults)
    }

    /// What follows from `account`, to which `batch` was added last.
    pub(crate) fn judge(&self, budget: &Budget, account: &Account, batch: &Batch) -> Verdict {
        let (totals, before) = (&account.totals, account.totals.before(batch));
        let mut verdict = Verdict::default();
        for (place, dimension) in Dimension::ALL.into_iter().enumerate() {
            let reached = THRESHOLDS
                .into_iter()
                .zip(self.0.iter().filter_map(|actions| actions.get(place).copied()))
                .filter(|(percent, _)| budget.reaches(dimension, totals, *percent))
                .map(|(percent, action)| Crossing {
                    dimension,
                    percent,
                    action,
                });
            let highest = reached.clone().last();
            verdict.crossed.extend(highest.filter(|crossing| {
                crossing.action > Action::Nothing && !budget.reaches(dimension, &before, crossing.percent)
            }));
            let strictest = reached.max_by_key(|crossing| crossing.action);
            let Some(strictest) = strictest else { continue };
            verdict.sheds |= strictest.action >= Action::Shed;
            if strictest.action == Action::Trip && !rests(budget, dimension, account) {
                verdict.trips = verdict.trips.or(Some(strictest));
            }
        }
        verdict
    }
}

/// Whether a function that was stopped and released still has something of what it may use more.
fn rests(budget: &Budget, dimension: Dimension, account: &Account) -> bool {
    let Some((tripped_at, limit)) = account.tripped_at.zip(budget.limit(dimension)) else {
        return false;
    };
    let more = budget
        .used(dimension, &account.totals)
        .saturating_sub(budget.used(dimension, &tripped_at));
    more.saturating_mul(100) < limit.saturating_mul(REST_PERCENT)
}

fn parse(text: &str) -> Result<Actions, PolicyFault> {
    let mut actions = [Action::Note; Dimension::ALL.len()];
    let items: Vec<_> = text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
    let (one, all): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.contains('='));
    match all.as_slice() {
        [] => {}
        [action] => actions.fill(Action::parse(action)?),
        [_, second, ..] => {
            return Err(PolicyFault(format!(
                "`{second}` is a second action for all dimensions; write `requests={second}` for one"
            )));
        }
    }
    for item in one {
        let (name, action) = item.split_once('=').unwrap_or_default();
        let (name, action) = (name.trim(), action.trim());
        let place = Dimension::ALL.iter().position(|dimension| dimension.as_str() == name);
        let names = Dimension::ALL.map(Dimension::as_str);
        let slot = place.and_then(|place| actions.get_mut(place));
        *slot.ok_or_else(|| unknown("dimension", name, names))? = Action::parse(action)?;
    }
    Ok(actions)
}
