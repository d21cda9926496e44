//! The forecast from what AWS itself counts, asked for or from a file that `aws freetier get-free-tier-usage` wrote.

use std::{path::Path, process::ExitCode};

use serde::Deserialize;
use serde_json::json;
use zerobill_aws::Allowance;
use zerobill_free_tier::Month;

use super::{plot, table as row};
use crate::{
    cli::{self, Format},
    failure::Failure,
    printer,
};

/// What an empty answer means.
const NOTHING: &str =
    "AWS counts no use of any allowance this month; in a member of an organization, ask its management account";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    free_tier_usages: Vec<Usage>,
}

/// What AWS says of one allowance.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Usage {
    service: String,
    #[serde(rename = "usageType")]
    kind: String,
    actual_usage_amount: f64,
    forecasted_usage_amount: f64,
    limit: f64,
    unit: String,
    description: String,
    free_tier_type: String,
}

/// What the file says.
pub(super) fn of_file(file: &Path) -> Result<Vec<Usage>, Failure> {
    let failed = |problem: &dyn std::fmt::Display| {
        Failure::user(format!("cannot read `{}`: {problem}", file.display()))
            .hint("`aws freetier get-free-tier-usage --region us-east-1 > usage.json` writes it; AWS documents no charge for the call")
    };
    let text = std::fs::read_to_string(file).map_err(|error| failed(&error))?;
    let answer: Answer = serde_json::from_str(&text).map_err(|error| failed(&error))?;
    for usage in &answer.free_tier_usages {
        for (name, amount) in [
            ("actualUsageAmount", usage.actual_usage_amount),
            ("forecastedUsageAmount", usage.forecasted_usage_amount),
            ("limit", usage.limit),
        ] {
            if amount < 0.0 {
                return Err(failed(&format!(
                    "`{name}` of `{}` is {amount}, which is no amount",
                    usage.kind
                )));
            }
        }
    }
    Ok(answer.free_tier_usages)
}

/// Prints what AWS counts. `today` is the day of the month, if the month is running.
pub(super) fn print(
    mut usages: Vec<Usage>,
    month: Month,
    today: Option<u8>,
    arguments: &cli::Forecast,
) -> Result<ExitCode, Failure> {
    usages.sort_by(|one, other| other.share().total_cmp(&one.share()));
    match arguments.format {
        Format::Table => table(&usages, month, today),
        Format::Json => {
            let rows: Vec<_> = usages.iter().map(|usage| usage.json(month, today)).collect();
            let first = first_to_end(&usages, month, today)
                .map(|(usage, day)| json!({ "id": usage.kind, "exhausted_on": day }));
            let document = json!({ "month": month.to_string(), "allowances": rows, "first_to_end": first });
            printer::data(&format!("{document:#}"));
        }
    }
    if let Some(path) = &arguments.plot {
        let lines: Vec<_> = usages.iter().map(|usage| (usage.name(), usage.share())).collect();
        plot::write(path, month, &lines)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn table(usages: &[Usage], month: Month, today: Option<u8>) {
    if usages.is_empty() {
        printer::data(NOTHING);
        return;
    }
    printer::data(&match first_to_end(usages, month, today) {
        Some((usage, day)) => format!("first to end: {}, on {day}", usage.name()),
        None => format!("every allowance that AWS counts lasts through {month}"),
    });
    printer::data("");
    let width = usages
        .iter()
        .map(|usage| usage.name().chars().count())
        .max()
        .unwrap_or_default();
    for usage in usages {
        let ends = usage
            .exhausted_on(month, today)
            .map_or(String::new(), |day| format!("ends {day}"));
        let line = format!(
            "{:width$}  {}  {} now, {} by the end, of {} {}  {ends}",
            usage.name(),
            row::share(Some(usage.share())),
            row::number(usage.actual_usage_amount),
            row::number(usage.forecasted_usage_amount),
            row::number(usage.limit),
            usage.unit,
        );
        printer::data(line.trim_end());
    }
}

fn first_to_end(usages: &[Usage], month: Month, today: Option<u8>) -> Option<(&Usage, String)> {
    let ends = usages
        .iter()
        .filter_map(|usage| Some((usage, usage.exhausted_on(month, today)?)));
    ends.min_by(|one, other| one.1.cmp(&other.1))
}

impl From<Allowance> for Usage {
    fn from(allowance: Allowance) -> Self {
        Self {
            service: allowance.service,
            kind: allowance.usage_type,
            actual_usage_amount: allowance.used,
            forecasted_usage_amount: allowance.forecast,
            limit: allowance.limit,
            unit: allowance.unit,
            description: allowance.description,
            free_tier_type: allowance.free_tier_type,
        }
    }
}

impl Usage {
    fn name(&self) -> String {
        let name = format!("{} {}", self.service, self.kind);
        printer::name(name.trim_start()).into_owned()
    }

    /// The share of the allowance that the month will use.
    fn share(&self) -> f64 {
        let most = self.forecasted_usage_amount.max(self.actual_usage_amount);
        if self.limit > 0.0 { most / self.limit } else { 0.0 }
    }

    /// The day on which it ends, if what is used goes on as AWS forecasts; with no `today`, as if used evenly.
    fn exhausted_on(&self, month: Month, today: Option<u8>) -> Option<String> {
        if self.limit <= 0.0 || self.share() <= 1.0 {
            return None;
        }
        let days = f64::from(month.days());
        let passed = today.map_or(0.0, f64::from);
        let so_far = if today.is_some() { self.actual_usage_amount } else { 0.0 };
        let day = if so_far > self.limit {
            passed * self.limit / so_far
        } else {
            let rest = self.forecasted_usage_amount - so_far;
            passed + (days - passed) * (self.limit - so_far) / rest
        };
        let day = (1..=month.days()).find(|number| f64::from(*number) > day);
        Some(month.date(day.unwrap_or(month.days())))
    }

    fn json(&self, month: Month, today: Option<u8>) -> serde_json::Value {
        json!({
            "id": self.kind,
            "what": self.description,
            "service": self.service,
            "unit": self.unit,
            "used": self.actual_usage_amount,
            "forecast": self.forecasted_usage_amount,
            "free": self.limit,
            "share": self.share(),
            "exhausted_on": self.exhausted_on(month, today),
            "free_tier_type": self.free_tier_type,
        })
    }
}
