//! The month for programs.

use serde_json::{Value, json};
use zerobill_free_tier::{Budget, Counts, Plan, Quantity, Simulation};

use super::moment;

/// The whole of it. Money is in US dollars.
pub(super) fn of(plan: &Plan, simulation: &Simulation) -> Value {
    let at = |second| moment(plan.month, second);
    let days = (1..).zip(&simulation.days).map(|(day, counts)| {
        let mut value = counted(*counts);
        value["date"] = plan.month.date(day).into();
        value
    });
    let cap = plan.cap.map(|cap| {
        json!({
            "budget": budget(cap.budget),
            "tripped_at": simulation.trip.map(|trip| at(trip.second)),
            "over": simulation.trip.map(|trip| budget(trip.over)),
            "bound": budget(cap.overshoot_bound(plan)),
        })
    });
    json!({
        "month": plan.month.to_string(),
        "architecture": plan.architecture.to_string(),
        "total": counted(simulation.total),
        "gb_seconds": Quantity::gb_seconds(simulation.usage.mb_ms).to_f64(),
        "cost_usd": simulation.cost.total().usd(),
        "free_ends_at": simulation.free_ends.map(at),
        "cap": cap,
        "waiting": simulation.waiting,
        "days": days.collect::<Vec<_>>(),
    })
}

fn counted(counts: Counts) -> Value {
    json!({
        "requests": counts.requests(),
        "warm": counts.warm,
        "cold": counts.cold,
        "refused": counts.throttled,
        "peak_concurrency": counts.peak,
    })
}

fn budget(budget: Budget) -> Value {
    match budget {
        Budget::Requests(requests) => json!({ "requests": requests }),
        Budget::GbSeconds(gb_seconds) => json!({ "gb_seconds": gb_seconds }),
        Budget::Dollars(dollars) => json!({ "usd": dollars.usd() }),
    }
}
