//! A ready Lambda function: environment -> gateway -> handlers -> runtime loop.

mod handlers;
mod init_error;
mod not_json;
mod panics;
mod service;

use std::process::ExitCode;

use lambda_runtime::Runtime;
use zerobill::{
    Gateway,
    config::Faults,
    environment::{Environment, FUNCTION_MEMORY, FUNCTION_NAME, FUNCTION_VERSION, MAX_CONCURRENCY, RUNTIME_API},
    handler::Handlers,
};

pub use self::handlers::HANDLERS;

/// Exit codes of the process.
const FAILED: u8 = 2;
const USAGE: u8 = 64;

/// Runs the function until Lambda ends it; says how the process ends.
///
/// Outside Lambda, that is without `AWS_LAMBDA_RUNTIME_API`, it says what it is and ends with 64.
pub fn run_process() -> ExitCode {
    let environment = Environment::process();
    let Some((_, runtime_api)) = environment.read(&RUNTIME_API) else {
        say("bootstrap is an AWS Lambda function and needs the Lambda Runtime API\n\
             hint: run it locally with `zerobill dev -- ./bootstrap`, or deploy it with the runtime `provided.al2023`");
        return ExitCode::from(USAGE);
    };
    // The runtime client would panic without them.
    let required = [FUNCTION_NAME, FUNCTION_MEMORY, FUNCTION_VERSION];
    if let Some(missing) = required.iter().find(|variable| environment.read(variable).is_none()) {
        say(&format!(
            "the variable `{}` is not set\nhint: Lambda and `zerobill dev` set it",
            missing.names[0]
        ));
        return ExitCode::from(USAGE);
    }
    let (gateway, faults) = Gateway::builder().environment(environment.clone()).build_anyway();
    if !faults.is_empty() {
        let text = Faults(faults).to_string();
        init_error::report(runtime_api, zerobill::error::INVALID_CONFIGURATION, &text);
        gateway.logging().critical(&text, ());
        return ExitCode::from(USAGE);
    }
    // The first default stays; nothing before this line has asked for one.
    zerobill::gateway::set_default_gateway(gateway.clone());
    panics::log_to(gateway.clone());
    let concurrency = environment
        .read(&MAX_CONCURRENCY)
        .and_then(|(_, number)| number.parse::<u32>().ok());
    match serve(gateway, concurrency.unwrap_or(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            zerobill::gateway::log_error(&format!("the runtime loop ended: {error}"), ());
            ExitCode::from(FAILED)
        }
    }
}

/// Asks for events and answers them, one at a time on one thread unless Lambda sends several at once.
fn serve(gateway: Gateway, concurrency: u32) -> Result<(), lambda_runtime::Error> {
    let mut executor = match concurrency {
        0 | 1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    executor.enable_all().build()?.block_on(async {
        let handlers = Handlers::new(HANDLERS.iter().map(|make| make()).collect());
        let runtime = Runtime::new(service::answer_events(gateway.clone(), handlers));
        runtime
            .layer(not_json::NotJsonLayer::new(gateway))
            .run_concurrent()
            .await
    })
}

#[expect(
    clippy::print_stderr,
    reason = "outside Lambda there is a person at a terminal, and no log"
)]
fn say(text: &str) {
    eprintln!("{text}");
}
