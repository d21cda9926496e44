//! The commands, one file each.

mod analyze;
mod audit;
mod budgets;
mod call;
mod dev;
mod doctor;
mod forecast;
mod functions_file;
mod guard;
mod invoke;
mod logs;
mod ops;
mod simulate;
mod watch;

use std::{future::Future, process::ExitCode};

use zerobill_engine::{Engine, EngineError, FunctionSettings};

pub(crate) use self::logs::Level;
use crate::{
    FUNCTION_ARGUMENT,
    cli::{Cli, Command, Function},
    failure::{Failure, Kind},
    printer,
};

/// The name of the function that `dev` and `invoke` run.
const FUNCTION_NAME: &str = "function";

/// What the built-in function lets its own engine call.
const EXPOSED: &str = "debug.*,debug.benchmark,cache.stats,lambda.usage";

/// Runs the command.
pub(crate) fn run(cli: Cli) -> Result<ExitCode, Failure> {
    match cli.command {
        Command::Dev(arguments) => block_on(dev::run(arguments)),
        Command::Invoke(arguments) => block_on(invoke::run(arguments)),
        Command::Logs(arguments) => block_on(logs::run(arguments)),
        Command::Doctor(arguments) => block_on(doctor::run(arguments)),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::Forecast(arguments) => forecast::run(&arguments),
        Command::Simulate(arguments) => simulate::run(&arguments),
        Command::Guard(arguments) => block_on(guard::run(arguments)),
        Command::Analyze(arguments) => analyze::run(&arguments),
        Command::Ops(arguments) => ops::run(&arguments),
        Command::Call(arguments) => block_on(call::run(arguments)),
    }
}

fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    // One thread: handing work over to another one takes longer than the engine's part of an invocation.
    let executor = tokio::runtime::Builder::new_current_thread().enable_all().build();
    executor
        .map_err(|error| Failure::new(Kind::Internal, error))?
        .block_on(work)
}

/// The function that the arguments describe: a program, or this executable as the built-in function.
fn function(arguments: Function) -> Result<FunctionSettings, Failure> {
    let mut command = arguments.command.into_iter();
    let mut settings = match command.next() {
        Some(program) => FunctionSettings::new(FUNCTION_NAME, program),
        None => built_in()?,
    };
    settings.arguments.extend(command);
    settings.environment.extend(arguments.environment);
    settings.memory_mb = arguments.memory;
    settings.cpu_share = arguments.cpu_share;
    settings.environment_concurrency = arguments.per_environment;
    settings.timeout = arguments.timeout;
    settings.extensions = arguments.extensions;
    settings.log.format = arguments.log_format;
    settings.log.application_level = arguments.log_level;
    settings.log.system_level = arguments.system_log_level;
    Ok(settings)
}

fn built_in() -> Result<FunctionSettings, Failure> {
    // The running executable, even if its file was replaced meanwhile.
    let program = if cfg!(target_os = "linux") {
        "/proc/self/exe".into()
    } else {
        std::env::current_exe()
            .map_err(|error| Failure::new(Kind::Internal, error))?
            .into_os_string()
    };
    let mut settings = FunctionSettings::new(FUNCTION_NAME, program);
    settings.arguments.push(FUNCTION_ARGUMENT.into());
    let environment = zerobill::environment::Environment::process();
    if environment.read(&zerobill::environment::EXPOSE).is_none() {
        settings
            .environment
            .push((zerobill::environment::EXPOSE.names[0].to_owned(), EXPOSED.to_owned()));
    }
    Ok(settings)
}

/// Says where functions have more of the CPU than they should.
fn warn_of_cpu(engine: &Engine) {
    if let Some(problem) = engine.cpu_share_problem() {
        printer::note(&format!(
            "warning: functions have whole CPUs, whatever their memory: {problem}"
        ));
    }
}

/// An engine that does not start is a matter of its arguments.
fn not_started(error: EngineError) -> Failure {
    let hint = match &error {
        EngineError::PortTaken { .. } => Some("`--port 0` takes a free one"),
        _ => None,
    };
    let failure = Failure::new(Kind::Usage, error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
