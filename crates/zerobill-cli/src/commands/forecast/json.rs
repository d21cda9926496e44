//! The forecast for programs.

use serde_json::{Value, json};
use zerobill_free_tier::{NanoDollars, Quantity, Row};

use super::{MEMORY_SIZES_MB, Outlook};
use crate::logs::Logs;

/// The whole of it. Money is in US dollars, sizes are in GB of 10⁹ bytes.
pub(super) fn of(outlook: &Outlook) -> Value {
    let Outlook {
        month,
        forecast,
        traffic,
        ..
    } = outlook;
    let first = forecast.first_to_end();
    json!({
        "month": month.to_string(),
        "architecture": outlook.architecture.to_string(),
        "requests": traffic.requests,
        "gb_seconds": Quantity::gb_seconds(traffic.mb_ms).to_f64(),
        "allowances": forecast.rows.iter().map(|row| allowance(outlook, row)).collect::<Vec<_>>(),
        "first_to_end": first.map(|row| json!({ "id": row.offer.id, "exhausted_on": row.exhausted_on(*month) })),
        "cost_usd": forecast.cost().usd(),
        "cost_at_worst_usd": forecast.cost_at_worst().usd(),
        "by_memory": by_memory(outlook),
        "unparsed": outlook.logs.as_ref().map_or(0, |logs| logs.unparsed),
        "logs": outlook.logs.as_ref().map(logs),
        "notes": outlook.notes,
    })
}

fn allowance(outlook: &Outlook, row: &Row) -> Value {
    json!({
        "id": row.offer.id,
        "what": row.offer.what,
        "unit": row.offer.unit,
        "used": row.used.to_f64(),
        "free": row.offer.free_units(),
        "share": row.share(),
        "exhausted_on": row.exhausted_on(outlook.month),
        "cost_usd": row.cost.map(NanoDollars::usd),
        "cost_at_worst_usd": row.at_worst.or(row.cost).map(NanoDollars::usd),
        "proven": row.offer.proven,
    })
}

fn by_memory(outlook: &Outlook) -> Vec<Value> {
    let costs = outlook.traffic.by_memory(outlook.architecture, MEMORY_SIZES_MB);
    let one = |cost: &zerobill_free_tier::MemoryCost| json!({ "memory_mb": cost.memory_mb, "free_invocations": cost.free_invocations, "cost_usd": cost.cost.usd() });
    costs.iter().map(one).collect()
}

fn logs(logs: &Logs) -> Value {
    json!({
        "files": logs.files,
        "events": logs.events,
        "reports": logs.traffic.requests,
        "unparsed": logs.unparsed,
        "computed_differs": logs.computed_differs,
        "problems": logs.problems,
    })
}
