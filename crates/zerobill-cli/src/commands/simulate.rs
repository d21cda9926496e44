//! `zerobill simulate`: a month of traffic, and what a cap lets through.

mod json;
mod scenario;
mod table;

use std::process::ExitCode;

use zerobill_free_tier::{Month, simulate};

use self::scenario::Scenario;
use super::forecast::today;
use crate::{
    cli::{self, Format},
    failure::Failure,
    printer,
};

pub(crate) fn run(arguments: &cli::Simulate) -> Result<ExitCode, Failure> {
    let mut scenario = match &arguments.scenario {
        Some(file) => Scenario::read(file)?,
        None => Scenario::default(),
    };
    scenario.override_with(arguments);
    let month = match scenario.month()? {
        Some(month) => month,
        None => today().month()?,
    };
    let plan = scenario.plan(month)?;
    let simulation = simulate(&plan).map_err(Failure::usage)?;
    match arguments.format {
        Format::Table => table::print(&plan, &simulation),
        Format::Json => printer::data(&format!("{:#}", json::of(&plan, &simulation))),
    }
    Ok(ExitCode::SUCCESS)
}

/// A second of the month as a date and a time in UTC.
fn moment(month: Month, second: u64) -> String {
    let day = u8::try_from(second / 86_400 + 1).unwrap_or(month.days());
    let (hour, minute) = (second / 3_600 % 24, second / 60 % 60);
    format!("{}T{hour:02}:{minute:02}:{:02}Z", month.date(day), second % 60)
}
