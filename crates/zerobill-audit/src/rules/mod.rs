//! The rules, one table. A row's check, its page in the documentation and its entry in SARIF come from the same definition.

mod alarms;
mod apis;
mod compute;
mod dashboards;
mod decisive;
mod events;
mod functions;
mod logs;
mod metrics;
mod network;
mod packages;
mod recursion;
mod secrets;
mod service;
mod storage;
mod tables;
mod traps;

pub(crate) use self::{
    decisive::unknown,
    packages::{METRICS_CLIENT, PAID_CLIENT},
    service::{QUIET, UNKNOWN},
};

use zerobill_free_tier::{NanoDollars, Quantity, offers};

use crate::{finding::Severity, node::Node, resource::Resource, run::Run};

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name; it does not change.
    pub id: &'static str,
    /// How bad its findings are, unless the finding says otherwise.
    pub severity: Severity,
    /// What it finds, in one sentence. It is the reason of findings that have none of their own.
    pub title: &'static str,
    /// What to do instead.
    pub fix: &'static str,
    /// What the monthly estimate assumes; nothing where there is no estimate.
    pub assumes: &'static str,
    /// The facts behind it, by the names of [`offers`].
    pub offers: &'static [&'static str],
    /// Checks of Checkov that ask for what costs here: its id, and what it asks for.
    pub linters: &'static [&'static str],
    pub(crate) check: Check,
}

/// How a rule looks.
pub(crate) enum Check {
    /// At each resource of some types.
    Each(&'static [&'static str], fn(&Run<'_>, &Resource) -> Vec<Hit>),
    /// At all of them together; it says at which resource what was found.
    All(
        &'static [&'static str],
        for<'r> fn(&Run<'r>) -> Vec<(&'r Resource, Hit)>,
    ),
    /// It is found elsewhere: while reading.
    Elsewhere,
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.kinds()).finish()
    }
}

impl Check {
    /// The types it judges.
    pub(crate) const fn kinds(&self) -> &'static [&'static str] {
        match self {
            Self::Each(kinds, _) | Self::All(kinds, _) => kinds,
            Self::Elsewhere => &[],
        }
    }
}

/// What a rule found at a resource.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hit {
    pub(crate) monthly: Option<NanoDollars>,
    pub(crate) reason: Option<String>,
    pub(crate) line: Option<usize>,
    pub(crate) severity: Option<Severity>,
    /// It could not be judged; the reason says why.
    pub(crate) unknown: bool,
}

impl Hit {
    /// Something that costs this much; `None` where no price is known.
    pub(crate) fn costs(monthly: Option<NanoDollars>) -> Self {
        Self {
            monthly,
            ..Self::default()
        }
    }

    /// Something that costs nothing as it stands.
    pub(crate) fn free() -> Self {
        Self::costs(Some(NanoDollars::ZERO))
    }

    /// Something that cannot be judged.
    pub(crate) fn unknown(reason: impl Into<String>) -> Self {
        Self {
            unknown: true,
            ..Self::free().because(reason)
        }
    }

    pub(crate) fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    pub(crate) fn at(mut self, node: &Node) -> Self {
        self.line = Some(node.line).filter(|line| *line > 0);
        self
    }

    pub(crate) fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// As the only finding.
    pub(crate) fn only(self) -> Vec<Self> {
        vec![self]
    }
}

/// All rules in the order of the documentation.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    const TABLES: &[&[Rule]] = &[
        network::RULES,
        apis::RULES,
        functions::RULES,
        traps::RULES,
        recursion::RULES,
        logs::RULES,
        metrics::RULES,
        alarms::RULES,
        dashboards::RULES,
        tables::RULES,
        storage::RULES,
        events::RULES,
        secrets::RULES,
        compute::RULES,
        packages::RULES,
        service::RULES,
    ];
    TABLES.iter().copied().flatten()
}

/// The rule of this name.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// What so many units of an offer cost, none of them free.
pub(crate) fn cost(offer: &str, quantity: Quantity) -> Option<NanoDollars> {
    offers::find(offer)?.price.of(quantity)
}

/// What so many whole units cost.
pub(crate) fn units(offer: &str, units: u64) -> Option<NanoDollars> {
    cost(offer, Quantity::whole(units))
}

/// What something costs that is there all month and billed by the hour.
pub(crate) fn all_month(offer: &str) -> Option<NanoDollars> {
    units(offer, offers::HOURS_PER_MONTH)
}

/// What so many units cost beyond the free ones.
pub(crate) fn beyond_free(offer: &str, units: u64) -> Option<NanoDollars> {
    offers::find(offer)?.month_cost(Quantity::whole(units))
}

/// Several costs together; not known if one is not.
pub(crate) fn together<const N: usize>(costs: [Option<NanoDollars>; N]) -> Option<NanoDollars> {
    costs.into_iter().sum()
}

/// One finding for all that share a free amount: where it is crossed, or at the first of them.
pub(crate) fn sum<'r>(
    used: impl IntoIterator<Item = (&'r Resource, u64)>,
    free: u64,
    offer: &str,
    what: &str,
) -> Vec<(&'r Resource, Hit)> {
    let (mut total, mut first, mut crossing) = (0_u64, None, None);
    for (resource, units) in used {
        total = total.saturating_add(units);
        first = first.or(Some(resource));
        crossing = crossing.or((total > free).then_some(resource));
    }
    let reason = format!("{total} {what}, of which {free} are free in the whole account");
    let hit = Hit::costs(beyond_free(offer, total)).because(reason);
    match (crossing, first) {
        (Some(crossing), _) => vec![(crossing, hit.severity(Severity::Paid))],
        (None, Some(first)) if total > 0 => vec![(first, hit)],
        _ => Vec::new(),
    }
}

/// A whole number with commas: `1,000,000`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number from a template as a count; what is negative or no number is none.
pub(crate) fn count(number: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, and what is no number becomes 0"
    )]
    let count = number.max(0.0).round() as u64;
    count
}
