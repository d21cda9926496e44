//! The tables of all offers, a file for each group of services, and where their facts were read.

mod data;
mod lambda;
mod messaging;
mod network;
mod observability;
mod other;
mod security;
mod sources;

use crate::Offer;

/// The hours of a month as AWS counts them in prices.
pub const HOURS_PER_MONTH: u64 = 730;

/// A group of services and its offers.
pub type Group = (&'static str, &'static [Offer]);

/// All offers, in groups.
pub const GROUPS: &[Group] = &[
    ("Lambda", lambda::OFFERS),
    ("CloudWatch, Logs and X-Ray", observability::OFFERS),
    ("DynamoDB, S3 and other stores", data::OFFERS),
    ("Events, queues, mails and workflows", messaging::OFFERS),
    ("Network, APIs and delivery", network::OFFERS),
    ("Secrets, parameters, keys and users", security::OFFERS),
    ("Builds, budgets and the rest", other::OFFERS),
];

/// All offers.
pub fn all() -> impl Iterator<Item = &'static Offer> {
    GROUPS.iter().flat_map(|(_, offers)| *offers)
}

/// The offer that is called `id`.
pub fn find(id: &str) -> Option<&'static Offer> {
    all().find(|offer| offer.id == id)
}

/// The offer that is called `id`, for constants: there an unknown name does not compile.
///
/// ```
/// use zerobill_free_tier::{Price, Quantity, offers};
/// const NAT_GATEWAY: Price = offers::named("nat.hour").price;
/// let month = NAT_GATEWAY.of(Quantity::whole(offers::HOURS_PER_MONTH)).unwrap();
/// assert_eq!(month.in_cents(), "$32.85");
/// ```
pub const fn named(id: &str) -> Offer {
    let (mut group, mut row) = (0, 0);
    loop {
        assert!(group < GROUPS.len(), "no offer has this name");
        let offers = GROUPS[group].1;
        if row == offers.len() {
            (group, row) = (group + 1, 0);
        } else if is(offers[row].id, id) {
            return offers[row];
        } else {
            row += 1;
        }
    }
}

const fn is(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}
