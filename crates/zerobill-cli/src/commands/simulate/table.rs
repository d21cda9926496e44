//! The month for people: dollars first.

use zerobill_free_tier::{Budget, Plan, Quantity, Simulation};

use super::moment;
use crate::{
    commands::forecast::table::{amount, grouped},
    printer,
};

pub(super) fn print(plan: &Plan, simulation: &Simulation) {
    let Simulation { total, usage, cost, .. } = simulation;
    let month = plan.month;
    let mut lines = vec![
        format!(
            "{} in {month} for requests and duration; logs and all else that is billed come besides",
            cost.total().in_cents()
        ),
        format!(
            "{} requests ran, {} of them after a cold start; {} were refused",
            grouped(usage.requests),
            grouped(total.cold),
            grouped(total.throttled)
        ),
        format!(
            "{} GB-seconds on {}; at most {} of {} environments were busy",
            amount(Quantity::gb_seconds(usage.mb_ms)),
            plan.architecture,
            grouped(total.peak),
            grouped(plan.concurrency)
        ),
        simulation.free_ends.map_or_else(
            || "the free tier lasts all month".to_owned(),
            |second| format!("the free tier ends {}", moment(month, second)),
        ),
    ];
    if let Some(cap) = plan.cap {
        let bound = shown(cap.overshoot_bound(plan));
        let limit = shown(cap.budget);
        lines.push(match simulation.trip {
            Some(trip) => format!(
                "the cap at {limit} trips {}, with {} beyond it; {bound} are possible",
                moment(month, trip.second),
                shown(trip.over)
            ),
            None => format!("the cap at {limit} does not trip; it can let {bound} beyond it through"),
        });
    }
    if plan.runaway.is_some() {
        lines.push(format!(
            "{} events of the loop wait at the end",
            grouped(simulation.waiting)
        ));
    }
    for line in lines {
        printer::data(&line);
    }
}

fn shown(budget: Budget) -> String {
    match budget {
        Budget::Requests(requests) => format!("{} requests", grouped(requests)),
        Budget::GbSeconds(gb_seconds) => format!("{} GB-seconds", grouped(gb_seconds)),
        Budget::Dollars(dollars) => dollars.in_cents(),
    }
}
