//! The extension's settings: variables of the function, the same as those of functions written with zerobill.

use std::{path::PathBuf, time::Duration};

use zerobill_free_tier::{Architecture, GB_SECONDS_PER_MONTH, REQUESTS_PER_MONTH};

use crate::{
    environment::Environment,
    policy::{Action, Budget, THRESHOLDS},
    sign::Credentials,
};

/// Where months are added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StoreSettings {
    /// In this process alone.
    Memory,
    /// In a folder that processes of one machine share.
    Folder(PathBuf),
    /// In a table of `DynamoDB`.
    Table(String),
}

/// All settings.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) function: String,
    pub(crate) memory_mb: u64,
    /// The budget's name, which functions may share.
    pub(crate) budget_name: String,
    pub(crate) budget: Budget,
    /// What is done at each threshold.
    pub(crate) actions: [Action; THRESHOLDS.len()],
    pub(crate) store: StoreSettings,
    /// After how long what was counted is added to the store.
    pub(crate) flush_after: Duration,
    /// After how many requests it is added earlier.
    pub(crate) flush_requests: u64,
    pub(crate) aws: AwsSettings,
}

/// How AWS is reached.
#[derive(Debug)]
pub(crate) struct AwsSettings {
    pub(crate) region: String,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) dynamodb: String,
    pub(crate) lambda: String,
    /// A file with the certificates to trust instead of the public ones.
    pub(crate) ca_bundle: Option<PathBuf>,
}

impl Settings {
    /// Reads them. What is wrong is said, and its default holds: the function is not to fail for it.
    pub(crate) fn read(environment: &Environment) -> (Self, Vec<String>) {
        let mut faults = Vec::new();
        let mut number = |name: &str, default: u64| {
            let Some(text) = environment.get(name) else {
                return default;
            };
            text.parse().unwrap_or_else(|_| {
                faults.push(format!("`{name}` is `{text}` and not a whole number; {default} holds"));
                default
            })
        };
        let memory_mb = number("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", 128);
        let limit = |amount: u64| Some(amount).filter(|amount| *amount > 0);
        let requests = limit(number("ZEROBILL_BUDGET_REQUESTS", REQUESTS_PER_MONTH));
        let gb_seconds = limit(number("ZEROBILL_BUDGET_GB_SECONDS", GB_SECONDS_PER_MONTH));
        let flush_after = Duration::from_secs(number("ZEROBILL_METER_SECONDS", 60));
        let flush_requests = number("ZEROBILL_METER_REQUESTS", 1_000);
        let dollars = environment.get("ZEROBILL_BUDGET_USD").and_then(|text| {
            let dollars = text.trim().parse().ok();
            if dollars.is_none() {
                faults.push(format!(
                    "`ZEROBILL_BUDGET_USD` is `{text}` and not dollars such as `1.50`; there is no limit"
                ));
            }
            dollars
        });
        let actions = [
            "ZEROBILL_BUDGET_ON_50",
            "ZEROBILL_BUDGET_ON_80",
            "ZEROBILL_BUDGET_ON_95",
        ]
        .map(|name| {
            let text = environment.get(name).unwrap_or_else(|| "note".to_owned());
            action(&text).unwrap_or_else(|| {
                faults.push(format!(
                    "`{name}` is `{text}` and not `nothing`, `note` or `trip`; `note` holds"
                ));
                Action::Note
            })
        });
        let table = environment.get("ZEROBILL_AWS_METER_TABLE");
        let folder = environment.get("ZEROBILL_METER_FOLDER");
        if let (Some(table), Some(folder)) = (&table, &folder) {
            faults.push(format!(
                "`ZEROBILL_AWS_METER_TABLE` is `{table}` and `ZEROBILL_METER_FOLDER` is `{folder}`; the table holds"
            ));
        }
        let function = environment
            .get("AWS_LAMBDA_FUNCTION_NAME")
            .unwrap_or_else(|| "function".to_owned());
        let settings = Self {
            budget_name: environment.get("ZEROBILL_BUDGET").unwrap_or_else(|| function.clone()),
            function,
            memory_mb,
            budget: Budget {
                requests,
                gb_seconds,
                dollars,
                architecture: if cfg!(target_arch = "aarch64") {
                    Architecture::Arm64
                } else {
                    Architecture::X86_64
                },
            },
            actions,
            store: store(table, folder),
            flush_after,
            flush_requests,
            aws: AwsSettings::read(environment),
        };
        (settings, faults)
    }
}

impl AwsSettings {
    fn read(environment: &Environment) -> Self {
        let region = environment.get("AWS_REGION").unwrap_or_else(|| "us-east-1".to_owned());
        let endpoint = |variable: &str, service: &str| {
            let given = environment
                .get(variable)
                .or_else(|| environment.get("AWS_ENDPOINT_URL"));
            given.map_or_else(
                || format!("https://{service}.{region}.{}", domain(&region)),
                |url| url.trim_end_matches('/').to_owned(),
            )
        };
        Self {
            dynamodb: endpoint("AWS_ENDPOINT_URL_DYNAMODB", "dynamodb"),
            lambda: endpoint("AWS_ENDPOINT_URL_LAMBDA", "lambda"),
            credentials: Credentials::read(environment),
            ca_bundle: environment.get("AWS_CA_BUNDLE").map(PathBuf::from),
            region,
        }
    }
}

/// The domain of a region's services.
fn domain(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    }
}

fn store(table: Option<String>, folder: Option<String>) -> StoreSettings {
    match (table, folder) {
        (Some(table), _) => StoreSettings::Table(table),
        (None, Some(folder)) => StoreSettings::Folder(folder.into()),
        (None, None) => StoreSettings::Memory,
    }
}

/// What a text says is to be done. Leaving out lines and metrics is the function's own matter, so `shed` is a note here.
fn action(text: &str) -> Option<Action> {
    match text.trim() {
        "nothing" => Some(Action::Nothing),
        "note" | "shed" => Some(Action::Note),
        "trip" => Some(Action::Trip),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use zerobill_free_tier::NanoDollars;

    use super::*;

    #[test]
    fn without_variables_the_free_tier_is_the_budget_and_nothing_stops() {
        let (settings, faults) = Settings::read(&Environment::default());
        assert_eq!(faults, [""; 0]);
        assert_eq!(
            (settings.budget.requests, settings.budget.gb_seconds),
            (Some(1_000_000), Some(400_000))
        );
        assert_eq!((settings.budget.dollars, settings.actions), (None, [Action::Note; 3]));
        assert_eq!(settings.store, StoreSettings::Memory);
        assert_eq!(
            (settings.flush_after, settings.flush_requests),
            (Duration::from_secs(60), 1_000)
        );
        assert_eq!(settings.aws.dynamodb, "https://dynamodb.us-east-1.amazonaws.com");
    }

    #[test]
    fn every_variable_is_read() {
        let environment = Environment::from_pairs(&[
            ("AWS_LAMBDA_FUNCTION_NAME", "shop"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
            ("AWS_REGION", "cn-north-1"),
            ("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:9000/"),
            ("ZEROBILL_BUDGET", "all"),
            ("ZEROBILL_BUDGET_REQUESTS", "0"),
            ("ZEROBILL_BUDGET_GB_SECONDS", "7"),
            ("ZEROBILL_BUDGET_USD", "1.5"),
            ("ZEROBILL_BUDGET_ON_50", "nothing"),
            ("ZEROBILL_BUDGET_ON_80", "shed"),
            ("ZEROBILL_BUDGET_ON_95", "trip"),
            ("ZEROBILL_METER_FOLDER", "/tmp/meter"),
        ]);
        let (settings, faults) = Settings::read(&environment);
        assert_eq!(faults, [""; 0]);
        assert_eq!(
            (settings.function.as_str(), settings.budget_name.as_str()),
            ("shop", "all")
        );
        assert_eq!(
            (settings.memory_mb, settings.budget.requests, settings.budget.gb_seconds),
            (512, None, Some(7))
        );
        assert_eq!(settings.budget.dollars, Some(NanoDollars(1_500_000_000)));
        assert_eq!(settings.actions, [Action::Nothing, Action::Note, Action::Trip]);
        assert_eq!(settings.store, StoreSettings::Folder("/tmp/meter".into()));
        assert_eq!(settings.aws.dynamodb, "https://dynamodb.cn-north-1.amazonaws.com.cn");
        assert_eq!(settings.aws.lambda, "http://127.0.0.1:9000");
    }

    #[test]
    fn what_is_wrong_is_said_and_the_default_holds() {
        let environment = Environment::from_pairs(&[
            ("ZEROBILL_BUDGET_REQUESTS", "many"),
            ("ZEROBILL_BUDGET_USD", "$1"),
            ("ZEROBILL_BUDGET_ON_95", "stop"),
            ("ZEROBILL_AWS_METER_TABLE", "meter"),
            ("ZEROBILL_METER_FOLDER", "/tmp/meter"),
        ]);
        let (settings, faults) = Settings::read(&environment);
        assert_eq!(
            faults,
            [
                "`ZEROBILL_BUDGET_REQUESTS` is `many` and not a whole number; 1000000 holds",
                "`ZEROBILL_BUDGET_USD` is `$1` and not dollars such as `1.50`; there is no limit",
                "`ZEROBILL_BUDGET_ON_95` is `stop` and not `nothing`, `note` or `trip`; `note` holds",
                "`ZEROBILL_AWS_METER_TABLE` is `meter` and `ZEROBILL_METER_FOLDER` is `/tmp/meter`; the table holds"
            ]
        );
        assert_eq!(settings.store, StoreSettings::Table("meter".to_owned()));
        assert_eq!(
            (settings.budget.requests, settings.actions[2]),
            (Some(1_000_000), Action::Note)
        );
    }
}
