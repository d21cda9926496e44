//! Requests over HTTP, and over TLS where an address asks for it: nothing of TLS is made before the first such request.

use std::{path::Path, sync::Arc, time::Duration};

use ureq::{
    Agent,
    tls::{PemItem, RootCerts, TlsConfig, parse_pem},
};

/// A request that was not answered, or answered with an error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failed(pub(crate) String);

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// For local requests that may take as long as they want.
pub(crate) fn local() -> Agent {
    // Proxies are for the world outside, and this is the environment itself.
    Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .into()
}

/// For requests to AWS, which trust the certificates in the file `bundle` instead of the public ones, if there is one.
pub(crate) fn remote(bundle: Option<&Path>) -> Result<Agent, Failed> {
    let roots = match bundle {
        None => RootCerts::WebPki,
        Some(file) => {
            let unusable = |error: &dyn std::fmt::Display| {
                Failed(format!(
                    "the certificates in `{}` (`AWS_CA_BUNDLE`) cannot be used: {error}",
                    file.display()
                ))
            };
            let pem = std::fs::read(file).map_err(|error| unusable(&error))?;
            let items = parse_pem(&pem)
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| unusable(&error))?;
            let certificates = items.into_iter().filter_map(|item| match item {
                PemItem::Certificate(certificate) => Some(certificate),
                _ => None,
            });
            RootCerts::Specific(Arc::new(certificates.collect()))
        }
    };
    let tls = TlsConfig::builder()
        .root_certs(roots)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    Ok(Agent::config_builder()
        .http_status_as_error(false)
        .tls_config(tls)
        .build()
        .into())
}

/// Sends a request and reads its answer within `limit`.
pub(crate) fn exchange(
    agent: &Agent,
    (method, url): (&str, &str),
    headers: &[(String, String)],
    body: &str,
    limit: Duration,
) -> Result<Answer, Failed> {
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let failed = |error: ureq::Error| Failed(error.to_string());
    let request = request
        .body(body.to_owned())
        .map_err(|error| Failed(error.to_string()))?;
    let request = agent.configure_request(request).timeout_global(Some(limit)).build();
    let mut answer = agent.run(request).map_err(failed)?;
    Ok(Answer {
        status: answer.status().as_u16(),
        body: answer.body_mut().read_to_string().map_err(failed)?,
    })
}
