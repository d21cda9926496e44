//! The `zerobill` command.

mod cli;
mod commands;
mod failure;
mod http_client;
mod log_output;
mod logs;
mod nearest;
mod printer;
mod profile;
mod samples;

use std::process::ExitCode;

use clap::Parser as _;

use self::cli::Cli;

/// The hidden first argument with which this executable is the built-in function.
const FUNCTION_ARGUMENT: &str = "__function";

fn main() -> ExitCode {
    // Before anything else: a function's cold start pays for no argument parser and no threads.
    if std::env::args_os()
        .nth(1)
        .is_some_and(|argument| argument == FUNCTION_ARGUMENT)
    {
        return zerobill_function::run_process();
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return printer::usage(&error),
    };
    match commands::run(cli) {
        Ok(exit) => exit,
        Err(failure) => printer::failure(&failure),
    }
}
