//! What AWS meters: how much of it is free in a month, and what the rest costs.

use crate::{NanoDollars, Price, Quantity};

/// One thing that AWS meters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Offer {
    /// Its name here, such as `lambda.requests`; it does not change.
    pub id: &'static str,
    /// What is metered.
    pub what: &'static str,
    /// The unit of the free amount and of the price.
    pub unit: &'static str,
    /// What of it is free.
    pub free: Free,
    /// Whether a bill, an answer of AWS or its pages show that the free amount is granted.
    pub proven: bool,
    /// What the rest costs in us-east-1. Where two sources disagree it is the higher one.
    pub price: Price,
    /// What else one must know, or nothing.
    pub note: &'static str,
    /// Where it was read.
    pub source: &'static str,
    /// When it was read: a year, and a month where it is known; `undated` where neither is.
    pub seen: &'static str,
    /// How sure it is.
    pub confidence: Confidence,
    /// Why it is that sure.
    pub because: &'static str,
}

/// What of an offer is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Free {
    /// As much as one likes.
    Always,
    /// So many units in each calendar month (UTC), for ever.
    Monthly {
        /// Units.
        units: u64,
        /// Who shares them.
        scope: Scope,
    },
    /// Nothing.
    Nothing,
    /// Nothing any more: the offer of twelve months for accounts made before 2025-07-15 ended for the last of them on 2026-07-14.
    Ended,
    /// It was not found out. Take it as nothing.
    Unknown,
}

/// Who shares a free amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// All accounts of an organization in all regions together.
    Organization,
    /// All accounts of an organization, in each region anew.
    OrganizationPerRegion,
}

/// How sure a fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Confidence {
    /// One source, and a doubtful one, or sources that disagree.
    Low,
    /// Implied rather than said, or not read again lately.
    Medium,
    /// Said by AWS, or by several who looked.
    High,
}

impl Confidence {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl Offer {
    /// Units that are free in a month; `None` is as many as one likes.
    pub const fn free_units(&self) -> Option<u64> {
        match self.free {
            Free::Always => None,
            Free::Monthly { units, .. } => Some(units),
            Free::Nothing | Free::Ended | Free::Unknown => Some(0),
        }
    }

    /// What `used` costs in a month if nothing else draws on the free amount; `None` where the price is not known.
    ///
    /// ```
    /// use zerobill_free_tier::{Quantity, offers};
    /// let alarms = offers::find("cw.alarms_standard").unwrap();
    /// assert_eq!(alarms.month_cost(Quantity::whole(10)).unwrap().in_cents(), "$0.00");
    /// assert_eq!(alarms.month_cost(Quantity::whole(13)).unwrap().in_cents(), "$0.30");
    /// ```
    pub fn month_cost(&self, used: Quantity) -> Option<NanoDollars> {
        match self.free_units() {
            None => Some(NanoDollars::ZERO),
            Some(free) => self.price.of(used.beyond(free)),
        }
    }
}

/// The rows of the tables are written with these.
impl Offer {
    /// Nothing of it is free.
    pub(crate) const fn paid(id: &'static str, what: &'static str, unit: &'static str) -> Self {
        Self {
            id,
            what,
            unit,
            free: Free::Nothing,
            proven: true,
            price: Price::UNKNOWN,
            note: "",
            source: "",
            seen: "",
            confidence: Confidence::High,
            because: "",
        }
    }

    /// So many units are free each month.
    pub(crate) const fn monthly(id: &'static str, what: &'static str, unit: &'static str, units: u64) -> Self {
        let scope = Scope::Organization;
        Self {
            free: Free::Monthly { units, scope },
            ..Self::paid(id, what, unit)
        }
    }

    /// It costs nothing.
    pub(crate) const fn always(id: &'static str, what: &'static str, unit: &'static str) -> Self {
        Self {
            free: Free::Always,
            ..Self::paid(id, what, unit).usd("0")
        }
    }

    /// It was free for twelve months.
    pub(crate) const fn ended(id: &'static str, what: &'static str, unit: &'static str) -> Self {
        Self {
            free: Free::Ended,
            ..Self::paid(id, what, unit)
        }
    }

    /// What is free was not found out.
    pub(crate) const fn unknown(id: &'static str, what: &'static str, unit: &'static str) -> Self {
        Self {
            free: Free::Unknown,
            ..Self::paid(id, what, unit)
        }
    }

    /// Its free amount counts in each region anew.
    pub(crate) const fn per_region(mut self) -> Self {
        if let Free::Monthly { units, .. } = self.free {
            let scope = Scope::OrganizationPerRegion;
            self.free = Free::Monthly { units, scope };
        }
        self
    }

    /// What a unit costs, in dollars; after [`up_to`](Self::up_to), what each further one costs.
    pub(crate) const fn usd(self, dollars: &str) -> Self {
        self.usd_per(1, dollars)
    }

    /// What so many units cost together, in dollars.
    pub(crate) const fn usd_per(mut self, units: u64, dollars: &str) -> Self {
        self.price = self.price.then(u64::MAX, units, dollars);
        self
    }

    /// What `per` units cost, in dollars, up to so many paid ones.
    pub(crate) const fn up_to(mut self, limit: u64, per: u64, dollars: &str) -> Self {
        self.price = self.price.then(limit, per, dollars);
        self
    }

    /// What a unit costs that is there all month, in dollars an hour.
    pub(crate) const fn hourly(mut self, dollars: &str) -> Self {
        self.price = self.price.then(u64::MAX, 1, dollars).all_month();
        self
    }

    /// Its free amount was seen on no bill.
    pub(crate) const fn unproven(mut self) -> Self {
        self.proven = false;
        self
    }

    pub(crate) const fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    pub(crate) const fn seen(mut self, month: &'static str, source: Source) -> Self {
        self.seen = month;
        self.source = source.url;
        if self.because.is_empty() {
            self.because = source.kind;
        }
        self
    }

    pub(crate) const fn medium(mut self, because: &'static str) -> Self {
        self.confidence = Confidence::Medium;
        self.because = because;
        self
    }

    pub(crate) const fn low(mut self, because: &'static str) -> Self {
        self.confidence = Confidence::Low;
        self.because = because;
        self
    }
}

/// Where a fact was read, and what kind of place that is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    url: &'static str,
    kind: &'static str,
}

impl Source {
    /// A page of AWS, or a verbatim copy of one.
    pub(crate) const fn page(url: &'static str) -> Self {
        let kind = "AWS page";
        Self { url, kind }
    }

    /// A copy of the price list that AWS publishes for programs.
    pub(crate) const fn price_list(url: &'static str) -> Self {
        let kind = "AWS price list";
        Self { url, kind }
    }

    /// A repository of AWS.
    pub(crate) const fn repository(url: &'static str) -> Self {
        let kind = "AWS repository";
        Self { url, kind }
    }

    /// What AWS answered to someone's account.
    pub(crate) const fn answer(url: &'static str) -> Self {
        let kind = "answer of the AWS API";
        Self { url, kind }
    }

    /// List prices that someone collected, by the page of AWS they belong to.
    pub(crate) const fn collected(url: &'static str) -> Self {
        let kind = "list prices collected by others";
        Self { url, kind }
    }

    /// Someone who looked.
    pub(crate) const fn secondary(url: &'static str) -> Self {
        let kind = "secondary source";
        Self { url, kind }
    }
}
