//! The event that a Function URL makes of an HTTP request, and the HTTP response it makes of a reply (payload format 2.0).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An HTTP request as a Function URL receives it.
#[derive(Clone, Copy, Debug)]
pub struct HttpRequest<'a> {
    /// The method.
    pub method: &'a str,
    /// The path as it was sent.
    pub path: &'a str,
    /// The query as it was sent, without the question mark.
    pub query: &'a str,
    /// The headers in order, with names in lower case.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub body: &'a [u8],
    /// Who sent it.
    pub source_ip: &'a str,
    /// The host under which the function is reached, such as `abc.lambda-url.eu-west-1.on.aws`.
    pub domain_name: &'a str,
    /// The request id.
    pub request_id: &'a str,
    /// Milliseconds since 1970.
    pub time_epoch_ms: u64,
    /// The same as `02/Jan/2026:03:04:05 +0000`.
    pub time: &'a str,
}

/// Whether a body of this type is sent as text; everything else is base64.
pub fn is_text(content_type: Option<&str>) -> bool {
    let Some(content_type) = content_type else { return false };
    let kind = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    kind.starts_with("text/")
        || kind.ends_with("+json")
        || matches!(
            kind.as_str(),
            "application/json" | "application/xml" | "application/javascript"
        )
}

impl HttpRequest<'_> {
    /// The event, as JSON.
    pub fn to_event(&self) -> Vec<u8> {
        let mut headers = Map::new();
        let mut cookies = Vec::new();
        for (name, value) in self.headers {
            if *name == "cookie" {
                cookies.extend(
                    value
                        .split(';')
                        .map(str::trim)
                        .filter(|cookie| !cookie.is_empty())
                        .map(str::to_owned),
                );
            }
            let separator = if *name == "cookie" { "; " } else { "," };
            match headers.get_mut(*name) {
                Some(Value::String(all)) => {
                    all.push_str(separator);
                    all.push_str(value);
                }
                _ => {
                    headers.insert((*name).to_owned(), (*value).into());
                }
            }
        }
        let header = |name| headers.get(name).and_then(Value::as_str).map(str::to_owned);
        let text = std::str::from_utf8(self.body)
            .ok()
            .filter(|_| is_text(header("content-type").as_deref()));
        let body = match text {
            _ if self.body.is_empty() => None,
            Some(text) => Some(text.to_owned()),
            None => Some(STANDARD.encode(self.body)),
        };
        let event = Event {
            version: "2.0",
            route_key: "$default",
            raw_path: self.path,
            raw_query_string: self.query,
            cookies: (!cookies.is_empty()).then_some(cookies),
            query_string_parameters: parameters(self.query),
            request_context: RequestContext {
                account_id: "anonymous",
                api_id: self.domain_name.split('.').next().unwrap_or_default(),
                domain_name: self.domain_name,
                domain_prefix: self.domain_name.split('.').next().unwrap_or_default(),
                http: Http {
                    method: self.method,
                    path: self.path,
                    protocol: "HTTP/1.1",
                    source_ip: self.source_ip,
                    user_agent: header("user-agent").unwrap_or_default(),
                },
                request_id: self.request_id,
                route_key: "$default",
                stage: "$default",
                time: self.time,
                time_epoch: self.time_epoch_ms,
            },
            is_base64_encoded: body.is_some() && text.is_none(),
            body,
            headers,
        };
        // Text and numbers always serialize.
        serde_json::to_vec(&event).unwrap_or_default()
    }
}

/// The decoded query, values of one name joined by commas; none where there is no query.
fn parameters(query: &str) -> Option<Map<String, Value>> {
    let mut parameters = Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode_percent(name), decode_percent(value));
        match parameters.get_mut(&name) {
            Some(Value::String(all)) => {
                all.push(',');
                all.push_str(&value);
            }
            _ => {
                parameters.insert(name, value.into());
            }
        }
    }
    (!parameters.is_empty()).then_some(parameters)
}

fn decode_percent(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let pair = bytes
            .get(at + 1..at + 3)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        let escaped = pair.filter(|pair| byte == b'%' && !pair.starts_with('+'));
        if let Some(value) = escaped.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            decoded.push(value);
            at += 3;
        } else {
            decoded.push(if byte == b'+' { b' ' } else { byte });
            at += 1;
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    version: &'a str,
    route_key: &'a str,
    raw_path: &'a str,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cookies: Option<Vec<String>>,
    headers: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    query_string_parameters: Option<Map<String, Value>>,
    request_context: RequestContext<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    account_id: &'a str,
    api_id: &'a str,
    domain_name: &'a str,
    domain_prefix: &'a str,
    http: Http<'a>,
    request_id: &'a str,
    route_key: &'a str,
    stage: &'a str,
    time: &'a str,
    time_epoch: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    method: &'a str,
    path: &'a str,
    protocol: &'a str,
    source_ip: &'a str,
    user_agent: String,
}

/// The HTTP response that a reply stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status, from 200 to 599.
    pub status: u16,
    /// The headers, `set-cookie` once per cookie.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why a reply stands for no HTTP response; the caller then gets a 502.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// It is not JSON.
    #[error("the reply is not JSON")]
    NotJson(#[source] serde_json::Error),
    /// A member has the wrong type.
    #[error("`{0}` of the reply is not what a Function URL takes")]
    WrongMember(&'static str),
    /// The body is said to be base64 and is not.
    #[error("`body` of the reply is not base64")]
    NotBase64(#[source] base64::DecodeError),
}

/// The part of a reply, or of a streamed reply's prelude, that is not the body.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reply {
    status_code: Option<Value>,
    #[serde(default)]
    headers: Option<Map<String, Value>>,
    #[serde(default)]
    cookies: Option<Vec<String>>,
    #[serde(default)]
    body: Option<Value>,
    #[serde(default)]
    is_base64_encoded: Option<bool>,
}

impl HttpResponse {
    /// Reads a function's reply. Without a `statusCode` the whole reply is the body of a 200.
    ///
    /// # Errors
    /// [`ReplyError`] says which member is wrong.
    pub fn from_reply(reply: &[u8]) -> Result<Self, ReplyError> {
        let value: Value = serde_json::from_slice(reply).map_err(ReplyError::NotJson)?;
        if value.get("statusCode").is_none() {
            // A text is its own body; everything else is JSON.
            let body = value
                .as_str()
                .map_or_else(|| reply.to_vec(), |text| text.as_bytes().to_vec());
            let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
            return Ok(Self {
                status: 200,
                headers,
                body,
            });
        }
        let reply: Reply = serde_json::from_value(value)
            .map_err(|_| ReplyError::WrongMember("headers, cookies or isBase64Encoded"))?;
        let body = match &reply.body {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::String(text)) if reply.is_base64_encoded == Some(true) => {
                STANDARD.decode(text).map_err(ReplyError::NotBase64)?
            }
            Some(Value::String(text)) => text.as_bytes().to_vec(),
            Some(other) => other.to_string().into_bytes(),
        };
        Self::assemble(reply, body)
    }

    /// Reads the prelude of a streamed reply: status, headers and cookies; the body follows it on the wire.
    ///
    /// # Errors
    /// [`ReplyError`] says which member is wrong.
    pub fn from_prelude(prelude: &[u8]) -> Result<Self, ReplyError> {
        let reply: Reply = serde_json::from_slice(prelude).map_err(ReplyError::NotJson)?;
        Self::assemble(reply, Vec::new())
    }

    fn assemble(reply: Reply, body: Vec<u8>) -> Result<Self, ReplyError> {
        let status = match &reply.status_code {
            None | Some(Value::Null) => Some(200),
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::String(text)) => text.parse().ok(),
            Some(_) => None,
        };
        let status = status
            // What is below 200 would not end the exchange.
            .filter(|status| (200..600).contains(status))
            .and_then(|status| u16::try_from(status).ok());
        let mut headers = Vec::new();
        for (name, value) in reply.headers.unwrap_or_default() {
            // A list is one header for each of its values: that is how the Rust client writes a name that is there twice.
            let values = match value {
                Value::Array(values) => values,
                value => vec![value],
            };
            for value in values {
                let text = match value {
                    Value::String(text) => text,
                    Value::Null => continue,
                    Value::Number(_) | Value::Bool(_) => value.to_string(),
                    Value::Array(_) | Value::Object(_) => return Err(ReplyError::WrongMember("headers")),
                };
                headers.push((name.to_ascii_lowercase(), text));
            }
        }
        if headers.iter().all(|(name, _)| name != "content-type") {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        headers.extend(
            reply
                .cookies
                .unwrap_or_default()
                .into_iter()
                .map(|cookie| ("set-cookie".to_owned(), cookie)),
        );
        Ok(Self {
            status: status.ok_or(ReplyError::WrongMember("statusCode"))?,
            headers,
            body,
        })
    }
}

#[cfg(test)]
#[path = "function_url_tests.rs"]
mod tests;
