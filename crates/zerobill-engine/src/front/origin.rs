//! Who may call: requests whose `Host` is ours and that no web page elsewhere has made.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, header};

/// Whether a request may pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Granted,
    Refused(String),
}

/// For the Invoke API, the engine's state and its controls: only programs and pages of this engine.
pub(super) fn control(headers: &HeaderMap, address: SocketAddr) -> Access {
    let host = text(headers, header::HOST).unwrap_or_default();
    if !is_ours(host, address) {
        return Access::Refused(format!(
            "the host `{host}` is not this engine's; call it by its address or as `localhost`"
        ));
    }
    match text(headers, header::ORIGIN) {
        Some(origin) if origin_host(origin) != Some(host) => {
            Access::Refused(format!("web pages of `{origin}` may not call this"))
        }
        _ => Access::Granted,
    }
}

/// For the Function URL: any host, and pages of this engine or of an origin that was named.
pub(super) fn function_url(headers: &HeaderMap, address: SocketAddr, allowed: &[String]) -> Access {
    let Some(origin) = text(headers, header::ORIGIN) else {
        return without_origin(headers, allowed);
    };
    // A page elsewhere can make its own name lead here, and is then its own origin.
    let own =
        origin_host(origin).is_some_and(|host| Some(host) == text(headers, header::HOST) && is_ours(host, address));
    if own || allowed.iter().any(|allowed| allowed == "*" || allowed == origin) {
        return Access::Granted;
    }
    Access::Refused(format!(
        "web pages of `{origin}` may not call this; `--allow-origin {origin}` lets them"
    ))
}

/// A browser names no origin when a page loads a picture or a script, but it does say whether the page is elsewhere. A link that
/// someone follows is let through.
fn without_origin(headers: &HeaderMap, allowed: &[String]) -> Access {
    let says = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let elsewhere = matches!(says("sec-fetch-site"), Some("cross-site" | "same-site"));
    if elsewhere && says("sec-fetch-mode") != Some("navigate") && allowed.is_empty() {
        return Access::Refused("web pages elsewhere may not call this; `--allow-origin ORIGIN` lets one".to_owned());
    }
    Access::Granted
}

/// A name that only this machine answers to, or an address: a page elsewhere can make its own name lead here, but no address.
fn is_ours(host: &str, address: SocketAddr) -> bool {
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let name = name
        .map_or(host, |(name, _)| name)
        .trim_start_matches('[')
        .trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|ip| ip.is_loopback() || ip == address.ip() || address.ip().is_unspecified())
}

fn origin_host(origin: &str) -> Option<&str> {
    origin.split_once("://").map(|(_, host)| host)
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &str, origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().expect("a header"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().expect("a header"));
        }
        headers
    }

    #[test]
    fn controls_answer_programs_and_their_own_pages_only() {
        let address = SocketAddr::from(([127, 0, 0, 1], 9_000));
        let granted = |host, origin| control(&headers(host, origin), address) == Access::Granted;
        assert!(granted("127.0.0.1:9000", None));
        assert!(granted("localhost:9000", None));
        assert!(granted("[::1]:9000", None));
        assert!(granted("localhost:9000", Some("http://localhost:9000")));
        assert!(!granted("evil.example:9000", None), "a name that was made to lead here");
        assert!(!granted("10.0.0.5:9000", None));
        assert!(!granted("localhost:9000", Some("https://evil.example")));
        assert!(!granted("localhost:9000", Some("null")));
        assert!(!granted("localhost:9000", Some("http://localhost:5173")));
    }

    #[test]
    fn the_function_url_refuses_foreign_pages_unless_named() {
        let granted = |origin, allowed: &[&str]| {
            let allowed: Vec<String> = allowed.iter().map(|origin| (*origin).to_owned()).collect();
            let address = SocketAddr::from(([127, 0, 0, 1], 9_000));
            function_url(&headers("localhost:9000", origin), address, &allowed) == Access::Granted
        };
        assert!(granted(None, &[]));
        assert!(granted(Some("http://localhost:9000"), &[]));
        assert!(!granted(Some("http://localhost:5173"), &[]));
        assert!(granted(Some("http://localhost:5173"), &["http://localhost:5173"]));
        assert!(granted(Some("https://any.example"), &["*"]));
        assert!(!granted(Some("null"), &["http://localhost:5173"]));
    }
}
