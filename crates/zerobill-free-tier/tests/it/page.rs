//! `docs/free-tier.md` is made of the tables and current; `UPDATE_EXPECT=1` writes it anew.

use std::{fmt::Write as _, path::Path};

use zerobill_free_tier::{Free, Offer, Scope, offers};

const HEAD: &str = "\
# What is really free

What AWS meters around Lambda, what of it is free in each calendar month, and what the rest costs in us-east-1. Generated from the
tables in `crates/zerobill-free-tier/src/offers/`; a test keeps it current. `zerobill forecast` counts with the same tables.

- A number under *free* holds in every month, for ever. All accounts of an organization share it, and all regions do unless it says
  *in each region*.
- *no more*: the offers for the first twelve months went to accounts made before 2025-07-15. The last of them ended on 2026-07-14.
- A price is the higher one where two sources disagree. A GB is counted as 1,000,000,000 bytes, the reading in which less is free.
- The last column says how sure a row is, why, when it was read, and where.
- Free invocations in a month are the smaller of 1,000,000 and 400,000 / (GB of memory x billed seconds). No tuning beats the million.
";

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test says by its environment whether it writes the page"
)]
fn the_page_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/free-tier.md");
    let page = page();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap() == page,
        "`docs/free-tier.md` is not current; run this test with UPDATE_EXPECT=1 and commit the page"
    );
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    for (group, offers) in offers::GROUPS {
        write!(page, "\n## {group}\n\n").unwrap();
        page.push_str("| what | unit | free | price | note | how sure |\n|---|---|---|---|---|---|\n");
        for offer in *offers {
            page.push_str(&row(offer));
        }
    }
    page
}

fn row(offer: &Offer) -> String {
    let Offer {
        id,
        what,
        unit,
        note,
        because,
        seen,
        source,
        ..
    } = offer;
    let (free, price, confidence) = (free(offer), price(offer), offer.confidence.as_str());
    format!("| {what} (`{id}`) | {unit} | {free} | {price} | {note} | {confidence}: [{because}]({source}), {seen} |\n")
}

fn free(offer: &Offer) -> String {
    match offer.free {
        Free::Always => "**all**".to_owned(),
        Free::Nothing => "0".to_owned(),
        Free::Ended => "no more".to_owned(),
        Free::Monthly { units, scope } => {
            let each = if scope == Scope::OrganizationPerRegion {
                " in each region"
            } else {
                ""
            };
            format!("**{}**{each}", grouped(units))
        }
        _ => "not found: take it as 0".to_owned(),
    }
}

fn price(offer: &Offer) -> String {
    if offer.price.tiers().is_empty() {
        return "not found".to_owned();
    }
    let mut below = String::new();
    let steps = offer.price.tiers().iter().map(|tier| {
        // Small prices are quoted for a million.
        let small = 0 < tier.pico_dollars && tier.pico_dollars < 1_000_000_000;
        let (per, factor) = if small { (" a million", 1_000_000) } else { ("", 1) };
        let step = format!("{below}${}{per}", dollars(u128::from(tier.pico_dollars) * factor));
        below = format!("beyond {}: ", grouped(tier.up_to));
        step
    });
    steps.collect::<Vec<_>>().join("; ")
}

/// With at least two decimals, and no zeros at the end beyond.
fn dollars(pico: u128) -> String {
    let decimals = format!("{:012}", pico % 1_000_000_000_000);
    let decimals = decimals.trim_end_matches('0');
    format!(
        "{}.{decimals:0<2}",
        grouped(u64::try_from(pico / 1_000_000_000_000).unwrap())
    )
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap());
    groups.collect::<Vec<_>>().join(",")
}
