//! Errors that the service itself answers, in the form that AWS SDKs read.

use axum::{
    http::{HeaderValue, Method, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde_json::json;
use zerobill_runtime_api::names::invoke;

use crate::error::InvokeError;

/// The error as the Invoke API answers it.
pub(super) fn service_error(error: &InvokeError) -> Response {
    let message = error.to_string();
    match error {
        InvokeError::NotFound(name) => {
            let arn = format!(
                "arn:aws:lambda:{}:{}:function:{name}",
                crate::settings::REGION,
                crate::settings::ACCOUNT
            );
            answer(
                StatusCode::NOT_FOUND,
                "ResourceNotFoundException",
                &format!("Function not found: {arn}"),
                None,
            )
        }
        InvokeError::NotJson(_) => answer(
            StatusCode::BAD_REQUEST,
            "InvalidRequestContentException",
            &message,
            None,
        ),
        InvokeError::TooLarge { .. } => answer(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestTooLargeException",
            &message,
            None,
        ),
        InvokeError::Throttled { .. } => {
            let reason = "ReservedFunctionConcurrentInvocationLimitExceeded";
            answer(
                StatusCode::TOO_MANY_REQUESTS,
                "TooManyRequestsException",
                &message,
                Some(reason),
            )
        }
        InvokeError::ShuttingDown => answer(StatusCode::SERVICE_UNAVAILABLE, "ServiceException", &message, None),
    }
}

/// A value that the service does not take.
pub(super) fn invalid(message: &str) -> Response {
    answer(StatusCode::BAD_REQUEST, "InvalidParameterValueException", message, None)
}

/// A call that Lambda has and this engine has not, or that nothing has.
pub(super) fn unknown_call(method: &Method, path: &str) -> Response {
    let message = format!("`{method} {path}` is no call that a local Lambda answers");
    answer(StatusCode::NOT_FOUND, "UnknownOperationException", &message, None)
}

/// A request from where none may come.
pub(super) fn forbidden(reason: &str) -> Response {
    answer(StatusCode::FORBIDDEN, "AccessDeniedException", reason, None)
}

fn answer(status: StatusCode, class: &'static str, message: &str, reason: Option<&str>) -> Response {
    // Both spellings: SDKs differ in which they read.
    let mut document = json!({ "Type": "User", "Message": message, "message": message });
    if let Some(reason) = reason {
        document["Reason"] = reason.into();
    }
    let mut response = (status, document.to_string()).into_response();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
        .headers_mut()
        .insert(invoke::ERROR_TYPE, HeaderValue::from_static(class));
    response
}
