//! What the SDK sends its requests with: the HTTP client and the TLS that zerobill has linked anyway.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_smithy_runtime_api::{
    client::{
        http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use reqwest::{Client, redirect::Policy};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use zerobill::{Clock, connecting::ConnectingLayer};

/// How long a connection may take, TLS included.
const CONNECT: Duration = Duration::from_secs(1);

/// Connections that were idle for longer are not used again: a frozen environment does not hear of their end.
const MAX_IDLE: Duration = Duration::from_secs(15);

/// The one HTTP client of all services.
#[derive(Clone, Debug)]
pub(crate) struct Http(Arc<Connections>);

#[derive(Debug)]
struct Connections {
    clock: Clock,
    /// Kept when the connections are not: it remembers sessions, which makes the next handshake cheap.
    tls: ClientConfig,
    /// The client, and when it was last used by the clock that counts freezes.
    last: Mutex<(Client, Duration)>,
}

impl Http {
    pub(crate) fn new(clock: Clock) -> Result<Self, String> {
        let roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("no TLS: {error}"))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = client(&tls).map_err(|error| format!("no HTTP client: {error}"))?;
        let last = Mutex::new((client, clock.age()));
        Ok(Self(Arc::new(Connections { clock, tls, last })))
    }
}

fn client(tls: &ClientConfig) -> reqwest::Result<Client> {
    Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .http1_only()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT)
        .connector_layer(ConnectingLayer)
        .pool_idle_timeout(MAX_IDLE)
        .no_proxy()
        .build()
}

impl Connections {
    fn client(&self) -> reqwest::Result<Client> {
        let now = self.clock.age();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_sub(last.1) > MAX_IDLE {
            last.0 = client(&self.tls)?;
        }
        last.1 = now;
        Ok(last.0.clone())
    }
}

impl HttpClient for Http {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Http {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.client();
        HttpConnectorFuture::new(async move { send(client.map_err(failure)?, request).await })
    }
}

async fn send(client: Client, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let user = |problem: &str| ConnectorError::user(problem.into());
    let method = request.method().parse().map_err(|_| user("not a method"))?;
    let url = request.uri().parse().map_err(|_| user("not a URL"))?;
    let mut sent = reqwest::Request::new(method, url);
    for (name, value) in request.headers() {
        let name = reqwest::header::HeaderName::from_bytes(name.as_bytes()).map_err(|_| user("not a header"))?;
        let value = value.parse().map_err(|_| user("not a header's value"))?;
        sent.headers_mut().append(name, value);
    }
    let body = request
        .body()
        .bytes()
        .ok_or_else(|| user("a body that is not in memory"))?;
    *sent.body_mut() = Some(body.to_vec().into());

    let answer = client.execute(sent).await.map_err(failure)?;
    let status =
        StatusCode::try_from(answer.status().as_u16()).map_err(|error| ConnectorError::other(error.into(), None))?;
    let headers = answer.headers().clone();
    let body = answer.bytes().await.map_err(failure)?;
    let mut response = HttpResponse::new(status, SdkBody::from(body.to_vec()));
    for (name, value) in &headers {
        if let Ok(value) = value.to_str() {
            response
                .headers_mut()
                .append(name.as_str().to_owned(), value.to_owned());
        }
    }
    Ok(response)
}

/// The SDK tries again what may be: each of its requests may be sent twice.
fn failure(error: reqwest::Error) -> ConnectorError {
    // The URL says nothing that the message does not.
    let error = error.without_url();
    if error.is_timeout() {
        ConnectorError::timeout(error.into())
    } else if error.is_builder() {
        ConnectorError::user(error.into())
    } else {
        ConnectorError::io(error.into())
    }
}
