//! A ready Lambda function: environment -> gateway -> handlers -> runtime loop.
//!
//! Handlers plug in by one table line: [`HANDLERS`] has the built-in ones, and [`run`] takes a table of one's own.
//!
//! Its cargo features are the library's, of the same names. Only `http` is on by default: with `jwt` and `json-schema` the
//! program is twice as large and starts later, and the operations that need them answer `feature_disabled` without.
//!
//! ```no_run
//! use zerobill::{Event, EventKind, Gateway, Handler, handler::ReplyFuture};
//!
//! struct Orders;
//!
//! impl Handler for Orders {
//!     fn name(&self) -> &'static str {
//!         "orders"
//!     }
//!     fn answers(&self) -> &'static str {
//!         "orders from a queue"
//!     }
//!     fn accepts(&self, _gateway: &Gateway, event: &Event) -> bool {
//!         event.kind() == EventKind::Sqs
//!     }
//!     fn handle<'a>(&'a self, gateway: &'a Gateway, event: &'a Event) -> ReplyFuture<'a> {
//!         Box::pin(async move {
//!             gateway.logging().info("orders came", [("event_bytes", event.bytes().len())]);
//!             zerobill_function::reply(&serde_json::json!({ "batchItemFailures": [] }))
//!         })
//!     }
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     zerobill_function::run(&[|| Box::new(Orders)])
//! }
//! ```

#[cfg(feature = "aws")]
mod connected;
#[cfg(not(feature = "aws"))]
#[path = "connected_absent.rs"]
mod connected;
mod ending;
mod handlers;
mod init_error;
mod not_json;
mod panics;
mod service;

use std::process::ExitCode;

use lambda_runtime::Runtime;
use tokio::runtime::Runtime as Executor;
use zerobill::{
    Gateway,
    config::Faults,
    environment::{Environment, FUNCTION_MEMORY, FUNCTION_NAME, FUNCTION_VERSION, MAX_CONCURRENCY, RUNTIME_API},
    handler::Handlers,
};

use self::ending::Ending;
pub use self::handlers::{HANDLERS, MakeHandler, reply};

/// Exit codes of the process.
const FAILED: u8 = 2;
const USAGE: u8 = 64;

/// Runs the built-in function until Lambda ends it; says how the process ends.
///
/// Outside Lambda, that is without `AWS_LAMBDA_RUNTIME_API`, it says what it is and ends with 64.
pub fn run_process() -> ExitCode {
    run(&[])
}

/// The same with handlers of one's own, which are asked before the built-in ones.
pub fn run(own: &[MakeHandler]) -> ExitCode {
    let environment = Environment::process();
    let Some((_, runtime_api)) = environment.read(&RUNTIME_API) else {
        say("bootstrap is an AWS Lambda function and needs the Lambda Runtime API\n\
             hint: run it locally with `zerobill dev -- ./bootstrap`, or deploy it with the runtime `provided.al2023`");
        return ExitCode::from(USAGE);
    };
    if let Some(problem) = missing(&environment) {
        say(&format!("{problem}\nhint: Lambda and `zerobill dev` set it"));
        return ExitCode::from(USAGE);
    }
    let handlers: Vec<_> = own.iter().chain(HANDLERS).map(|make| make()).collect();
    let mut builder = Gateway::builder().environment(environment.clone());
    for handler in &handlers {
        builder = builder.declare(handler.settings());
    }
    let executor = match executor(&environment) {
        Ok(executor) => executor,
        Err(error) => {
            say(&format!("no thread can be started for the function: {error}"));
            return ExitCode::from(FAILED);
        }
    };
    let (gateway, faults) = executor.block_on(connected::build(builder, &environment));
    if !faults.is_empty() {
        let text = Faults(faults).to_string();
        init_error::report(runtime_api, zerobill::error::INVALID_CONFIGURATION, &text);
        gateway.logging().critical(&text, ());
        return ExitCode::from(USAGE);
    }
    // The first default stays; nothing before this line has asked for one.
    zerobill::gateway::set_default_gateway(gateway.clone());
    panics::log_to(gateway.clone());
    // What is hot is built now, while INIT has a whole processor.
    gateway.initialization().run(&gateway);
    let handlers = Handlers::new(handlers);
    executor.block_on(async {
        gateway.initialization().connect(&gateway).await;
        handlers.connect(&gateway).await;
    });
    let ending = ending(&gateway, runtime_api, &executor);
    match executor.block_on(serve_until(ending, gateway, handlers)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            zerobill::gateway::log_error(&format!("the runtime loop ended: {error}"), ());
            ExitCode::from(FAILED)
        }
    }
}

/// What is wrong with the variables without which the runtime client would panic.
fn missing(environment: &Environment) -> Option<String> {
    let required = [FUNCTION_NAME, FUNCTION_MEMORY, FUNCTION_VERSION];
    if let Some(missing) = required.iter().find(|variable| environment.read(variable).is_none()) {
        return Some(format!("the variable `{}` is not set", missing.names[0]));
    }
    let (name, memory) = environment.read(&FUNCTION_MEMORY)?;
    let number = memory.parse::<i32>().is_ok();
    (!number).then(|| format!("the variable `{name}` is `{memory}`, which is not a whole number of MB"))
}

/// One thread, unless Lambda sends several invocations at once.
fn executor(environment: &Environment) -> std::io::Result<Executor> {
    let concurrency = environment
        .read(&MAX_CONCURRENCY)
        .and_then(|(_, number)| number.parse::<u32>().ok());
    let mut executor = match concurrency.unwrap_or(1) {
        0 | 1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    executor.enable_all().build()
}

/// Has Lambda tell the end of the environment, where the settings ask for it.
fn ending(gateway: &Gateway, runtime_api: &str, executor: &Executor) -> Option<Ending> {
    if !gateway.logs_analytics_at_end() {
        return None;
    }
    let _inside = executor.enter();
    let registered = Ending::register(runtime_api);
    let warn = |error: std::io::Error| {
        let fields = [("problem", error.to_string())];
        gateway
            .logging()
            .warning("the analytics are not logged at the end", fields);
    };
    registered.map_err(warn).ok()
}

/// Serves until Lambda ends the environment; the last line is then that of the analytics.
async fn serve_until(
    ending: Option<Ending>,
    gateway: Gateway,
    handlers: Handlers,
) -> Result<(), lambda_runtime::Error> {
    let Some(ending) = ending else {
        return serve(gateway, handlers).await;
    };
    tokio::select! {
        ended = serve(gateway.clone(), handlers) => ended,
        () = ending.wait() => {
            gateway.log_analytics();
            Ok(())
        }
    }
}

/// Asks for events and answers them, as many at a time as Lambda sends.
async fn serve(gateway: Gateway, handlers: Handlers) -> Result<(), lambda_runtime::Error> {
    let runtime = Runtime::new(service::answer_events(gateway.clone(), handlers));
    runtime
        .layer(not_json::NotJsonLayer::new(gateway))
        .run_concurrent()
        .await
}

#[expect(
    clippy::print_stderr,
    reason = "outside Lambda there is a person at a terminal, and no log"
)]
fn say(text: &str) {
    eprintln!("{text}");
}
