//! The arguments of the commands that tell of a month: `zerobill forecast` and `zerobill simulate`.

use std::path::PathBuf;

use clap::Args;
use zerobill_free_tier::{Architecture, Month};

use super::Format;

#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("source").required(true).args(["duration_ms", "logs", "dev", "usage", "aws"]))]
pub(crate) struct Forecast {
    /// Requests a month; with `--logs` or `--dev`, what these show is scaled to so many
    #[arg(long, value_name = "N")]
    pub(crate) requests: Option<u64>,
    /// Billed milliseconds of each request
    #[arg(long, value_name = "MS", requires = "requests", value_parser = clap::value_parser!(u64).range(1..=900_000))]
    pub(crate) duration_ms: Option<u64>,
    /// Memory of the function in MB
    #[arg(long, value_name = "MB", default_value_t = 128, value_parser = clap::value_parser!(u64).range(128..=10_240))]
    pub(crate) memory: u64,
    /// Processors of the function
    #[arg(long, value_name = "ARCH", default_value = "x86_64", value_parser = architecture)]
    pub(crate) arch: Architecture,
    /// Bytes that each request logs; Lambda's own three lines are about 400
    #[arg(long, value_name = "BYTES", default_value_t = 400)]
    pub(crate) log_bytes: u64,
    /// Days that logs are kept
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    pub(crate) retention_days: u64,
    /// The month, such as `2026-11`; the current one if it is not given
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) month: Option<Month>,
    /// Logs with REPORT lines: text, JSON lines, gzip, answers of the CloudWatch Logs API, Logs Insights CSV
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) logs: Vec<PathBuf>,
    /// Days that the logs cover; from their first to their last time if it is not given
    #[arg(long, value_name = "DAYS", requires = "logs", value_parser = clap::value_parser!(u64).range(1..=3_660))]
    pub(crate) days: Option<u64>,
    /// A running engine, such as `http://127.0.0.1:9000`
    #[arg(long, value_name = "URL")]
    pub(crate) dev: Option<String>,
    /// What `aws freetier get-free-tier-usage` printed
    #[arg(long, value_name = "FILE", conflicts_with = "requests")]
    pub(crate) usage: Option<PathBuf>,
    /// Ask AWS what the account has used this month, with the credentials of the environment
    #[arg(long, conflicts_with_all = ["requests", "month"])]
    pub(crate) aws: bool,
    /// Ask AWS without asking you first
    #[arg(long, requires = "aws", conflicts_with_all = ["duration_ms", "logs", "dev", "usage"])]
    pub(crate) yes: bool,
    /// Draw the month into this SVG file
    #[arg(long, value_name = "FILE")]
    pub(crate) plot: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Args, Debug)]
pub(crate) struct Simulate {
    /// A file with the scenario; `docs/simulate.md` has one with all that it can hold
    #[arg(value_name = "SCENARIO", required_unless_present = "requests")]
    pub(crate) scenario: Option<PathBuf>,
    /// Requests in the month, besides bursts and a loop
    #[arg(long, value_name = "N")]
    pub(crate) requests: Option<u64>,
    /// Billed milliseconds of each request
    #[arg(long, value_name = "MS")]
    pub(crate) duration_ms: Option<u64>,
    /// Milliseconds of INIT, which a cold start is billed besides
    #[arg(long, value_name = "MS")]
    pub(crate) init_ms: Option<u64>,
    /// Memory of the function in MB
    #[arg(long, value_name = "MB")]
    pub(crate) memory: Option<u64>,
    /// Processors of the function
    #[arg(long, value_name = "ARCH", value_parser = architecture)]
    pub(crate) arch: Option<Architecture>,
    /// How many environments may be busy at once
    #[arg(long, value_name = "N")]
    pub(crate) concurrency: Option<u64>,
    /// The month, such as `2026-11`; the current one if it is not given
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) month: Option<Month>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

fn architecture(text: &str) -> Result<Architecture, String> {
    text.parse()
        .map_err(|error: zerobill_free_tier::UnknownArchitecture| error.to_string())
}
