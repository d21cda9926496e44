//! The arguments of `zerobill logs`.

use clap::{Args, ValueEnum};

use crate::commands::Level;

#[derive(Args, Debug)]
pub(crate) struct Logs {
    /// The engine
    #[arg(long, default_value = "http://127.0.0.1:9000")]
    pub(crate) url: String,
    /// Go on with what is logged later, until Ctrl-C or the engine's end
    #[arg(short, long)]
    pub(crate) follow: bool,
    /// Only lines of this level or worse; one that says none is INFO, and Lambda's own are ERROR where something failed
    #[arg(long, value_enum, ignore_case = true)]
    pub(crate) level: Option<Level>,
    /// Only lines of this function
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Option<String>,
    /// Only lines of the invocations whose request id begins so
    #[arg(long, value_name = "ID")]
    pub(crate) request_id: Option<String>,
    /// How to print them
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: LogsFormat,
}

/// How log lines are printed.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum LogsFormat {
    /// For people: coloured on a terminal, the members of JSON lines apart
    #[default]
    Text,
    /// For programs: one document a line, with the line as it was written
    Json,
}
