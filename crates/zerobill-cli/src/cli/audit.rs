//! The arguments of `zerobill audit`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Args, Debug)]
pub(crate) struct Audit {
    /// Templates, lists of dependencies, or folders that hold them
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// How to print the findings
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: AuditFormat,
    /// Exit with 1 if a finding is at least this bad
    #[arg(long, value_enum, default_value_t, value_name = "SEVERITY")]
    pub(crate) fail_on: FailOn,
    /// Requests a month that estimates are made with
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(crate) requests: u64,
    /// Say what each estimate assumes, and how sure its facts are
    #[arg(long)]
    pub(crate) explain: bool,
    /// Leave out the findings that are in this file
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write all findings to this file, as a baseline for later
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub(crate) write_baseline: Option<PathBuf>,
    /// Compare with the templates in this folder: what is new, what is gone, and the difference in dollars
    #[arg(long, value_name = "DIR")]
    pub(crate) base: Option<PathBuf>,
}

/// How an audit is printed.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum AuditFormat {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
    /// For code scanning
    Sarif,
}

/// Which findings fail an audit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// What is paid
    #[default]
    Paid,
    /// That, and traps
    Trap,
    /// That, and what is free within a limit
    Limit,
    /// Nothing
    None,
}
