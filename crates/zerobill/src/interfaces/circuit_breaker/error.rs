//! Why a call through a breaker gave no value.

use std::time::Duration;

use crate::error::{Error, UNAVAILABLE};

/// A call that the breaker refused, or that failed by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BreakerError<E> {
    /// The breaker is open: nothing was called.
    #[error("the circuit is open; it is tried again in {:.1} s", retry_after.as_secs_f64())]
    Open {
        /// When a call may be tried again.
        retry_after: Duration,
    },
    /// The call itself failed.
    #[error(transparent)]
    Failed(E),
}

impl<E: Into<Error>> From<BreakerError<E>> for Error {
    fn from(error: BreakerError<E>) -> Self {
        match error {
            BreakerError::Open { retry_after } => {
                Self::new(UNAVAILABLE, BreakerError::<Error>::Open { retry_after }.to_string())
            }
            BreakerError::Failed(error) => error.into(),
        }
    }
}
