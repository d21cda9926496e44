//! `zerobill forecast`: what the month uses of the free tier, what ends first and when, and what it costs.

mod account;
mod json;
mod plot;
pub(super) mod table;
mod usage;

use std::process::ExitCode;

use serde_json::Value;
use zerobill_free_tier::{Architecture, Forecast, MbMs, Month, Traffic};

use crate::{
    cli::{self, Format},
    failure::{Failure, Kind},
    http_client,
    logs::{self, Logs},
    printer,
};

/// Memory sizes whose cost is shown.
const MEMORY_SIZES_MB: &[u64] = &[128, 256, 512, 1_024, 1_769, 3_008, 10_240];

const MS_PER_DAY: u64 = 24 * 60 * 60 * 1_000;
const MS_PER_YEAR: u64 = 366 * MS_PER_DAY;

/// What is printed.
struct Outlook {
    month: Month,
    architecture: Architecture,
    traffic: Traffic,
    forecast: Forecast,
    logs: Option<Logs>,
    /// What one should know of how it came about.
    notes: Vec<String>,
}

pub(crate) fn run(arguments: &cli::Forecast) -> Result<ExitCode, Failure> {
    let now = today();
    let month = match arguments.month {
        Some(month) => month,
        None => now.month()?,
    };
    if let Some(file) = &arguments.usage {
        return usage::print(usage::of_file(file)?, month, now.day_of(month), arguments);
    }
    if arguments.aws {
        return usage::print(account::ask(arguments.yes)?, month, now.day_of(month), arguments);
    }
    let mut notes = Vec::new();
    let (traffic, logs) = if let Some(url) = &arguments.dev {
        let measured = of_engine(url, arguments.log_bytes)?;
        (scaled_to(measured, arguments.requests, &mut notes)?, None)
    } else if arguments.logs.is_empty() {
        let requests = arguments.requests.unwrap_or_default();
        let duration_ms = arguments.duration_ms.unwrap_or_default();
        (
            Traffic::steady(requests, duration_ms, arguments.memory, arguments.log_bytes),
            None,
        )
    } else {
        let logs = logs::read(&arguments.logs)?;
        (of_logs(&logs, month, arguments, &mut notes)?, Some(logs))
    };
    let uses = traffic.uses(arguments.arch, month, arguments.retention_days);
    let outlook = Outlook {
        month,
        architecture: arguments.arch,
        traffic,
        forecast: Forecast::of(month, &uses),
        logs,
        notes,
    };
    match arguments.format {
        Format::Table => table::print(&outlook),
        Format::Json => printer::data(&format!("{:#}", json::of(&outlook))),
    }
    if let Some(file) = &arguments.plot {
        plot::write(file, month, &plot::lines(&outlook.forecast))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What the logs show, as a month of it.
fn of_logs(logs: &Logs, month: Month, arguments: &cli::Forecast, notes: &mut Vec<String>) -> Result<Traffic, Failure> {
    if logs.traffic.requests == 0 {
        let problem = format!("no invocation is reported in the {} events of these logs", logs.events);
        let problem = logs
            .problems
            .first()
            .map_or(problem.clone(), |first| format!("{problem}; {first}"));
        return Err(Failure::user(problem).hint("Lambda's own log group has a REPORT line for each invocation"));
    }
    if arguments.requests.is_some() {
        return scaled_to(logs.traffic, arguments.requests, notes);
    }
    let span_ms = match (arguments.days, logs.span_ms) {
        (Some(days), _) => days * MS_PER_DAY,
        (None, Some((first, last))) if last > first => last - first,
        _ => {
            notes.push(
                "the logs do not say which time they cover, so they are taken as the whole month; `--days` says"
                    .to_owned(),
            );
            month.ms()
        }
    };
    if span_ms < MS_PER_DAY {
        let covered = match span_ms {
            0..60_000 => "less than a minute".to_owned(),
            _ => format!("{} minutes", span_ms / 60_000),
        };
        notes.push(format!(
            "the logs cover {covered}; a month scaled from less than a day is a rough guess"
        ));
    } else if span_ms > MS_PER_YEAR && arguments.days.is_none() {
        notes.push(format!(
            "the logs cover {} days from their first to their last time; if one of these is wrong, `--days` says it right",
            span_ms / MS_PER_DAY
        ));
    }
    scaled(logs.traffic, month.ms(), span_ms)
}

/// What a running engine has seen.
fn of_engine(url: &str, log_bytes: u64) -> Result<Traffic, Failure> {
    let state = super::block_on(http_client::state(url))?;
    let no_state = || Failure::user(format!("`{url}` answers, but not with the state of an engine"));
    let state: Value = serde_json::from_slice(&state).map_err(|_| no_state())?;
    let functions = state["functions"].as_array().ok_or_else(no_state)?;
    let mut traffic = Traffic::default();
    for function in functions {
        let number = |name: &str| function[name].as_u64().ok_or_else(no_state);
        traffic.requests += number("invocations")?;
        traffic.billed_ms += u128::from(number("billed_ms")?);
        traffic.mb_ms = traffic.mb_ms + MbMs(number("mb_ms")?.into());
    }
    if traffic.requests == 0 {
        return Err(Failure::user(format!(
            "the engine at `{url}` has seen no invocation yet"
        )));
    }
    traffic.log_bytes = u128::from(traffic.requests) * u128::from(log_bytes);
    Ok(traffic)
}

fn scaled_to(traffic: Traffic, requests: Option<u64>, notes: &mut Vec<String>) -> Result<Traffic, Failure> {
    let Some(requests) = requests else {
        notes.push("what was seen is taken as the whole month; `--requests` scales it".to_owned());
        return Ok(traffic);
    };
    notes.push(format!(
        "{} invocations were seen and are scaled to {requests}",
        traffic.requests
    ));
    scaled(traffic, requests, traffic.requests)
}

fn scaled(traffic: Traffic, numerator: u64, denominator: u64) -> Result<Traffic, Failure> {
    let too_much = || Failure::usage("that is more traffic than can be counted");
    traffic.scaled(numerator, denominator).ok_or_else(too_much)
}

/// The date.
#[derive(Clone, Copy)]
pub(super) struct Today(jiff::civil::Date);

pub(super) fn today() -> Today {
    let now = jiff::Timestamp::try_from(zerobill::Clock::system().now()).unwrap_or_default();
    Today(jiff::tz::TimeZone::UTC.to_datetime(now).date())
}

impl Today {
    pub(super) fn month(self) -> Result<Month, Failure> {
        let number = |number: i16| u16::try_from(number).ok();
        let month = number(self.0.year()).zip(u8::try_from(self.0.month()).ok());
        month
            .and_then(|(year, month)| Month::new(year, month))
            .ok_or_else(|| Failure::new(Kind::Internal, anyhow::anyhow!("the clock shows no month")))
    }

    /// The day of `month` that it is; `None` if it is another month.
    fn day_of(self, month: Month) -> Option<u8> {
        let same = self.month().is_ok_and(|current| current == month);
        u8::try_from(self.0.day()).ok().filter(|_| same)
    }
}
