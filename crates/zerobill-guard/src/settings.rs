//! The settings, and the policy that they make.

use zerobill::{
    Gateway,
    config::{Setting, SettingKind},
    environment::{
        Environment, FUNCTION_NAME, GUARD_BUDGET, GUARD_DRY_RUN, GUARD_FUNCTIONS, GUARD_NOTIFY_AT, GUARD_ON_ALARM,
        GUARD_TABLE, GUARD_TOPIC, GUARD_TRIP_AT, GUARD_WEBHOOK,
    },
};

use crate::policy::{Policy, PolicyError, budgets, functions, percentages};

const TABLE: Setting = Setting::new("guard.table", GUARD_TABLE, SettingKind::Text, "");
const BUDGET: Setting = Setting::new(
    "guard.budget",
    GUARD_BUDGET,
    SettingKind::Text,
    "requests=1000000, gb-seconds=400000",
);
const FUNCTIONS: Setting = Setting::new("guard.functions", GUARD_FUNCTIONS, SettingKind::Text, "");
const NOTIFY_AT: Setting = Setting::new("guard.notify_at", GUARD_NOTIFY_AT, SettingKind::Text, "50, 80, 95, 100");
const TRIP_AT: Setting = Setting::new("guard.trip_at", GUARD_TRIP_AT, SettingKind::Integer(1, 1_000), "95");
const ON_ALARM: Setting = Setting::new(
    "guard.on_alarm",
    GUARD_ON_ALARM,
    SettingKind::Choice(&["read", "trip"]),
    "read",
);
const TOPIC: Setting = Setting::new("guard.topic", GUARD_TOPIC, SettingKind::Text, "");
const WEBHOOK: Setting = Setting::new("guard.webhook_secret_url", GUARD_WEBHOOK, SettingKind::Text, "");
const DRY_RUN: Setting = Setting::new("guard.dry_run", GUARD_DRY_RUN, SettingKind::Boolean, "false");

/// All of them, for [`declare`](zerobill::gateway::Builder::declare).
pub(crate) const SETTINGS: &[Setting] = &[
    TABLE, BUDGET, FUNCTIONS, NOTIFY_AT, TRIP_AT, ON_ALARM, TOPIC, WEBHOOK, DRY_RUN,
];

/// What the settings come to.
pub(crate) struct Settings {
    pub(crate) table: String,
    pub(crate) topic: Option<String>,
    pub(crate) webhook: Option<String>,
    pub(crate) policy: Policy,
}

/// Whether a table is named, without which there is no guard.
pub(crate) fn is_on(gateway: &Gateway) -> bool {
    text(gateway, &TABLE).is_some()
}

impl Settings {
    /// The settings of `gateway`.
    ///
    /// # Errors
    /// What is no policy, with the name of its setting.
    pub(crate) fn read(gateway: &Gateway) -> Result<Self, PolicyError> {
        let read = |setting: &Setting| text(gateway, setting).unwrap_or_default();
        let of = |setting: &Setting| {
            let key = setting.key;
            move |error: PolicyError| PolicyError(format!("the setting `{key}`: {error}"))
        };
        let mut policy = Policy {
            account: budgets(&read(&BUDGET)).map_err(of(&BUDGET))?,
            functions: functions(&read(&FUNCTIONS)).map_err(of(&FUNCTIONS))?,
            notify_at: percentages(&read(&NOTIFY_AT)).map_err(of(&NOTIFY_AT))?,
            trip_at: gateway.config().get(TRIP_AT.key).ok().flatten().unwrap_or(95),
            trips_on_alarm: read(&ON_ALARM) == "trip",
            dry_run: gateway.config().get(DRY_RUN.key).ok().flatten().unwrap_or(false),
        };
        // It would be the one thing left that could release it.
        if let Some((_, name)) = Environment::process().read(&FUNCTION_NAME) {
            let own = policy.functions.iter_mut().filter(|function| function.name == name);
            own.for_each(|function| function.never = true);
        }
        Ok(Self {
            table: read(&TABLE),
            topic: text(gateway, &TOPIC),
            webhook: text(gateway, &WEBHOOK),
            policy,
        })
    }
}

fn text(gateway: &Gateway, setting: &Setting) -> Option<String> {
    let text: Option<String> = gateway.config().get(setting.key).ok().flatten();
    text.filter(|text| !text.is_empty())
}
