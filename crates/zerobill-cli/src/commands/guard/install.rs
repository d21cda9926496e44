//! What makes the guard, as a template, and what it can let through.

use std::process::ExitCode;

use serde_json::json;
use zerobill::Clock;
use zerobill_aws::{Aws, control::Functions};
use zerobill_free_tier::{Budget, Cap, Month, NanoDollars, Plan};

use crate::{
    cli::{Format, GuardInstall, Template},
    commands::forecast::table::grouped,
    failure::Failure,
    printer, profile,
};

const SAM: &str = include_str!("../../../../../deploy/sam/guard.yaml");
const TERRAFORM: [&str; 2] = [
    include_str!("../../../../../deploy/terraform/guard/variables.tf"),
    include_str!("../../../../../deploy/terraform/guard/main.tf"),
];

/// How often the guard looks, and how old CloudWatch's figures are taken to be.
const EVERY_SECONDS: u64 = 60;
const DELAY_SECONDS: u64 = 180;

pub(super) async fn run(arguments: GuardInstall) -> Result<ExitCode, Failure> {
    let template = match arguments.template {
        Template::Sam => SAM.to_owned(),
        Template::Terraform => TERRAFORM.join("\n"),
    };
    let concurrency = if arguments.aws {
        printer::note("asks AWS with `lambda:GetAccountSettings`, which is free, what the account may run at once");
        let functions = Functions::new(Aws::new(&profile::environment().await?, Clock::system()));
        let limits = functions.limits().await;
        limits
            .map_err(|error| super::failed(zerobill::brake::BrakeError(error.0)))?
            .concurrent
    } else {
        arguments.concurrency
    };
    let (requests, dollars) = overshoot(concurrency, arguments.memory, arguments.duration_ms);
    if arguments.format == Format::Json {
        let overshoot = json!({ "concurrency": concurrency, "requests": requests, "usd": dollars.usd() });
        printer::data(&json!({ "template": template, "overshoot": overshoot }).to_string());
        return Ok(ExitCode::SUCCESS);
    }
    printer::data(template.trim_end());
    for line in [
        "this makes the guard's function with a schedule of one minute, its role, a table of 2 + 2 units, a topic for notices, and an \
         alarm of all invocations that calls the guard at once; nothing was made yet"
            .to_owned(),
        "its role may look; what it may stop, and what it is to stop, are parameters, and at first nothing".to_owned(),
        format!(
            "with {} at once, {} requests of {} ms and {} MB, {}, can run beyond a budget: it looks each {EVERY_SECONDS} s at figures \
             that are taken to be {DELAY_SECONDS} s old",
            grouped(concurrency),
            grouped(requests),
            arguments.duration_ms,
            arguments.memory,
            dollars.in_cents()
        ),
        "`deploy/README.md` says how to deploy it, and `docs/guard.md` what it cannot do".to_owned(),
    ] {
        printer::note(&line);
    }
    Ok(ExitCode::SUCCESS)
}

/// The requests and the dollars that can run beyond a budget.
fn overshoot(concurrency: u64, memory_mb: u64, duration_ms: u64) -> (u64, NanoDollars) {
    let plan = Plan {
        concurrency,
        memory_mb,
        duration_ms,
        init_ms: 0,
        ..Plan::of(Month::EPOCH)
    };
    let bound = |budget| {
        let cap = Cap {
            budget,
            every_seconds: EVERY_SECONDS,
            delay_seconds: DELAY_SECONDS,
        };
        cap.overshoot_bound(&plan)
    };
    match (bound(Budget::Requests(0)), bound(Budget::Dollars(NanoDollars::ZERO))) {
        (Budget::Requests(requests), Budget::Dollars(dollars)) => (requests, dollars),
        // A bound is of the kind of its budget.
        _ => (u64::MAX, NanoDollars::MAX),
    }
}
