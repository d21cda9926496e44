//! One sentence of an SDK's error: what was to be done, what is wrong, and what to do.

use std::error::Error;

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// What went wrong with `action` on `thing`; `missing` says what to do where there is no such thing.
pub(crate) fn of<E>(error: &SdkError<E, HttpResponse>, action: &str, thing: &str, missing: &str) -> String
where
    E: Error + ProvideErrorMetadata + 'static,
{
    let SdkError::ServiceError(context) = error else {
        return format!("`{action}` on {thing} got no answer: {}", innermost(error));
    };
    let (code, message) = (context.err().code().unwrap_or("unknown"), context.err().message());
    match code {
        "AccessDeniedException" | "AccessDenied" | "AuthorizationError" | "AuthorizationErrorException" => {
            format!("`{action}` on {thing} is denied; allow it in the policy of the function's role")
        }
        "ResourceNotFoundException" | "NotFound" | "NotFoundException" => {
            format!("`{action}` failed: there is no {thing}; {missing}")
        }
        _ => format!(
            "`{action}` on {thing} failed: {code}: {}",
            message.unwrap_or("no message")
        ),
    }
}

/// The cause that says most: the last one.
pub(crate) fn innermost(error: &dyn Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
