//! Why there is no answer of Home Assistant: a type for Alexa, a sentence for people, and words for the log.

use std::borrow::Cow;

/// What Alexa is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Home Assistant, or the way to it, is down.
    Unreachable,
    /// It was sent, and did not end in time.
    StillRunning,
    /// The token has expired.
    ExpiredToken,
    /// The token is not accepted, or there is none.
    InvalidToken,
    /// The event is no request.
    InvalidDirective,
    /// Something is set up wrongly.
    Internal,
}

impl Kind {
    /// The type of a smart home `ErrorResponse`.
    pub(crate) fn error_type(self) -> &'static str {
        match self {
            Self::Unreachable | Self::StillRunning => "BRIDGE_UNREACHABLE",
            Self::ExpiredToken => "EXPIRED_AUTHORIZATION_CREDENTIAL",
            Self::InvalidToken => "INVALID_AUTHORIZATION_CREDENTIAL",
            Self::InvalidDirective => "INVALID_DIRECTIVE",
            Self::Internal => "INTERNAL_ERROR",
        }
    }

    /// Whether linking the account anew helps.
    pub(crate) fn is_about_the_account(self) -> bool {
        matches!(self, Self::ExpiredToken | Self::InvalidToken)
    }
}

/// One failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: Kind,
    /// For Alexa's app: short, and nothing about the server.
    pub(crate) message: Cow<'static, str>,
    /// For the log: what was seen.
    pub(crate) cause: Cow<'static, str>,
    /// For the log: what to change.
    pub(crate) hint: Option<Cow<'static, str>>,
}

impl Failure {
    pub(crate) fn new(kind: Kind, message: impl Into<Cow<'static, str>>, cause: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            message: message.into(),
            cause: cause.into(),
            hint: None,
        }
    }

    /// Adds what to change.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The event is no request that can be passed on.
    pub(crate) fn invalid(problem: impl Into<Cow<'static, str>>) -> Self {
        let problem = problem.into();
        Self::new(Kind::InvalidDirective, problem.clone(), problem)
    }

    /// Home Assistant or the way to it is down.
    pub(crate) fn unreachable(cause: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Unreachable, "Home Assistant cannot be reached", cause)
    }

    /// Something is set up wrongly.
    pub(crate) fn internal(cause: impl Into<Cow<'static, str>>) -> Self {
        Self::new(
            Kind::Internal,
            "Home Assistant did not answer as it should; the function's log says why",
            cause,
        )
    }
}
