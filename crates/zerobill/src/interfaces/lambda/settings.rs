//! The settings of the meter: the budget, what is done as it is used up, and how often the store is told.

use std::{path::PathBuf, time::Duration};

use zerobill_free_tier::{Architecture, NanoDollars};

use crate::{
    environment::{self, Environment, FUNCTION_NAME},
    interfaces::config::{Config, Fault, Setting, SettingKind},
    meter::{Budget, Policy},
};

const BUDGET: Setting = Setting::new("lambda.budget", environment::BUDGET, SettingKind::Text, "");
const REQUESTS: Setting = Setting::new(
    "lambda.budget_requests",
    environment::BUDGET_REQUESTS,
    SettingKind::Integer(0, u64::MAX),
    "1000000",
);
const GB_SECONDS: Setting = Setting::new(
    "lambda.budget_gb_seconds",
    environment::BUDGET_GB_SECONDS,
    SettingKind::Integer(0, u64::MAX),
    "400000",
);
const USD: Setting = Setting::new(
    "lambda.budget_usd",
    environment::BUDGET_USD,
    SettingKind::Number(0.01, 1e9),
    "",
);
const LOG_BYTES: Setting = Setting::new(
    "lambda.budget_log_bytes",
    environment::BUDGET_LOG_BYTES,
    SettingKind::Integer(0, u64::MAX),
    "5000000000",
);
const SERIES: Setting = Setting::new(
    "lambda.budget_series",
    environment::BUDGET_SERIES,
    SettingKind::Integer(0, 10_000),
    "0",
);
const ON_50: Setting = Setting::new("lambda.on_50", environment::BUDGET_ON_50, SettingKind::Text, "note");
const ON_80: Setting = Setting::new("lambda.on_80", environment::BUDGET_ON_80, SettingKind::Text, "note");
const ON_95: Setting = Setting::new("lambda.on_95", environment::BUDGET_ON_95, SettingKind::Text, "note");
const FOLDER: Setting = Setting::new("lambda.meter_folder", environment::METER_FOLDER, SettingKind::Text, "");
const SECONDS: Setting = Setting::new(
    "lambda.meter_seconds",
    environment::METER_SECONDS,
    SettingKind::Integer(1, 3_600),
    "60",
);
const BATCH: Setting = Setting::new(
    "lambda.meter_requests",
    environment::METER_REQUESTS,
    SettingKind::Integer(1, 1_000_000),
    "1000",
);
const WAIT_MS: Setting = Setting::new(
    "lambda.meter_wait_ms",
    environment::METER_WAIT_MS,
    SettingKind::Integer(1, 10_000),
    "200",
);
const CONCURRENCY: Setting = Setting::new(
    "lambda.meter_concurrency",
    environment::METER_CONCURRENCY,
    SettingKind::Integer(1, 1_000_000),
    "1000",
);

/// All of them.
pub(crate) const SETTINGS: &[Setting] = &[
    BUDGET,
    REQUESTS,
    GB_SECONDS,
    USD,
    LOG_BYTES,
    SERIES,
    ON_50,
    ON_80,
    ON_95,
    FOLDER,
    SECONDS,
    BATCH,
    WAIT_MS,
    CONCURRENCY,
];

/// The setting of the function's name where no variable says it, as on a developer's machine.
const UNNAMED: &str = "function";

/// What the settings come to.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) budget: Budget,
    pub(super) policy: Policy,
    /// How long the store is not told.
    pub(super) period: Duration,
    /// After how many requests it is told earlier.
    pub(super) requests: u64,
    /// How long an invocation waits for it.
    pub(super) patience: Duration,
    /// How many execution environments there may be.
    pub(super) concurrency: u64,
}

impl Rules {
    pub(super) fn read(config: &Config) -> Self {
        let limit = |setting| config.integer(setting).filter(|limit| *limit > 0);
        let number = |setting| config.integer(setting).unwrap_or(1);
        let mut budget = Budget::free_tier(config.text(&BUDGET), architecture());
        budget.requests = limit(&REQUESTS);
        budget.gb_seconds = limit(&GB_SECONDS);
        budget.usd = config.number(&USD).map(nano_dollars);
        budget.log_bytes = limit(&LOG_BYTES);
        budget.series = limit(&SERIES);
        Self {
            budget,
            policy: Policy::parse(actions(config)).0,
            period: Duration::from_secs(number(&SECONDS)),
            requests: number(&BATCH),
            patience: Duration::from_millis(number(&WAIT_MS)),
            concurrency: number(&CONCURRENCY),
        }
    }
}

/// What is wrong with the settings that their types do not show.
pub(super) fn faults(config: &Config) -> Vec<Fault> {
    let (_, faults) = Policy::parse(actions(config));
    let fault = |(number, fault): (usize, crate::meter::PolicyFault)| {
        let place = [ON_50, ON_80, ON_95].get(number).map_or("", |setting| setting.key);
        Fault {
            place: format!("`{place}`"),
            problem: fault.to_string(),
        }
    };
    faults.into_iter().map(fault).collect()
}

/// The folder of the meter's file, if one is set.
pub(super) fn folder(config: &Config) -> Option<PathBuf> {
    Some(config.text(&FOLDER))
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
}

/// The function's name.
pub(super) fn function_name(environment: &Environment) -> String {
    environment
        .read(&FUNCTION_NAME)
        .map_or(UNNAMED, |(_, name)| name)
        .to_owned()
}

fn actions(config: &Config) -> [String; 3] {
    [ON_50, ON_80, ON_95].map(|setting| config.text(&setting))
}

/// Exact to the nano-dollar, which no budget needs.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the setting is from 0.01 to a thousand million"
)]
fn nano_dollars(usd: f64) -> NanoDollars {
    NanoDollars((usd * 1e9).round() as u128)
}

/// That for which the function was built.
const fn architecture() -> Architecture {
    if cfg!(target_arch = "aarch64") {
        Architecture::Arm64
    } else {
        Architecture::X86_64
    }
}
