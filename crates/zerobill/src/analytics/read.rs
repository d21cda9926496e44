//! Finds exports in lines of logs and in replies.

use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

use super::export::{Export, VERSION};

/// What every export holds.
const MARK: &str = "\"zerobill_analytics\"";

/// Why something that begins like an export is none.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// It was written by another version of the library.
    #[error("it is an export of version {0}, and this reads version {VERSION}")]
    Version(u64),
    /// It is cut short, or not of this form.
    #[error("it is no whole export of usage analytics: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// The export in `text`: a log line, a reply, or the export itself. `None` if there is none.
///
/// ```
/// use zerobill::{Gateway, analytics};
///
/// let gateway = Gateway::builder().build()?;
/// let line = format!(r#"{{"level":"INFO","analytics":{}}}"#, gateway.analytics().to_json());
/// assert_eq!(analytics::read(&line).expect("there is one")?.tally.requests, 0);
/// assert!(analytics::read("all is well").is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read(text: &str) -> Option<Result<Export, Unreadable>> {
    let mark = text.find(MARK)?;
    // What the export of a log puts before a line has no brace.
    let start = text[..mark].find('{')?;
    Some(export(&text[start..]))
}

/// What holds an export, or is one.
#[derive(Deserialize)]
struct Holder<'a> {
    zerobill_analytics: Option<u64>,
    #[serde(borrow)]
    analytics: Option<&'a RawValue>,
}

fn export(json: &str) -> Result<Export, Unreadable> {
    // Other text may follow.
    let mut values = serde_json::Deserializer::from_str(json).into_iter::<&RawValue>();
    let whole = values.next().transpose()?.map_or("", RawValue::get);
    let holder: Holder<'_> = serde_json::from_str(whole)?;
    let (version, json) = match (holder.zerobill_analytics, holder.analytics) {
        (Some(version), _) => (Some(version), whole),
        (None, Some(inner)) => {
            let inner = inner.get();
            (serde_json::from_str::<Holder<'_>>(inner)?.zerobill_analytics, inner)
        }
        (None, None) => (None, whole),
    };
    match version {
        Some(version) if version != u64::from(VERSION) => Err(Unreadable::Version(version)),
        _ => Ok(serde_json::from_str(json)?),
    }
}
