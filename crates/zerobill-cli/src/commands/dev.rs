//! `zerobill dev`: a local Lambda until Ctrl-C.

use std::{process::ExitCode, time::Duration};

use zerobill::environment::{ANALYTICS_REQUESTS, METRICS_COLD_START, Variable};
use zerobill_engine::{Engine, InvokeRequest, LogLine, State};

use super::{FUNCTION_NAME, function, not_started, watch::Watch};
use crate::{
    cli::Dev,
    failure::{Failure, Kind},
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
    let mut settings = function(arguments.function)?;
    settings.concurrency = arguments.concurrency;
    if arguments.demo {
        // Before those of the command line, which win.
        let shown = DEMO_VARIABLES.map(|(variable, value)| (variable.names[0].to_owned(), value.to_owned()));
        settings.environment.splice(0..0, shown);
    }
    let mut builder = Engine::builder()
        .function(settings)
        .listen(std::net::SocketAddr::new(arguments.host, arguments.port).to_string())
        .freeze(arguments.freeze)
        .log_sink(|line: LogLine<'_>| printer::data(line.text));
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
    let address = engine.address();
    printer::note(&format!("Function URL  http://{address}/"));
    printer::note(&format!(
        "Invoke API    http://{address}/2015-03-31/functions/{FUNCTION_NAME}/invocations"
    ));
    printer::note(&format!("Dashboard     http://{address}/_zerobill/"));
    printer::note(&format!("Try           curl http://{address}/health"));
    if let Some(watch) = &watch {
        printer::note(&format!("Watching      {}", watch.describe()));
    }
    if !address.ip().is_loopback() {
        printer::note("warning: other machines can reach this port, invoke the function and read what it logs");
    }
    tokio::select! {
        () = stop => {}
        // It does not end by itself.
        () = demo(&engine), if arguments.demo => {}
        () = watched(&engine, watch) => {}
    }
    printer::note(&summary(&engine.shutdown().await));
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
async fn demo(engine: &Engine) {
    for name in DEMO.iter().cycle() {
        let sample = samples::find(name).unwrap_or(&SAMPLES[0]);
        let send = || engine.invoke(FUNCTION_NAME, InvokeRequest::new(sample.event));
        // A refused event is in the counters.
        if *name == AT_ONCE {
            _ = tokio::join!(send(), send(), send());
        } else {
            _ = send().await;
        }
        tokio::time::sleep(DEMO_PAUSE).await;
    }
}

fn summary(state: &State) -> String {
    let Some(function) = state.functions.first() else {
        return String::new();
    };
    let share = |share: f64| format!("{:.6} %", share * 100.0);
    format!(
        "{} invocations, {} cold starts, {} errors, {} timeouts, {} throttles; billed {} ms, {:.6} GB-seconds\n\
         of the month's free tier: {} of the requests, {} of the GB-seconds",
        function.invocations,
        function.cold_starts,
        function.errors,
        function.timeouts,
        function.throttles,
        function.billed_ms,
        function.gb_seconds,
        share(state.free_tier.requests.share),
        share(state.free_tier.gb_seconds.share),
    )
}
