//! `zerobill dev`: a local Lambda until Ctrl-C.

use std::{path::Path, process::ExitCode, time::Duration};

use zerobill::environment::{ANALYTICS_REQUESTS, METRICS_COLD_START, Variable};
use zerobill_engine::{Engine, FunctionSettings, FunctionState, InvokeRequest, State};

use super::{budgets::Budgets, function, functions_file, not_started, warn_of_cpu, watch::Watch};
use crate::{
    cli::{self, Dev},
    failure::{Failure, Kind},
    log_output::LogOutput,
    printer,
    samples::{self, SAMPLES},
};

/// The pause between two events of the demo.
const DEMO_PAUSE: Duration = Duration::from_millis(400);

/// What the demo sends, over and over.
const DEMO: &[&str] = &[
    "health",
    "function-url",
    "stats",
    "operation",
    "function-url",
    "health",
    "function-url-post",
    "alexa-turn-on",
    "function-url",
    "schedule",
];

/// What it sends three times at once, so that there are several environments.
const AT_ONCE: &str = "stats";

/// What lets the function show more of itself in the demo.
const DEMO_VARIABLES: [(Variable, &str); 2] = [(ANALYTICS_REQUESTS, "10"), (METRICS_COLD_START, "true")];

pub(crate) async fn run(arguments: Dev) -> Result<ExitCode, Failure> {
    let mut functions = functions(arguments.function, arguments.config.as_deref(), arguments.concurrency)?;
    if arguments.demo {
        for settings in &mut functions {
            // Before those of the command line, which win.
            let shown = DEMO_VARIABLES.map(|(variable, value)| (variable.names[0].to_owned(), value.to_owned()));
            settings.environment.splice(0..0, shown);
        }
    }
    let budgets = Budgets::of(&mut functions).unwrap_or_else(|error| {
        printer::note(&format!(
            "warning: each environment counts its budget alone, as `.zerobill` cannot be made: {error}"
        ));
        Budgets::default()
    });
    let log = LogOutput::default();
    let mut builder = Engine::builder()
        .trips(budgets)
        .listen(std::net::SocketAddr::new(arguments.host, arguments.port).to_string())
        .freeze(arguments.freeze)
        .wait_for_build(arguments.build.is_some())
        .log_sink(log.clone());
    for function in &functions {
        builder = builder.function(function.clone());
    }
    for origin in arguments.allow_origin {
        builder = builder.allow_origin(origin);
    }
    let watch = match arguments.watch.as_slice() {
        [] => None,
        folders => Some(Watch::start(folders, arguments.build)?),
    };
    // Before anything is served, so that a signal that comes at once is not lost.
    let stop = stop_signal()?;
    let engine = builder.start().await.map_err(not_started)?;
    warn_of_cpu(&engine);
    let address = engine.address();
    for line in banner(&functions, &address.to_string()) {
        printer::note(&line);
    }
    if let Some(watch) = &watch {
        printer::note(&format!("Watching      {}", watch.describe()));
    }
    if !address.ip().is_loopback() {
        printer::note("warning: other machines can reach this port, invoke the function and read what it logs");
    }
    tokio::select! {
        () = stop => {}
        // It does not end by itself.
        () = demo(&engine, &functions[0].name), if arguments.demo => {}
        () = watched(&engine, watch) => {}
    }
    let state = engine.shutdown().await;
    log.flush();
    printer::note(&summary(&state));
    Ok(ExitCode::SUCCESS)
}

/// Ends with Ctrl-C, or when another program asks for the end.
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).map_err(|error| Failure::new(Kind::Internal, error));
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Builds what changes until it is dropped.
async fn watched(engine: &Engine, watch: Option<Watch>) {
    match watch {
        Some(watch) => watch.run(engine).await,
        None => std::future::pending().await,
    }
}

/// Sends events until it is dropped. What comes of them is in the log.
async fn demo(engine: &Engine, function: &str) {
    for name in DEMO.iter().cycle() {
        let sample = samples::find(name).unwrap_or(&SAMPLES[0]);
        let send = || engine.invoke(function, InvokeRequest::new(sample.event));
        // A refused event is in the counters.
        if *name == AT_ONCE {
            _ = tokio::join!(send(), send(), send());
        } else {
            _ = send().await;
        }
        tokio::time::sleep(DEMO_PAUSE).await;
    }
}

/// The function of the command line, or those of the file.
fn functions(
    arguments: cli::Function,
    config: Option<&Path>,
    concurrency: usize,
) -> Result<Vec<FunctionSettings>, Failure> {
    let mut functions = if arguments.command.is_empty() {
        functions_file::read(config, &arguments, concurrency)?
    } else {
        Vec::new()
    };
    if functions.is_empty() {
        let mut settings = function(arguments)?;
        settings.concurrency = concurrency;
        functions.push(settings);
    }
    Ok(functions)
}

/// Where everything is.
fn banner(functions: &[FunctionSettings], address: &str) -> Vec<String> {
    let several = functions.len() > 1;
    let named = |text: String, function: &FunctionSettings| {
        if several {
            format!("{text}  {}", function.name)
        } else {
            text
        }
    };
    let mut lines = Vec::new();
    for (number, function) in functions.iter().enumerate() {
        let path = match &function.url_path {
            _ if number == 0 => "/".to_owned(),
            Some(path) => path.clone(),
            None => format!("/lambda-url/{}/", function.name),
        };
        lines.push(named(format!("Function URL  http://{address}{path}"), function));
    }
    for function in functions {
        let name = &function.name;
        lines.push(format!(
            "Invoke API    http://{address}/2015-03-31/functions/{name}/invocations"
        ));
    }
    for function in functions {
        for schedule in &function.schedules {
            lines.push(named(format!("Schedule      {schedule}"), function));
        }
        for queue in &function.queues {
            let name = &queue.name;
            lines.push(named(
                format!("Queue         http://{address}/123456789012/{name}"),
                function,
            ));
        }
    }
    lines.push(format!("Dashboard     http://{address}/_zerobill/"));
    lines.push(format!("Try           curl http://{address}/health"));
    lines
}

fn summary(state: &State) -> String {
    let sum = |of: fn(&FunctionState) -> u64| state.functions.iter().map(of).sum::<u64>();
    let share = |share: f64| format!("{:.6} %", share * 100.0);
    format!(
        "{} invocations, {} cold starts, {} errors, {} timeouts, {} throttles; billed {} ms, {:.6} GB-seconds\n\
         of the month's free tier: {} of the requests, {} of the GB-seconds",
        sum(|function| function.invocations),
        sum(|function| function.cold_starts),
        sum(|function| function.errors),
        sum(|function| function.timeouts),
        sum(|function| function.throttles),
        sum(|function| function.billed_ms),
        state.free_tier.gb_seconds.used,
        share(state.free_tier.requests.share),
        share(state.free_tier.gb_seconds.share),
    )
}
