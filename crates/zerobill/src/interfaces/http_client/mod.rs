//! `http_client`: requests over HTTP that keep to the time an invocation has left, and never do twice what was asked once.
//!
//! A request has its own timeout, and never more than the invocation can spare. It is tried again only where nothing was
//! sent or the method may be repeated, with a breaker for each host. Connections that were idle for 50 s or through a
//! freeze are not used again. Redirects take no credentials to another host and turn no POST into a GET. It needs the cargo
//! feature `http` and a Tokio runtime.
//!
//! | settings | what they do |
//! |---|---|
//! | `http_client.timeout_seconds`, `http_client.connect_timeout_seconds`, `http_client.reserve_seconds` | the times: in all, to connect, and left to answer |
//! | `http_client.retries`, `http_client.max_redirects`, `http_client.max_response_bytes` | the limits |
//! | `http_client.circuit_breaker`, `http_client.metrics` | a breaker for each host; retries, failures and refusals as metrics |
//! | `http_client.allow_hosts`, `http_client.danger_accept_invalid_certs` | hosts that may be asked, and those whose certificates are not checked |
//! | `http_client.ca_certificates`, `http_client.client_certificate`, `http_client.client_private_key` | whom to trust, and who to be |
//! | `http_client.proxy`, `http_client.https_proxy`, `http_client.http_proxy`, `http_client.no_proxy` | proxies |
//! | `http_client.connect` | URLs that get a HEAD request in INIT, so that their connections are there for the first request |
//!
//! A request has at most 6 MB, 100 headers and a URL of 8 KB. An answer of any status is an answer:
//! [`HttpResponse::is_success`] tells.
//!
//! ```
//! use std::time::Duration;
//! use zerobill::{Gateway, http_client::HttpError};
//!
//! # use std::io::{BufRead as _, BufReader, Write as _};
//! # let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
//! # let shop = format!("http://{}", listener.local_addr()?);
//! # std::thread::spawn(move || {
//! #     for connection in listener.incoming().map_while(Result::ok) {
//! #         let lines = BufReader::new(&connection).lines().map_while(Result::ok);
//! #         lines.take_while(|line| !line.is_empty()).for_each(drop);
//! #         let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\nConnection: close\r\n\r\n{\"id\":7,\"paid\":true}";
//! #         _ = (&connection).write_all(&answer[..]);
//! #     }
//! # });
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let gateway = Gateway::builder().setting("http_client.allow_hosts", "127.0.0.1").build()?;
//! let url = format!("{shop}/orders/7"); // a server on this machine
//! let request = gateway.http_client().get(&url).header("accept", "application/json");
//! let answer = request.timeout(Duration::from_secs(2)).send().await?;
//! assert!(answer.is_success());
//! let order: serde_json::Value = answer.json()?;
//! assert_eq!(order["paid"], true);
//!
//! let refused = gateway.http_client().get("https://elsewhere.example/").send().await;
//! assert!(matches!(refused, Err(HttpError::HostNotAllowed(_))));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod operations;
mod progress;
mod request;
mod response;
mod service;
mod settings;
#[cfg(test)]
#[cfg(feature = "http")]
mod tests;
#[cfg(feature = "http")]
mod transport;
#[cfg(not(feature = "http"))]
#[path = "absent.rs"]
mod transport;
mod trust;

pub use self::{
    error::HttpError, progress::Progress, request::HttpRequest, response::HttpResponse, service::HttpClient,
    trust::Trust,
};
pub(crate) use self::{operations::OPERATIONS, settings::SETTINGS};

/// What the interface is for.
pub(crate) const DOC: &str = "Requests over HTTP within the time that is left, retried only where that is safe.";

/// Methods that have no JSON form, and why.
pub const TYPED_ONLY: &[(&str, &str)] = &[];
