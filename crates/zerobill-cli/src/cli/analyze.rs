//! The arguments of `zerobill analyze`.

use std::path::PathBuf;

use clap::Args;

use super::Format;

#[derive(Args, Debug)]
pub(crate) struct Analyze {
    /// Logs, or answers of `debug.analytics`: text, JSON lines, gzip, answers of the CloudWatch Logs API, Logs Insights CSV
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Memory of the function in MB; what most reports say, or 128, if it is not given
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u64).range(128..=10_240))]
    pub(crate) memory: Option<u64>,
    /// Write what is to be built in INIT to this file, for `ZEROBILL_PRELOAD=auto`
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}
