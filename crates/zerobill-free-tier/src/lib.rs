//! What of AWS is free, and what the rest costs: allowances and prices as data, arithmetic without rounding, and the lines
//! in which Lambda reports what it billed. It does no input or output.
//!
//! ```
//! use zerobill_free_tier::{Architecture, MbMs, free_invocations, month_cost};
//! // 128 MB for 100 ms: the million requests end before the 400,000 GB-seconds do.
//! assert_eq!(free_invocations(128, 100), 1_000_000);
//! // 1 GB for a second: here the time ends first.
//! assert_eq!(free_invocations(1_024, 1_000), 400_000);
//! let cost = month_cost(Architecture::Arm64, 3_000_000, MbMs::of(3_000_000, 128, 100));
//! assert_eq!(cost.total().to_string(), "0.400000000");
//! ```

mod architecture;
mod billing;
mod forecast;
mod money;
mod month;
mod offer;
pub mod offers;
mod price;
mod report;
mod simulate;

pub use self::{
    architecture::{Architecture, UnknownArchitecture},
    billing::{
        GB_SECONDS_PER_MONTH, MbMs, MonthCost, REQUESTS_PER_MONTH, billed_ms, free_invocations, invocation_mb_ms,
        month_cost,
    },
    forecast::{Forecast, MemoryCost, Row, Traffic},
    money::{NanoDollars, NotDollars},
    month::Month,
    offer::{Confidence, Free, Offer, Scope},
    price::{Price, Quantity, Tier},
    report::{Report, ReportError, Status},
    simulate::{Budget, Burst, Cap, Counts, Loop, Plan, PlanError, Simulation, Trip, Usage, simulate},
};
