//! The command line.

mod analyze;
mod audit;
mod logs;
mod month;

use std::{net::IpAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};
use zerobill_engine::{LogFormat, LogLevel};

pub(crate) use self::{
    analyze::Analyze,
    audit::{Audit, AuditFormat, FailOn},
    logs::{Logs, LogsFormat},
    month::{Forecast, Simulate},
};

/// Run AWS Lambda functions locally, invoke them, and keep the bill at zero.
#[derive(Debug, Parser)]
#[command(name = "zerobill", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a local Lambda: Function URL, Invoke API and REPORT lines for any Runtime API program
    Dev(Dev),
    /// Send one event to a function and print its reply
    Invoke(Invoke),
    /// Examine a deployment's settings step by step, and say what to change
    Doctor(Doctor),
    /// Print what the functions of a running engine log, also as it comes
    Logs(Logs),
    /// Find what in templates will be billed: CloudFormation, SAM, CDK, Serverless, Terraform
    Audit(Audit),
    /// Say what a month will use of the free tier, what ends first and when, and what it costs
    ///
    /// From figures given by hand (`--requests --duration-ms --memory`), from logs, from a running engine, or from what AWS itself
    /// counts. AWS is asked with `--aws` only, which first says what for, with which permission and at which cost.
    Forecast(Forecast),
    /// Go through a month of traffic: concurrency, cold starts, throttles, a loop, and what a cap lets through
    ///
    /// The month is a scenario in a TOML file, figures given by hand, or both; the figures win. Requests arrive on a grid of
    /// milliseconds, and all of a function take the same time. No account is asked.
    Simulate(Simulate),
    /// Stop functions of any language that use up their budget, and let them run again
    Guard(Guard),
    /// Say what requests use, and what to build before the first of them
    ///
    /// From logs with the usage analytics that functions write where `ZEROBILL_ANALYTICS_REQUESTS` is set, of any number of execution
    /// environments. REPORT lines among them say what memory is used.
    Analyze(Analyze),
    /// List the operations of the gateway with their parameters
    ///
    /// `effect` says whether an operation only reads or changes something; `expose` how `ZEROBILL_EXPOSE` may name it for events:
    /// by its own name, or also by `INTERFACE.*`.
    Ops(Ops),
    /// Call one operation on a gateway in this process
    Call(Call),
}

/// How a function is run.
#[derive(Args, Debug)]
pub(crate) struct Function {
    /// Memory of the function in MB, which its bill depends on
    #[arg(long, value_name = "MB", default_value_t = 128)]
    pub(crate) memory: u32,
    /// Leave the function only the share of a CPU that its memory buys on Lambda, after INIT: 7 % with 128 MB (Linux only)
    #[arg(long)]
    pub(crate) cpu_share: bool,
    /// How many invocations one environment serves at once, as on Lambda Managed Instances; the log is then JSON
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) per_environment: usize,
    /// Seconds that one invocation may take
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = seconds)]
    pub(crate) timeout: Duration,
    /// A variable for the function; may be given several times
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) environment: Vec<(String, String)>,
    /// A folder whose programs are external extensions, as those in /opt/extensions are on Lambda
    #[arg(long, value_name = "DIR")]
    pub(crate) extensions: Option<PathBuf>,
    /// How Lambda's own lines are written: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = log_format)]
    pub(crate) log_format: LogFormat,
    /// The least level of the function's lines; only with `--log-format json`
    #[arg(long, value_name = "LEVEL", default_value = "INFO", value_parser = log_level)]
    pub(crate) log_level: LogLevel,
    /// The least level of Lambda's own lines; only with `--log-format json`
    #[arg(long, value_name = "LEVEL", default_value = "INFO", value_parser = log_level)]
    pub(crate) system_log_level: LogLevel,
    /// A program that speaks the Runtime API, with its arguments; the built-in function if there is none
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<std::ffi::OsString>,
}

#[derive(Args, Debug)]
pub(crate) struct Dev {
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 9000)]
    pub(crate) port: u16,
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub(crate) host: IpAddr,
    /// How many invocations may run at once
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) concurrency: usize,
    /// Stop the function's processes between invocations, as Lambda does
    #[arg(long)]
    pub(crate) freeze: bool,
    /// Let web pages of this origin call the Function URL; may be given several times
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) allow_origin: Vec<String>,
    /// Watch this folder, and start new environments when something in it changes; may be given several times
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = ".")]
    pub(crate) watch: Vec<PathBuf>,
    /// Run this before the first event and after each change, such as `cargo build`; events wait for it
    #[arg(long, value_name = "COMMAND", requires = "watch")]
    pub(crate) build: Option<String>,
    /// A file with functions, as `[functions.NAME]`; `zerobill.toml` if there is one and no COMMAND
    #[arg(long, value_name = "FILE", conflicts_with = "command")]
    pub(crate) config: Option<PathBuf>,
    /// Send varied events to the function, to see it live
    #[arg(long)]
    pub(crate) demo: bool,
    #[command(flatten)]
    pub(crate) function: Function,
}

#[derive(Args, Debug)]
pub(crate) struct Invoke {
    /// A built-in event; `list` names them
    #[arg(long, value_name = "NAME", conflicts_with = "event")]
    pub(crate) sample: Option<String>,
    /// A file with the event
    #[arg(long, value_name = "FILE", conflicts_with = "input")]
    pub(crate) event: Option<PathBuf>,
    /// `-` reads the event from standard input
    #[arg(value_name = "-", value_parser = ["-"], conflicts_with = "sample")]
    pub(crate) input: Option<String>,
    /// A running engine, such as `http://127.0.0.1:9000`; one is started for this event if there is none
    #[arg(long, conflicts_with_all = ["command", "memory", "cpu_share", "timeout", "environment", "extensions"])]
    pub(crate) url: Option<String>,
    /// The function: one of `zerobill.toml`, or one at `--url` [default: the only one of the file, or `function`]
    #[arg(long = "function", value_name = "NAME", conflicts_with = "command")]
    pub(crate) name: Option<String>,
    /// A file with functions, as `[functions.NAME]`; `zerobill.toml` if there is one and no COMMAND
    #[arg(long, value_name = "FILE", conflicts_with_all = ["url", "command"])]
    pub(crate) config: Option<PathBuf>,
    /// Do not wait for the reply; only with `--url`
    #[arg(long = "async", requires = "url")]
    pub(crate) later: bool,
    #[command(flatten)]
    pub(crate) function: Function,
}

/// What can be examined.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Patient {
    /// The way from a function to Home Assistant
    HomeAssistant,
}

#[derive(Args, Debug)]
pub(crate) struct Doctor {
    /// What to examine
    #[arg(value_enum)]
    pub(crate) patient: Patient,
    /// A file with the function's variables, one NAME=VALUE a line; those of this process count as well
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    /// A variable of the function; may be given several times
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) environment: Vec<(String, String)>,
    /// How to print the report
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Args, Debug)]
pub(crate) struct Guard {
    #[command(subcommand)]
    pub(crate) action: GuardAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum GuardAction {
    /// Say which functions are stopped, since when and why
    Status(GuardStatus),
    /// Stop a function: no invocation of it runs, and what triggers it is disabled
    Trip(GuardTrip),
    /// Let a function run again, exactly as it did before it was stopped
    Release(GuardRelease),
    /// Print the template that makes the guard, and say what can run beyond a budget
    Install(GuardInstall),
}

/// What deploys the guard.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Template {
    /// AWS SAM
    Sam,
    /// Terraform
    Terraform,
}

#[derive(Args, Debug)]
pub(crate) struct GuardInstall {
    /// What is to deploy it
    #[arg(long = "as", value_enum, default_value = "sam")]
    pub(crate) template: Template,
    /// Environments of all functions that may be busy at once
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(0..=10_000_000))]
    pub(crate) concurrency: u64,
    /// Ask AWS for the account's concurrency instead; it needs `lambda:GetAccountSettings`
    #[arg(long, conflicts_with = "concurrency")]
    pub(crate) aws: bool,
    /// Memory of the functions in MB
    #[arg(long, value_name = "MB", default_value_t = 512, value_parser = clap::value_parser!(u64).range(128..=10_240))]
    pub(crate) memory: u64,
    /// Billed milliseconds of a request
    #[arg(long, value_name = "MS", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=900_000))]
    pub(crate) duration_ms: u64,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Where the guard keeps what it has stopped, and what it talks to.
#[derive(Args, Debug)]
pub(crate) struct GuardPlace {
    /// The DynamoDB table in which the guard keeps what it has stopped
    #[arg(long, value_name = "NAME", conflicts_with = "store")]
    pub(crate) table: Option<String>,
    /// A file to keep it in instead, for functions that run on this machine
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
    /// A running engine, such as `http://127.0.0.1:9000`; it has no triggers, so that concurrency alone is set, and keeps what
    /// is stopped in the project that it runs, unless told
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Args, Debug)]
pub(crate) struct GuardStatus {
    /// Only this function
    #[arg(long = "function", value_name = "NAME")]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) place: GuardPlace,
}

#[derive(Args, Debug)]
pub(crate) struct GuardTrip {
    /// The function
    #[arg(long = "function", value_name = "NAME")]
    pub(crate) name: String,
    /// Why, for whoever finds it stopped
    #[arg(long, value_name = "TEXT", default_value = "stopped by hand")]
    pub(crate) reason: String,
    /// Say what would be changed, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) place: GuardPlace,
}

#[derive(Args, Debug)]
pub(crate) struct GuardRelease {
    /// The function
    #[arg(long = "function", value_name = "NAME")]
    pub(crate) name: String,
    /// Say what would be restored, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) place: GuardPlace,
}

#[derive(Args, Debug)]
pub(crate) struct Ops {
    /// Only operations whose name holds this
    pub(crate) pattern: Option<String>,
    /// How to print them
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Args, Debug)]
pub(crate) struct Call {
    /// The operation, such as `cache.stats`
    #[arg(value_name = "INTERFACE.OPERATION")]
    pub(crate) operation: String,
    /// Its parameters as a JSON object
    #[arg(value_name = "PARAMS")]
    pub(crate) parameters: Option<String>,
}

/// How a table is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
}

fn log_format(text: &str) -> Result<LogFormat, String> {
    match text.to_ascii_lowercase().as_str() {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("not text or json".to_owned()),
    }
}

fn log_level(text: &str) -> Result<LogLevel, String> {
    LogLevel::named(text).ok_or_else(|| "not TRACE, DEBUG, INFO, WARN, ERROR or FATAL".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text
        .parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|seconds| !seconds.is_zero())
        .ok_or_else(|| "not a number of seconds above 0".to_owned())
}

pub(crate) fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("not of the form NAME=VALUE")?;
    if name.is_empty() || name.contains('\0') || value.contains('\0') {
        return Err("not of the form NAME=VALUE".to_owned());
    }
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
