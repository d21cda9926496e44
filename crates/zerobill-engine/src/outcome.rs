//! What an invocation came to: its reply, its status, and whether its environment can go on.

use std::time::Duration;

use bytes::Bytes;
use zerobill_free_tier::Status;
use zerobill_runtime_api::ErrorDocument;

use crate::{
    environment::{Answered, Ended, Exceeded, KILLED, Settled},
    invocation::StreamFault,
    task,
};

pub(crate) struct Outcome {
    pub(crate) payload: Bytes,
    pub(crate) function_error: bool,
    pub(crate) environment: After,
    pub(crate) status: Status,
    /// What the REPORT line calls the error.
    pub(crate) error_type: Option<String>,
    /// A line of Lambda's own before END.
    pub(crate) line: Option<String>,
}

/// What becomes of an invocation's environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// It can serve again.
    Ready,
    /// It may serve others, and will ask for another event in this one's place.
    Asks,
    /// It may serve others, and is still busy with this one, which is over.
    Busy,
    /// It is ended.
    Gone,
}

impl Outcome {
    pub(crate) fn of(ended: Ended, request_id: &str, limit: Duration) -> Self {
        match ended {
            Ended::Answered(Answered::Reply(payload)) => Self::answered(payload, false),
            Ended::Answered(Answered::Error(payload)) => Self::answered(payload, true),
            Ended::Answered(Answered::Stream { .. }) => Self::answered(Bytes::new(), false),
            Ended::Unanswered => {
                let reason = "the program asked for the next event without answering this one";
                Self::failed("Runtime.NoResponse", reason, request_id)
            }
            Ended::Exited(reason) => Self::failed("Runtime.ExitError", &reason, request_id),
            Ended::TimedOut => Self::timed_out(request_id, limit),
            Ended::Failed(document) => Self::of_extension(&document, request_id),
        }
    }

    /// Takes in that other invocations may run in the environment, which is theirs from now on.
    pub(crate) fn leave_to_others(&mut self) {
        self.environment = match (self.environment, self.status) {
            (After::Gone, Status::Timeout) => After::Busy,
            (After::Gone, _) => After::Gone,
            _ => After::Asks,
        };
    }

    /// Takes in what the environment did after its answer. The answer stands.
    pub(crate) fn settle(&mut self, settled: Settled, request_id: &str, limit: Duration) {
        let failure = match settled {
            Settled::Waits => return,
            Settled::TimedOut => Self::timed_out(request_id, limit),
            Settled::Exited(reason) => Self::failed("Runtime.ExitError", &reason, request_id),
            Settled::Failed(document) => Self::of_extension(&document, request_id),
        };
        self.replace_but_the_answer(failure);
    }

    /// Takes in that the environment is beyond a limit. Unless the caller has the answer already, it is not given.
    pub(crate) fn exceed(&mut self, exceeded: Exceeded, request_id: &str, answered: bool, limit_mb: u64) {
        let failure = match exceeded {
            Exceeded::Memory => Self::failed("Runtime.ExitError", KILLED, request_id),
            Exceeded::Temporary(mb) => {
                let reason = format!(
                    "the temporary folder holds {mb} MB, and {limit_mb} MB on Lambda, where writing would have failed with \
                     `No space left on device`"
                );
                Self::failed("Sandbox.TemporaryFolderFull", &reason, request_id)
            }
        };
        if answered {
            self.replace_but_the_answer(failure);
        } else {
            *self = failure;
        }
    }

    fn replace_but_the_answer(&mut self, failure: Self) {
        let (payload, function_error) = (std::mem::take(&mut self.payload), self.function_error);
        *self = Self {
            payload,
            function_error,
            ..failure
        };
    }

    fn answered(payload: Bytes, function_error: bool) -> Self {
        Self {
            payload,
            function_error,
            environment: After::Ready,
            status: Status::Success,
            error_type: None,
            line: None,
        }
    }

    fn failed(error_type: &str, reason: &str, request_id: &str) -> Self {
        let message = format!("RequestId: {request_id} Error: {reason}");
        Self {
            payload: ErrorDocument::new(error_type, message.clone()).to_json().into(),
            function_error: true,
            environment: After::Gone,
            status: Status::Error,
            error_type: Some(error_type.to_owned()),
            line: Some(message),
        }
    }

    fn of_extension(document: &ErrorDocument, request_id: &str) -> Self {
        let error_type = document.error_type.as_deref().unwrap_or("Extension.Crash");
        Self::failed(error_type, &document.error_message, request_id)
    }

    fn timed_out(request_id: &str, limit: Duration) -> Self {
        let message = format!("Task timed out after {:.2} seconds", limit.as_secs_f64());
        let line = format!("{} {request_id} {message}", task::timestamp(task::epoch_ms()));
        Self {
            status: Status::Timeout,
            error_type: None,
            line: Some(line),
            ..Self::failed("Sandbox.Timedout", &message, request_id)
        }
    }
}

/// A streamed reply that is in, or broke off.
pub(crate) fn streamed(ended: Option<Result<(), StreamFault>>) -> Ended {
    match ended {
        Some(Ok(())) => Ended::Answered(Answered::Reply(Bytes::new())),
        Some(Err(StreamFault(reason))) => {
            let document = ErrorDocument::new(reason, "the streamed reply broke off");
            Ended::Answered(Answered::Error(document.to_json().into()))
        }
        None => Ended::Unanswered,
    }
}
