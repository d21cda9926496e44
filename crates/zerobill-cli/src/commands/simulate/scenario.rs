//! The scenario in its file.

use std::{fs, path::Path};

use serde::Deserialize;
use zerobill_free_tier::{Budget, Burst, Cap, Loop, Month, NanoDollars, Plan};

use crate::{cli, failure::Failure};

/// What the file holds; what it leaves out is as [`Plan::of`] says.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    month: Option<String>,
    arch: Option<String>,
    memory: Option<u64>,
    duration_ms: Option<u64>,
    init_ms: Option<u64>,
    concurrency: Option<u64>,
    keep_seconds: Option<u64>,
    requests: Option<u64>,
    day: Option<[u64; 24]>,
    #[serde(default, rename = "burst")]
    bursts: Vec<BurstTable>,
    #[serde(rename = "loop")]
    runaway: Option<LoopTable>,
    cap: Option<CapTable>,
}

/// A moment of the month, in UTC.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct At {
    day: u64,
    #[serde(default)]
    hour: u64,
    #[serde(default)]
    minute: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BurstTable {
    at: At,
    seconds: u64,
    per_second: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LoopTable {
    at: At,
    events: u64,
    sends: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CapTable {
    requests: Option<u64>,
    gb_seconds: Option<u64>,
    cents: Option<u64>,
    every_seconds: u64,
    delay_seconds: u64,
}

impl Scenario {
    pub(super) fn read(file: &Path) -> Result<Self, Failure> {
        let shown = file.display();
        let text =
            fs::read_to_string(file).map_err(|error| Failure::user(format!("`{shown}` cannot be read: {error}")))?;
        toml::from_str(&text).map_err(|error| {
            let line = error
                .span()
                .map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
            Failure::usage(format!("`{shown}` is no scenario: line {line}: {}", error.message()))
                .hint("`docs/simulate.md` has one with all that it can hold")
        })
    }

    /// What the command line gives wins.
    pub(super) fn override_with(&mut self, arguments: &cli::Simulate) {
        let given = |value: Option<u64>, place: &mut Option<u64>| *place = value.or(*place);
        given(arguments.requests, &mut self.requests);
        given(arguments.duration_ms, &mut self.duration_ms);
        given(arguments.init_ms, &mut self.init_ms);
        given(arguments.memory, &mut self.memory);
        given(arguments.concurrency, &mut self.concurrency);
        if let Some(arch) = arguments.arch {
            self.arch = Some(arch.to_string());
        }
        if let Some(month) = arguments.month {
            self.month = Some(month.to_string());
        }
    }

    pub(super) fn month(&self) -> Result<Option<Month>, Failure> {
        let wrong = |text: &str| Failure::usage(format!("`month`: `{text}` is not a month such as `2026-11`"));
        let month = self.month.as_deref().map(|text| text.parse().map_err(|_| wrong(text)));
        month.transpose()
    }

    /// The plan for that month.
    pub(super) fn plan(&self, month: Month) -> Result<Plan, Failure> {
        let usual = Plan::of(month);
        let architecture = match self.arch.as_deref() {
            Some(arch) => arch
                .parse()
                .map_err(|error| Failure::usage(format!("`arch`: {error}")))?,
            None => usual.architecture,
        };
        let burst = |burst: &BurstTable| {
            let start = burst.at.second(month, "burst")?;
            Ok(Burst {
                start,
                seconds: burst.seconds,
                per_second: burst.per_second,
            })
        };
        let runaway = |runaway: &LoopTable| {
            let start = runaway.at.second(month, "loop")?;
            Ok(Loop {
                start,
                events: runaway.events,
                sends: runaway.sends,
            })
        };
        Ok(Plan {
            month,
            architecture,
            memory_mb: self.memory.unwrap_or(usual.memory_mb),
            duration_ms: self.duration_ms.unwrap_or(usual.duration_ms),
            init_ms: self.init_ms.unwrap_or(usual.init_ms),
            concurrency: self.concurrency.unwrap_or(usual.concurrency),
            keep_seconds: self.keep_seconds.unwrap_or(usual.keep_seconds),
            requests: self.requests.unwrap_or(usual.requests),
            day: self.day.unwrap_or(usual.day),
            bursts: self.bursts.iter().map(burst).collect::<Result<_, Failure>>()?,
            runaway: self.runaway.as_ref().map(runaway).transpose()?,
            cap: self.cap.as_ref().map(CapTable::cap).transpose()?,
        })
    }
}

impl At {
    fn second(self, month: Month, of: &str) -> Result<u64, Failure> {
        let days = month.days().into();
        if !(1..=days).contains(&self.day) || self.hour > 23 || self.minute > 59 {
            return Err(Failure::usage(format!(
                "`{of}.at` is day {}, {:02}:{:02}, which {month} with its {days} days does not have",
                self.day, self.hour, self.minute
            )));
        }
        Ok((self.day - 1) * 86_400 + self.hour * 3_600 + self.minute * 60)
    }
}

impl CapTable {
    fn cap(&self) -> Result<Cap, Failure> {
        const NANO_DOLLARS_PER_CENT: u128 = 10_000_000;
        let budget = match (self.requests, self.gb_seconds, self.cents) {
            (Some(requests), None, None) => Budget::Requests(requests),
            (None, Some(gb_seconds), None) => Budget::GbSeconds(gb_seconds),
            (None, None, Some(cents)) => Budget::Dollars(NanoDollars(u128::from(cents) * NANO_DOLLARS_PER_CENT)),
            _ => {
                return Err(Failure::usage(
                    "`cap` needs one of `requests`, `gb_seconds` and `cents`",
                ));
            }
        };
        Ok(Cap {
            budget,
            every_seconds: self.every_seconds,
            delay_seconds: self.delay_seconds,
        })
    }
}
