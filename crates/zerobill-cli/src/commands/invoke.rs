//! `zerobill invoke`: one event, one reply.

use std::{io::Read as _, path::Path, process::ExitCode};

use bytes::Bytes;
use zerobill_engine::{Engine, FunctionSettings, InvokeRequest, LogLine};

use super::{FUNCTION_NAME, function, functions_file, not_started, warn_of_cpu};
use crate::{
    cli::Invoke,
    failure::Failure,
    http_client, printer,
    samples::{self, SAMPLES},
};

pub(crate) async fn run(arguments: Invoke) -> Result<ExitCode, Failure> {
    if arguments.sample.as_deref() == Some("list") {
        let width = SAMPLES.iter().map(|sample| sample.name.len()).max().unwrap_or_default();
        for sample in SAMPLES {
            printer::data(&format!("{:width$}  {}", sample.name, sample.doc));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let event = event(&arguments)?;
    let failed = match &arguments.url {
        Some(url) => {
            let name = arguments.name.as_deref().unwrap_or(FUNCTION_NAME);
            remote(url, name, arguments.later, event).await?
        }
        None => local(settings(arguments)?, event).await?,
    };
    // What the function said of its failure is its reply; the exit code says that it is one.
    Ok(if failed { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// The event that the arguments name.
fn event(arguments: &Invoke) -> Result<Vec<u8>, Failure> {
    if let Some(name) = &arguments.sample {
        let sample = samples::find(name).map_err(Failure::usage)?;
        return Ok(sample.event.as_bytes().to_vec());
    }
    let unreadable =
        |path: &Path, error: std::io::Error| Failure::user(format!("cannot read `{}`: {error}", path.display()));
    match (&arguments.event, &arguments.input) {
        (Some(path), _) => std::fs::read(path).map_err(|error| unreadable(path, error)),
        (None, Some(_)) => {
            let mut event = Vec::new();
            let read = std::io::stdin().lock().read_to_end(&mut event);
            read.map_err(|error| unreadable(Path::new("-"), error))?;
            Ok(event)
        }
        (None, None) => Err(Failure::usage("no event is given").hint("`--sample health`, `--event FILE` or `-`")),
    }
}

/// The function of the command line, or the one of the file, which then is invoked by nothing else.
fn settings(arguments: Invoke) -> Result<FunctionSettings, Failure> {
    let found = if arguments.function.command.is_empty() {
        functions_file::find(
            arguments.name.as_deref(),
            arguments.config.as_deref(),
            &arguments.function,
        )?
    } else {
        None
    };
    match found {
        Some(settings) => Ok(FunctionSettings {
            schedules: Vec::new(),
            queues: Vec::new(),
            ..settings
        }),
        None => function(arguments.function),
    }
}

/// Starts an engine for this one event; says whether the function failed.
async fn local(settings: FunctionSettings, event: Vec<u8>) -> Result<bool, Failure> {
    let name = settings.name.clone();
    let engine = Engine::builder()
        .function(settings)
        .log_sink(|line: LogLine<'_>| printer::note(line.text));
    let engine = engine.start().await.map_err(not_started)?;
    warn_of_cpu(&engine);
    let result = one(&engine, &name, event).await;
    engine.shutdown().await;
    let (payload, failed) = result?;
    printer::bytes(&payload);
    Ok(failed)
}

/// The whole reply, also where it comes in parts, and whether the function failed.
async fn one(engine: &Engine, name: &str, event: Vec<u8>) -> Result<(Bytes, bool), Failure> {
    let reply = engine.invoke(name, InvokeRequest::new(event)).await;
    let reply = reply.map_err(Failure::user)?;
    let failed = reply.function_error;
    Ok((reply.payload.collect().await.map_err(Failure::user)?, failed))
}

/// Sends the event to a running engine; says whether the function failed.
async fn remote(url: &str, name: &str, later: bool, event: Vec<u8>) -> Result<bool, Failure> {
    let reply = http_client::invoke(url, name, later, event).await?;
    if !reply.log.is_empty() {
        printer::note(reply.log.trim_end_matches('\n'));
    }
    if !later {
        printer::bytes(&reply.payload);
    }
    Ok(reply.function_error)
}
