//! `zerobill logs`: what the functions of a running engine log, filtered, and as it comes.

mod line;

use std::{ops::ControlFlow, process::ExitCode};

pub(crate) use self::line::Level;
use self::line::{Line, Record};
use crate::{
    cli::{self, LogsFormat},
    failure::Failure,
    http_client,
    printer::{self, Paint},
};

pub(crate) async fn run(arguments: cli::Logs) -> Result<ExitCode, Failure> {
    let path = if arguments.follow {
        "/_zerobill/logs?follow=true"
    } else {
        "/_zerobill/logs"
    };
    let paint = Paint::of_stdout();
    let lines = http_client::lines(&arguments.url, path, |text| print(text, &arguments, paint));
    tokio::select! {
        result = lines => result?,
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints one line of the engine's answer, if it is asked for; stops where nobody reads any more.
fn print(text: &str, arguments: &cli::Logs, paint: Paint) -> ControlFlow<()> {
    let record = match serde_json::from_str(text) {
        Ok(Record::Line(line)) => line,
        Ok(Record::Missed { missed }) => {
            printer::note(&format!(
                "{missed} lines came faster than they could be read and are missing"
            ));
            return ControlFlow::Continue(());
        }
        Err(_) => {
            printer::note("a line of the engine cannot be read; is it of another version?");
            return ControlFlow::Continue(());
        }
    };
    if !wanted(&record, arguments) {
        return ControlFlow::Continue(());
    }
    let taken = match arguments.format {
        LogsFormat::Text => printer::taken(&record.painted(paint)),
        LogsFormat::Json => printer::taken(text),
    };
    if taken {
        ControlFlow::Continue(())
    } else {
        ControlFlow::Break(())
    }
}

fn wanted(line: &Line, arguments: &cli::Logs) -> bool {
    let of_function = arguments.function.as_ref().is_none_or(|name| *name == line.function);
    let of_request = arguments.request_id.as_ref().is_none_or(|start| {
        line.request_id
            .as_ref()
            .is_some_and(|request_id| request_id.starts_with(start))
    });
    let of_level = arguments
        .level
        .is_none_or(|least| line.level().is_some_and(|level| level >= least));
    of_function && of_request && of_level
}

#[cfg(test)]
mod tests;
