//! Where an answer leads, and what of the request goes there.

use http::{Method, StatusCode, header};
use reqwest::{Request, Response, Url};

use super::{
    super::error::HttpError,
    settings::Settings,
    target::{allowed, place},
};
use crate::redact::is_secret;

/// The request that `response` leads to, if it leads anywhere.
pub(super) fn next(request: &Request, response: &Response, settings: &Settings) -> Result<Option<Request>, HttpError> {
    let status = response.status();
    let followed = matches!(
        status,
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    let Some(location) = response.headers().get(header::LOCATION).filter(|_| followed) else {
        return Ok(None);
    };
    let refused = |problem| HttpError::Redirect {
        at: place(request.url()),
        status: status.as_u16(),
        problem,
    };
    let text = location.to_str().ok().filter(|text| !text.contains(char::is_control));
    let url = text.and_then(|text| request.url().join(text.trim()).ok());
    let url = url.ok_or_else(|| refused("its `location` is no URL"))?;
    let url = allowed(url, settings).map_err(|error| match error {
        HttpError::InvalidUrl(_) => refused("its `location` is no URL that may be asked"),
        other => other,
    })?;
    if request.url().scheme() == "https" && url.scheme() == "http" {
        return Err(refused("it leads from `https` to `http`"));
    }
    let safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    let same_server = is_same_server(request.url(), &url);
    let as_get = status == StatusCode::SEE_OTHER && *request.method() != Method::HEAD;
    if !as_get && !safe && matches!(status, StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND) {
        return Err(refused(
            "it would silently turn the request into a GET; ask the new place itself",
        ));
    }
    if !as_get && !same_server && (!safe || request.body().is_some()) {
        return Err(refused(
            "it would send the request to another host; ask that host itself",
        ));
    }
    let mut next = request.try_clone().ok_or(HttpError::NotSerializable)?;
    *next.url_mut() = url;
    if as_get {
        *next.method_mut() = Method::GET;
        *next.body_mut() = None;
        for name in [
            header::CONTENT_TYPE,
            header::CONTENT_ENCODING,
            header::CONTENT_LANGUAGE,
            header::CONTENT_LOCATION,
        ] {
            next.headers_mut().remove(name);
        }
    }
    if !same_server {
        let secret: Vec<_> = next
            .headers()
            .keys()
            .filter(|name| is_secret(name.as_str()))
            .cloned()
            .collect();
        for name in secret {
            next.headers_mut().remove(name);
        }
    }
    Ok(Some(next))
}

/// Whether both are one server's: the same host and port, or the same host with TLS from now on.
fn is_same_server(from: &Url, to: &Url) -> bool {
    let with_tls = from.scheme() == "http" && to.scheme() == "https" && from.port().is_none() && to.port().is_none();
    from.host_str() == to.host_str()
        && (with_tls || from.port_or_known_default() == to.port_or_known_default() && from.scheme() == to.scheme())
}
