//! The tables of offers.

use std::collections::BTreeSet;

use zerobill_free_tier::{Confidence, Free, Quantity, Scope, offers};

fn cents(id: &str, units: u64) -> String {
    let offer = offers::find(id).unwrap();
    offer.month_cost(Quantity::whole(units)).unwrap().in_cents()
}

#[test]
fn every_row_has_a_name_of_its_own_a_source_a_date_and_a_reason() {
    let mut names = BTreeSet::new();
    for offer in offers::all() {
        let id = offer.id;
        assert!(names.insert(id), "`{id}` is there twice");
        assert!(!offer.what.is_empty() && !offer.unit.is_empty(), "{id}");
        assert!(offer.source.starts_with("https://"), "{id}: {}", offer.source);
        assert!(!offer.because.is_empty(), "{id}");
        let dated = offer.seen == "undated" || offer.seen.starts_with("202");
        assert!(dated, "{id}: {}", offer.seen);
        for text in [offer.note, offer.because, offer.what] {
            assert!(!text.ends_with('.') && !text.contains('|'), "{id}: {text}");
        }
    }
    assert!(names.len() > 150, "{}", names.len());
}

#[test]
fn a_row_without_a_price_says_that_it_is_not_known() {
    for offer in offers::all().filter(|offer| offer.price.tiers().is_empty()) {
        let said = ["not found", "no price", "depends on", "rather than billed"];
        let text = format!("{} {}", offer.note, offer.because);
        assert!(said.iter().any(|words| text.contains(words)), "{}: {text}", offer.id);
    }
}

#[test]
fn prices_fall_and_their_last_step_has_no_end() {
    for offer in offers::all() {
        let tiers = offer.price.tiers();
        assert!(tiers.is_sorted_by(|one, next| one.up_to < next.up_to && one.pico_dollars > next.pico_dollars));
        assert!(tiers.last().is_none_or(|last| last.up_to == u64::MAX), "{}", offer.id);
    }
}

#[test]
fn what_most_people_get_wrong_is_right() {
    let free = |id: &str| offers::find(id).unwrap().free;
    let scope = Scope::Organization;
    assert_eq!(free("cw.custom_metrics"), Free::Monthly { units: 10, scope });
    assert_eq!(free("logs.ingest_lambda_standard"), Free::Monthly { units: 5, scope });
    assert_eq!(free("logs.storage"), Free::Monthly { units: 5, scope });
    assert_eq!(free("logs.ingest_lambda_ia"), Free::Unknown);
    let scope = Scope::OrganizationPerRegion;
    assert_eq!(free("ddb.wcu"), Free::Monthly { units: 25, scope });
    for ended in ["apigw.http", "apigw.rest", "s3.storage", "ecr.private", "elb", "ipv4"] {
        assert_eq!(free(ended), Free::Ended, "{ended}");
    }
    for always in [
        "lambda.function_url",
        "eb.rules_schedule",
        "ssm.standard",
        "vpce.gateway",
    ] {
        assert_eq!(free(always), Free::Always, "{always}");
    }
    for paid in ["ddb.wru", "ddb.rru", "cw.get_metric_data", "secrets.secret", "nat.hour"] {
        assert_eq!(free(paid), Free::Nothing, "{paid}");
    }
    let logs = offers::find("logs.ingest_lambda_standard").unwrap();
    assert_eq!(logs.confidence, Confidence::Medium);
    assert!(logs.note.starts_with("free up to 5 GB, not proven"));
}

#[test]
fn a_month_costs_what_the_lists_say() {
    assert_eq!(cents("nat.hour", offers::HOURS_PER_MONTH), "$32.85");
    assert_eq!(cents("ipv4", offers::HOURS_PER_MONTH), "$3.65");
    assert_eq!(cents("secrets.secret", 1), "$0.40");
    assert_eq!(cents("cw.custom_metrics", 11), "$0.30");
    assert_eq!(cents("cw.custom_metrics", 10_010), "$3000.00");
    assert_eq!(cents("cw.custom_metrics", 10_011), "$3000.10");
    assert_eq!(cents("cw.dashboards", 4), "$3.00");
    assert_eq!(cents("apigw.rest", 1_000_000), "$3.50");
    // Two idle triggers on queues: 2 x 648,000 requests.
    assert_eq!(cents("sqs.requests", 2 * 648_000), "$0.12");
    assert_eq!(cents("ddb.wcu", 25), "$0.00");
    assert_eq!(cents("ddb.wcu", 26), "$0.48");
    assert_eq!(cents("xray.recorded", 300_000), "$1.00");
    assert_eq!(cents("eb.rules_schedule", u64::MAX), "$0.00");
}

#[test]
fn a_cost_that_is_not_known_is_not_nothing() {
    let sms = offers::find("sns.sms").unwrap();
    assert_eq!(sms.month_cost(Quantity::whole(1)), None);
    let dsql = offers::find("dsql.storage").unwrap();
    assert_eq!(dsql.month_cost(Quantity::whole(1)).unwrap().in_cents(), "$0.00");
    assert_eq!(dsql.month_cost(Quantity::whole(2)), None);
}

#[test]
fn a_name_finds_its_row_at_compile_time_and_at_run_time() {
    const SECRET: zerobill_free_tier::Offer = offers::named("secrets.secret");
    assert_eq!(Some(&SECRET), offers::find("secrets.secret"));
    assert_eq!(offers::find("secrets"), None);
}
