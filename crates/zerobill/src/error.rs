//! The one error of the library: a stable code, a text for the client, a longer one for the log, and the cause.

use std::{borrow::Cow, error::Error as StdError, fmt};

/// What went wrong, for three readers: programs ([`code`](Self::code)), clients ([`message`](Self::message)) and logs
/// ([`detail`](Self::detail)).
///
/// It is one pointer wide, so that results stay small. Neither text ever holds a secret.
///
/// ```
/// let error = zerobill::Error::new(zerobill::error::INVALID_PARAMETER, "`ttl` must be a number");
/// assert_eq!(error.code(), "invalid_parameter");
/// assert_eq!(error.to_string(), "`ttl` must be a number");
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    code: &'static str,
    message: Cow<'static, str>,
    detail: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// No interface has that name.
pub const UNKNOWN_INTERFACE: &str = "unknown_interface";
/// The interface has no operation of that name.
pub const UNKNOWN_OPERATION: &str = "unknown_operation";
/// The operation has no parameter of that name.
pub const UNKNOWN_PARAMETER: &str = "unknown_parameter";
/// A parameter without which the operation cannot run is not there.
pub const MISSING_PARAMETER: &str = "missing_parameter";
/// A parameter has the wrong type or a value out of range.
pub const INVALID_PARAMETER: &str = "invalid_parameter";
/// The operation may not be called from an event.
pub const OPERATION_NOT_EXPOSED: &str = "operation_not_exposed";
/// The event, or the part of it that was asked for, does not decode.
pub const INVALID_EVENT: &str = "invalid_event";
/// No handler answers this kind of event.
pub const UNHANDLED_EVENT: &str = "unhandled_event";
/// A handler panicked; the function lives on.
pub const HANDLER_PANICKED: &str = "handler_panicked";
/// The configuration has faults.
pub const INVALID_CONFIGURATION: &str = "invalid_configuration";
/// A stored value is of another type than the one asked for.
pub const WRONG_TYPE: &str = "wrong_type";
/// A value is larger than its limit.
pub const TOO_LARGE: &str = "too_large";
/// A limit of the free tier, or one set to stay within it, is reached.
pub const LIMIT_REACHED: &str = "limit_reached";
/// The function is stopped, because its budget of the month is used up.
pub const BUDGET_EXHAUSTED: &str = "budget_exhausted";
/// Nothing of that name is there.
pub const NOT_FOUND: &str = "not_found";
/// The call needs an invocation and none is running.
pub const NO_INVOCATION: &str = "no_invocation";
/// What was called is known to be down, or did not answer.
pub const UNAVAILABLE: &str = "unavailable";
/// What was called answered, but not as it should.
pub const INVALID_RESPONSE: &str = "invalid_response";
/// The library was built without the cargo feature that this needs.
pub const FEATURE_DISABLED: &str = "feature_disabled";
/// A token is not one that is accepted.
pub const INVALID_TOKEN: &str = "invalid_token";
/// A signature does not fit what it stands on, or is too old.
pub const INVALID_SIGNATURE: &str = "invalid_signature";
/// A ciphertext cannot be decrypted.
pub const INVALID_CIPHERTEXT: &str = "invalid_ciphertext";
/// A request's body does not keep its schema.
pub const INVALID_REQUEST: &str = "invalid_request";
/// A fault of the library itself.
pub const INTERNAL: &str = "internal";

impl Error {
    /// An error with a stable `code` and a `message` that a client may read.
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            code,
            message: message.into(),
            detail: None,
            source: None,
        }))
    }

    /// Adds what only the log may say.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The stable code, such as `unknown_operation`: it never changes within a major version.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The text for the client.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The text for the log: the client's, then the detail where there is one.
    pub fn detail(&self) -> Cow<'_, str> {
        match &self.0.detail {
            Some(detail) => Cow::Owned(format!("{}: {detail}", self.0.message)),
            None => Cow::Borrowed(&self.0.message),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("code", &self.0.code)
            .field("message", &self.0.message)
            .field("detail", &self.0.detail)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<crate::event::DecodeError> for Error {
    fn from(error: crate::event::DecodeError) -> Self {
        Self::new(INVALID_EVENT, error.to_string()).with_source(error)
    }
}

/// The reply of a failed invocation: `errorType` is the code, `errorMessage` the client's text.
impl From<Error> for lambda_runtime::Diagnostic {
    fn from(error: Error) -> Self {
        Self {
            error_type: error.code().to_owned(),
            error_message: error.message().to_owned(),
        }
    }
}

/// The name among `names` that `wrong` was most likely meant to be, if any is near enough.
pub(crate) fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        // Comparing takes memory for each pair of letters, and a name this long was never meant to be one of ours.
        .filter(|_| wrong.len() <= LONGEST_NAME)
        .map(|name| (strsim::damerau_levenshtein(wrong, name), name))
        .filter(|(distance, name)| *distance <= (name.len().max(wrong.len()) / 2).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// `; did you mean …` for the nearest of `names`, or what there is to choose from.
pub(crate) fn suggestion<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(name) = nearest(wrong, names.clone()) {
        return format!("; did you mean `{name}`?");
    }
    let all: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match all.len() {
        0 => "; there are none".to_owned(),
        1..=LISTED_NAMES => format!("; there are {}", all.join(", ")),
        _ => String::new(),
    }
}

/// Names that are longer are near to none.
const LONGEST_NAME: usize = 128;

/// The beginning of a name that came from outside, for a message: what is longer is no name anyway, and bytes of log are paid for.
#[must_use]
pub fn shortened(name: &str) -> &str {
    name.char_indices().nth(MAX_SHOWN).map_or(name, |(end, _)| &name[..end])
}

/// So many characters of a wrong name are shown.
const MAX_SHOWN: usize = 64;

/// More names than these are no help in a message.
const LISTED_NAMES: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_pointer_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn the_client_never_sees_the_detail() {
        let error = Error::new(INTERNAL, "the store is down").with_detail("table `x` in eu-west-1");
        let reply = lambda_runtime::Diagnostic::from(Error::new(INTERNAL, "the store is down").with_detail("secret"));
        assert_eq!(error.to_string(), "the store is down");
        assert_eq!(error.detail(), "the store is down: table `x` in eu-west-1");
        assert_eq!(
            (reply.error_type.as_str(), reply.error_message.as_str()),
            ("internal", "the store is down")
        );
    }

    #[test]
    fn the_nearest_name_is_found_and_a_far_one_is_not() {
        let names = ["get", "set", "delete"];
        assert_eq!(nearest("gte", names), Some("get"));
        assert_eq!(nearest("delte", names), Some("delete"));
        assert_eq!(nearest("observability", names), None);
        assert_eq!(
            nearest(&"get".repeat(2_000_000), names),
            None,
            "and takes no memory to say so"
        );
        assert_eq!(suggestion("observability", names), "; there are `get`, `set`, `delete`");
    }
}
