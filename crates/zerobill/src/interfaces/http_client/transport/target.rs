//! What may be asked: which URLs, which hosts, and how they are shown.

use reqwest::Url;

use super::{super::error::HttpError, settings::Settings};
use crate::redact::sanitize;

/// Longer URLs are refused by most servers.
const MAX_URL_BYTES: usize = 8_192;

/// `text` as a URL that may be asked.
pub(super) fn parse(text: &str, settings: &Settings) -> Result<Url, HttpError> {
    // The parser would drop these without a word.
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(HttpError::InvalidUrl(
            "it has a space, a line break or a control character; percent-encode it",
        ));
    }
    if text.len() > MAX_URL_BYTES {
        return Err(HttpError::InvalidUrl("it is longer than 8192 bytes"));
    }
    let url = Url::parse(text).map_err(|_| HttpError::InvalidUrl("it is not of the form `https://host/path`"))?;
    allowed(url, settings)
}

/// `url` without its fragment, if it may be asked.
pub(super) fn allowed(mut url: Url, settings: &Settings) -> Result<Url, HttpError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(HttpError::InvalidUrl("its scheme is neither `http` nor `https`"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(HttpError::InvalidUrl(
            "it has credentials; send them in the header `authorization`",
        ));
    }
    let Some(host) = url.host_str() else {
        return Err(HttpError::InvalidUrl("it has no host"));
    };
    if !settings.allow_hosts.is_empty() && !is_listed(host, &settings.allow_hosts) {
        return Err(HttpError::HostNotAllowed(host.to_owned()));
    }
    url.set_fragment(None);
    Ok(url)
}

/// Whether `list` names `host`, exactly or by `*.suffix`.
pub(super) fn is_listed(host: &str, list: &[String]) -> bool {
    list.iter().any(|entry| match entry.strip_prefix("*.") {
        Some(suffix) => host
            .strip_suffix(suffix)
            .is_some_and(|start| start.len() > 1 && start.ends_with('.')),
        None => entry == host,
    })
}

/// Host, and port where it is not the scheme's own.
pub(super) fn server(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Scheme, host and path, for people.
pub(super) fn place(url: &Url) -> String {
    format!("{}://{}{}", url.scheme(), server(url), path(url))
}

/// The path, with words masked that look like keys: some services put them there.
pub(super) fn path(url: &Url) -> String {
    sanitize(url.path())
}
