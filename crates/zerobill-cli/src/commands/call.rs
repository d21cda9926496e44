//! `zerobill call`: one dynamic operation on a gateway of this process.

use std::process::ExitCode;

use serde_json::Value;
use zerobill::{
    Error, Gateway,
    error::{
        INTERNAL, INVALID_CONFIGURATION, INVALID_PARAMETER, MISSING_PARAMETER, UNKNOWN_INTERFACE, UNKNOWN_OPERATION,
        UNKNOWN_PARAMETER,
    },
};

use crate::{
    cli::Call,
    failure::{Failure, Kind},
    printer,
};

pub(crate) async fn run(arguments: Call) -> Result<ExitCode, Failure> {
    let (interface, operation) = arguments.operation.split_once('.').ok_or_else(|| {
        Failure::usage(format!(
            "`{}` is not of the form INTERFACE.OPERATION",
            arguments.operation
        ))
        .hint("`zerobill ops` lists them")
    })?;
    let parameters: Value = match &arguments.parameters {
        Some(text) => {
            serde_json::from_str(text).map_err(|error| Failure::usage(format!("PARAMS is not JSON: {error}")))?
        }
        None => Value::Null,
    };
    let gateway = Gateway::builder()
        .build()
        .map_err(|faults| Failure::new(Kind::Usage, faults))?;
    let answer = gateway
        .execute_operation(interface, operation, parameters)
        .await
        .map_err(failure)?;
    printer::data(&format!("{answer:#}"));
    Ok(ExitCode::SUCCESS)
}

/// Names and parameters are a matter of the command line; what the operation itself says is not.
fn failure(error: Error) -> Failure {
    let kind = match error.code() {
        UNKNOWN_INTERFACE
        | UNKNOWN_OPERATION
        | UNKNOWN_PARAMETER
        | MISSING_PARAMETER
        | INVALID_PARAMETER
        | INVALID_CONFIGURATION => Kind::Usage,
        INTERNAL => Kind::Internal,
        _ => Kind::User,
    };
    let hint = matches!(error.code(), UNKNOWN_PARAMETER | MISSING_PARAMETER | INVALID_PARAMETER);
    // The detail tells the whole; its source would tell it twice.
    let failure = Failure::new(kind, anyhow::anyhow!("{}", error.detail()));
    if hint {
        failure.hint("`zerobill ops NAME` lists the parameters")
    } else {
        failure
    }
}
