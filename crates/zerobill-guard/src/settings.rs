//! The settings, and the policy that they make.

use zerobill::{
    Gateway,
    config::{Setting, SettingKind},
    environment::{
        Environment, FUNCTION_NAME, GUARD_BUDGET, GUARD_DRY_RUN, GUARD_FUNCTIONS, GUARD_NOTIFY_AT, GUARD_ON_ALARM,
        GUARD_TABLE, GUARD_TOPIC, GUARD_TRIP_AT, GUARD_WEBHOOK,
    },
};

use crate::policy::{Policy, budgets, functions, percentages};

const TABLE: Setting = Setting::new("guard.table", GUARD_TABLE, SettingKind::Text, "");
const BUDGET: Setting = Setting::new(
    "guard.budget",
    GUARD_BUDGET,
    SettingKind::Checked(|text| budgets(text).map(drop).map_err(|error| error.0)),
    "requests=1000000, gb-seconds=400000",
);
const FUNCTIONS: Setting = Setting::new(
    "guard.functions",
    GUARD_FUNCTIONS,
    SettingKind::Checked(|text| functions(text).map(drop).map_err(|error| error.0)),
    "",
);
const NOTIFY_AT: Setting = Setting::new(
    "guard.notify_at",
    GUARD_NOTIFY_AT,
    SettingKind::Checked(|text| percentages(text).map(drop).map_err(|error| error.0)),
    "50, 80, 95, 100",
);
const TRIP_AT: Setting = Setting::new("guard.trip_at", GUARD_TRIP_AT, SettingKind::Integer(1, 1_000), "95");
const ON_ALARM: Setting = Setting::new(
    "guard.on_alarm",
    GUARD_ON_ALARM,
    SettingKind::Choice(&["read", "trip"]),
    "read",
);
const TOPIC: Setting = Setting::new("guard.topic", GUARD_TOPIC, SettingKind::Checked(topic), "");
const WEBHOOK: Setting = Setting::new(
    "guard.webhook_secret_url",
    GUARD_WEBHOOK,
    SettingKind::Checked(webhook),
    "",
);
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
    /// The settings of `gateway`, which holds none that is no policy.
    pub(crate) fn read(gateway: &Gateway) -> Self {
        let read = |setting: &Setting| text(gateway, setting).unwrap_or_default();
        let mut policy = Policy {
            account: budgets(&read(&BUDGET)).unwrap_or_default(),
            functions: functions(&read(&FUNCTIONS)).unwrap_or_default(),
            notify_at: percentages(&read(&NOTIFY_AT)).unwrap_or_default(),
            trip_at: gateway.config().get(TRIP_AT.key).ok().flatten().unwrap_or(95),
            trips_on_alarm: read(&ON_ALARM) == "trip",
            dry_run: gateway.config().get(DRY_RUN.key).ok().flatten().unwrap_or(false),
        };
        // It would be the one thing left that could release it.
        if let Some((_, name)) = Environment::process().read(&FUNCTION_NAME) {
            let own = policy.functions.iter_mut().filter(|function| function.name == name);
            own.for_each(|function| function.never = true);
        }
        Self {
            table: read(&TABLE),
            topic: text(gateway, &TOPIC),
            webhook: text(gateway, &WEBHOOK),
            policy,
        }
    }
}

fn text(gateway: &Gateway, setting: &Setting) -> Option<String> {
    let text: Option<String> = gateway.config().get(setting.key).ok().flatten();
    text.filter(|text| !text.is_empty())
}

fn topic(text: &str) -> Result<(), String> {
    let is_topic = text.is_empty() || (text.starts_with("arn:") && text.split(':').nth(2) == Some("sns"));
    is_topic.then_some(()).ok_or_else(|| {
        format!("`{text}` is not the ARN of an SNS topic, such as `arn:aws:sns:us-east-1:123456789012:guard`")
    })
}

/// The URL is a secret: it is not repeated.
fn webhook(text: &str) -> Result<(), String> {
    let is_url = text.is_empty() || text.starts_with("https://") || text.starts_with("http://");
    is_url
        .then_some(())
        .ok_or_else(|| "it is not a URL that begins with `https://`".to_owned())
}

#[cfg(test)]
mod tests {
    use zerobill::output::Output;

    use super::*;

    fn built(variables: &[(&'static str, &'static str)]) -> (Gateway, Vec<String>) {
        let builder = Gateway::builder().environment(Environment::from_pairs(variables.iter().copied()));
        let (gateway, faults) = builder.output(Output::captured()).declare(SETTINGS).build_anyway();
        (gateway, faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_policy_that_is_none_is_found_when_the_gateway_is_built_with_all_else_that_is_wrong() {
        let (_, faults) = built(&[
            ("ZEROBILL_GUARD_BUDGET", "request=5"),
            ("ZEROBILL_GUARD_FUNCTIONS", "reports"),
            ("ZEROBILL_GUARD_NOTIFY_AT", "half"),
            ("ZEROBILL_GUARD_TRIP_AT", "0"),
            ("ZEROBILL_GUARD_TOPIC", "guard"),
            ("ZEROBILL_GUARD_WEBHOOK_SECRET_URL", "zbsecret-hooks.example/abc"),
        ]);
        assert_eq!(
            faults,
            [
                "environment variable `ZEROBILL_GUARD_BUDGET`: `request=5` is no budget such as `requests=1000000`, \
                 `gb-seconds=400000` or `usd=1.50`",
                "environment variable `ZEROBILL_GUARD_FUNCTIONS`: `reports` is not of the form `NAME: requests=100000, trip`",
                "environment variable `ZEROBILL_GUARD_NOTIFY_AT`: `half` is not a list of percentages such as `50, 80, 95`",
                "environment variable `ZEROBILL_GUARD_TRIP_AT`: `0` is not a whole number from 1 to 1000",
                "environment variable `ZEROBILL_GUARD_TOPIC`: `guard` is not the ARN of an SNS topic, such as \
                 `arn:aws:sns:us-east-1:123456789012:guard`",
                "environment variable `ZEROBILL_GUARD_WEBHOOK_SECRET_URL`: it is not a URL that begins with `https://`",
            ]
        );
    }

    #[test]
    fn the_settings_come_to_a_policy() {
        let (gateway, faults) = built(&[
            ("ZEROBILL_GUARD_TABLE", "guard"),
            ("ZEROBILL_GUARD_FUNCTIONS", "reports: requests=100000, trip"),
            ("ZEROBILL_GUARD_TOPIC", "arn:aws:sns:eu-west-1:123456789012:guard"),
        ]);
        assert_eq!(faults, [""; 0]);
        let settings = Settings::read(&gateway);
        assert_eq!(
            (
                settings.policy.account.len(),
                settings.policy.functions.len(),
                settings.policy.notify_at
            ),
            (2, 1, vec![50, 80, 95, 100])
        );
    }
}
