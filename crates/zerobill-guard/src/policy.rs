//! What the owner wants: budgets, and which functions may be stopped.

use zerobill_free_tier::Budget;

/// Budgets of a month, and what is done when they are used up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// Budgets of all functions together.
    pub account: Vec<Budget>,
    /// Functions with a policy of their own, in the order in which they are stopped for the account's sake.
    pub functions: Vec<FunctionPolicy>,
    /// At which shares of a budget it is said, in percent, ascending.
    pub notify_at: Vec<u64>,
    /// At which share of a budget functions are stopped, in percent.
    pub trip_at: u64,
    /// Whether an alarm of the whole account stops the functions that run and may be stopped.
    pub trips_on_alarm: bool,
    /// Whether it is only said what would be stopped.
    pub dry_run: bool,
}

/// What is wanted of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FunctionPolicy {
    /// Its name.
    pub name: String,
    /// Its own budgets.
    pub budgets: Vec<Budget>,
    /// Whether it may be stopped: by its own budgets, and by the account's.
    pub may_trip: bool,
    /// Whether it is never stopped, whatever else is said.
    pub never: bool,
}

/// A text that is no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PolicyError(pub(crate) String);

/// What a budget may be, for messages.
const BUDGETS: &str = "`requests=1000000`, `gb-seconds=400000` or `usd=1.50`";

impl Policy {
    /// The policy of a function, if it has one of its own.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<&FunctionPolicy> {
        self.functions.iter().find(|function| function.name == name)
    }
}

impl FunctionPolicy {
    /// Whether it may be stopped after all.
    #[must_use]
    pub fn is_stoppable(&self) -> bool {
        self.may_trip && !self.never
    }
}

/// Budgets such as `requests=1000000, gb-seconds=400000`.
///
/// # Errors
/// What is not such a list.
pub(crate) fn budgets(text: &str) -> Result<Vec<Budget>, PolicyError> {
    let words = text.split([',', ' ']).filter(|word| !word.is_empty());
    let budgets: Result<Vec<_>, _> = words.map(budget).collect();
    let budgets = budgets?;
    for (index, one) in budgets.iter().enumerate() {
        if budgets[..index].iter().any(|other| unit(*other) == unit(*one)) {
            return Err(PolicyError(format!("`{}` stands there twice", unit(*one))));
        }
    }
    Ok(budgets)
}

/// Functions such as `reports: requests=100000, trip; checkout: never`.
///
/// # Errors
/// What is not such a list.
pub(crate) fn functions(text: &str) -> Result<Vec<FunctionPolicy>, PolicyError> {
    let mut all: Vec<FunctionPolicy> = Vec::new();
    for part in text.split([';', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        let (name, wanted) = part
            .split_once(':')
            .ok_or_else(|| PolicyError(format!("`{part}` is not of the form `NAME: requests=100000, trip`")))?;
        let name = name.trim().to_owned();
        if name.is_empty() || all.iter().any(|other| other.name == name) {
            return Err(PolicyError(format!(
                "`{part}` names no function, or one that was named before"
            )));
        }
        let words: Vec<_> = wanted.split([',', ' ']).filter(|word| !word.is_empty()).collect();
        let says = |word: &str| words.contains(&word);
        let (may_trip, never) = (says("trip"), says("never"));
        if may_trip && never {
            return Err(PolicyError(format!("`{name}` cannot be both `trip` and `never`")));
        }
        let rest: Vec<_> = words
            .iter()
            .copied()
            .filter(|word| !matches!(*word, "trip" | "never"))
            .collect();
        let budgets = budgets(&rest.join(",")).map_err(|error| PolicyError(format!("`{name}`: {error}")))?;
        all.push(FunctionPolicy {
            name,
            budgets,
            may_trip,
            never,
        });
    }
    Ok(all)
}

/// Percentages such as `50, 80, 95`.
///
/// # Errors
/// What is not such a list.
pub(crate) fn percentages(text: &str) -> Result<Vec<u64>, PolicyError> {
    let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
    let parsed = parts.map(|part| part.parse().ok().filter(|percent| (1..=1_000).contains(percent)));
    let mut percentages: Vec<u64> = parsed
        .collect::<Option<_>>()
        .ok_or_else(|| PolicyError(format!("`{text}` is not a list of percentages such as `50, 80, 95`")))?;
    percentages.sort_unstable();
    percentages.dedup();
    Ok(percentages)
}

/// What a budget counts.
pub(crate) const fn unit(budget: Budget) -> &'static str {
    match budget {
        Budget::Requests(_) => "requests",
        Budget::GbSeconds(_) => "gb-seconds",
        Budget::Dollars(_) => "usd",
    }
}

fn budget(word: &str) -> Result<Budget, PolicyError> {
    let wrong = || PolicyError(format!("`{word}` is no budget such as {BUDGETS}"));
    let (unit, amount) = word.split_once('=').ok_or_else(wrong)?;
    let whole = || amount.replace('_', "").parse().map_err(|_| wrong());
    match unit {
        "requests" => Ok(Budget::Requests(whole()?)),
        "gb-seconds" => Ok(Budget::GbSeconds(whole()?)),
        "usd" => amount.parse().map(Budget::Dollars).map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use zerobill_free_tier::NanoDollars;

    use super::*;

    #[test]
    fn budgets_are_read_to_the_last_digit() {
        assert_eq!(
            budgets("requests=1_000_000, gb-seconds=400000 usd=1.50"),
            Ok(vec![
                Budget::Requests(1_000_000),
                Budget::GbSeconds(400_000),
                Budget::Dollars(NanoDollars(1_500_000_000)),
            ])
        );
        assert_eq!(budgets("usd=0.000000001"), Ok(vec![Budget::Dollars(NanoDollars(1))]));
        assert_eq!(budgets(""), Ok(Vec::new()));
    }

    #[test]
    fn functions_keep_their_order() {
        let all = functions("reports: requests=100000, trip;\n thumbnails: usd=2 ; checkout: never;").unwrap();
        let facts: Vec<_> = all
            .iter()
            .map(|one| (one.name.as_str(), one.budgets.len(), one.may_trip, one.never))
            .collect();
        assert_eq!(
            facts,
            [
                ("reports", 1, true, false),
                ("thumbnails", 1, false, false),
                ("checkout", 0, false, true)
            ]
        );
    }

    #[test]
    fn what_is_no_policy_says_where_and_what_would_be() {
        let error = |text: &str| functions(text).unwrap_err().to_string();
        assert_eq!(
            error("reports"),
            "`reports` is not of the form `NAME: requests=100000, trip`"
        );
        assert_eq!(
            error("reports: request=5"),
            "`reports`: `request=5` is no budget such as `requests=1000000`, `gb-seconds=400000` or `usd=1.50`"
        );
        assert_eq!(error("a: trip never"), "`a` cannot be both `trip` and `never`");
        assert_eq!(
            error("a: trip; a: never"),
            "`a: never` names no function, or one that was named before"
        );
        for wrong in [
            "usd=1.0000000001",
            "usd=-1",
            "usd=.5",
            "usd=1.",
            "usd=1e3",
            "requests=1.5",
            "requests=",
            "usd",
            "requests=-1",
        ] {
            assert!(
                budgets(wrong)
                    .unwrap_err()
                    .to_string()
                    .starts_with(&format!("`{wrong}` is no budget")),
                "{wrong}"
            );
        }
        assert_eq!(
            budgets("usd=1,usd=2").unwrap_err().to_string(),
            "`usd` stands there twice"
        );
        assert_eq!(percentages("95, 50,80").unwrap(), [50, 80, 95]);
        assert_eq!(
            percentages("50 %").unwrap_err().to_string(),
            "`50 %` is not a list of percentages such as `50, 80, 95`"
        );
    }
}
