//! What goes out: a method, a URL, headers and a body that can be sent as they are.

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use reqwest::Request;

use super::{
    super::{error::HttpError, request::Plan},
    settings::Settings,
    target,
};
use crate::redact::is_secret;

/// The largest body of a request: 6 MiB, as much as Lambda itself takes.
const MAX_REQUEST_BYTES: usize = 6 << 20;

/// The request as planned, checked.
pub(super) fn request(plan: Plan, settings: &Settings) -> Result<Request, HttpError> {
    if let Some(fault) = plan.fault {
        return Err(fault);
    }
    let method = method(&plan.method)?;
    let url = target::parse(&plan.url, settings)?;
    let mut headers = headers(&plan.headers)?;
    if let Some(content_type) = plan
        .content_type
        .filter(|_| !headers.contains_key(header::CONTENT_TYPE))
    {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    let mut request = Request::new(method, url);
    *request.headers_mut() = headers;
    if let Some(body) = plan.body {
        if body.len() > MAX_REQUEST_BYTES {
            return Err(HttpError::RequestTooLarge {
                bytes: body.len(),
                max_bytes: MAX_REQUEST_BYTES,
            });
        }
        *request.body_mut() = Some(body.into());
    }
    Ok(request)
}

fn method(text: &str) -> Result<Method, HttpError> {
    let letters = text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    match Method::from_bytes(text.to_ascii_uppercase().as_bytes()) {
        Ok(method) if letters && text.len() <= 32 && method != Method::CONNECT && method != Method::TRACE => Ok(method),
        _ => Err(HttpError::InvalidMethod),
    }
}

/// More headers than these are refused by most servers.
const MAX_HEADERS: usize = 100;

/// Headers that say where messages begin and end, or belong to one connection.
const OWN_HEADERS: &[HeaderName] = &[
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::HOST,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

fn headers(pairs: &[(String, String)]) -> Result<HeaderMap, HttpError> {
    let mut headers = HeaderMap::new();
    let invalid = |name: &str, problem| HttpError::InvalidHeader {
        name: name.to_owned(),
        problem,
    };
    if pairs.len() > MAX_HEADERS {
        return Err(invalid("", "there are more than 100 headers"));
    }
    for (name, value) in pairs {
        let header = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| invalid("", "its name has characters that no header's name has"))?;
        if OWN_HEADERS.contains(&header) || matches!(header.as_str(), "keep-alive" | "proxy-connection") {
            return Err(invalid(header.as_str(), "the client sets it itself"));
        }
        let mut value = HeaderValue::from_str(value)
            .map_err(|_| invalid(header.as_str(), "its value has a line break or a control character"))?;
        value.set_sensitive(is_secret(header.as_str()));
        headers.append(header, value);
    }
    Ok(headers)
}
