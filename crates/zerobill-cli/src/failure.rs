//! Why a command failed, and with which exit code.

use std::fmt;

/// What ends a command before it has done its work.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: Kind,
    pub(crate) error: anyhow::Error,
    pub(crate) hint: Option<String>,
}

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The function, the file or the network said no: exit code 1.
    User,
    /// The program itself: exit code 2.
    Internal,
    /// The arguments or the configuration: exit code 64.
    Usage,
}

impl Kind {
    pub(crate) const fn exit_code(self) -> u8 {
        match self {
            Self::User => 1,
            Self::Internal => 2,
            Self::Usage => 64,
        }
    }
}

impl Failure {
    pub(crate) fn new(kind: Kind, error: impl Into<anyhow::Error>) -> Self {
        Self {
            kind,
            error: error.into(),
            hint: None,
        }
    }

    pub(crate) fn user(message: impl fmt::Display) -> Self {
        Self::new(Kind::User, anyhow::anyhow!("{message}"))
    }

    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Kind::Usage, anyhow::anyhow!("{message}"))
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
