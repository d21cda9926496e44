//! Whom the client trusts, and whom it shows its own certificate.

use std::sync::{Arc, LazyLock, Mutex};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{
    HandshakeKind, RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    server::WebPkiClientVerifier,
};
use serde_json::Value;
use tokio_rustls::TlsAcceptor;

use super::{
    bench::Bench,
    server::{Act, Server, answer, ok},
};
use crate::{
    http_client::{HttpError, Trust},
    invocation::spawn,
};

/// An authority with a certificate for a server and one for a client.
pub(super) struct Authority {
    pub(super) pem: String,
    der: CertificateDer<'static>,
    server: Pair,
    client: Pair,
}

struct Pair {
    certificate: String,
    der: CertificateDer<'static>,
    key: KeyPair,
}

pub(super) static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new([]).expect("no names");
        params.distinguished_name.push(DnType::CommonName, "an authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("signed");
        let (pem, der) = (certificate.pem(), certificate.der().clone());
        let issuer = Issuer::new(params, key);
        let pair = |names: &[&str]| {
            let key = KeyPair::generate().expect("a key");
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            let params = CertificateParams::new(names).expect("names");
            let certificate = params.signed_by(&key, &issuer).expect("signed");
            Pair {
                certificate: certificate.pem(),
                der: certificate.der().clone(),
                key,
            }
        };
        let (server, client) = (pair(&["localhost"]), pair(&["client.example"]));
        Self {
            pem,
            der,
            server,
            client,
        }
    }
}

/// A server with TLS; with `clients`, only for those with a certificate of the authority.
pub(super) async fn start(script: impl Into<Vec<Act>>, clients: bool) -> Server {
    start_noting(script, clients, Arc::default()).await
}

/// The same; how each handshake went is noted.
async fn start_noting(
    script: impl Into<Vec<Act>>,
    clients: bool,
    handshakes: Arc<Mutex<Vec<Option<HandshakeKind>>>>,
) -> Server {
    let authority = &*AUTHORITY;
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("ring has them");
    let builder = if clients {
        let mut roots = RootCertStore::empty();
        roots.add(authority.der.clone()).expect("an authority");
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build();
        builder.with_client_cert_verifier(verifier.expect("a verifier"))
    } else {
        builder.with_no_client_auth()
    };
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(authority.server.key.serialize_der()));
    let config = builder
        .with_single_cert(vec![authority.server.der.clone()], key)
        .expect("a pair");
    serve(config, script, handshakes).await
}

/// A server with this configuration.
pub(super) async fn serve(
    config: ServerConfig,
    script: impl Into<Vec<Act>>,
    handshakes: Arc<Mutex<Vec<Option<HandshakeKind>>>>,
) -> Server {
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (server, listener) = Server::bind(script).await;
    let running = server.clone();
    spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("accepts");
            let (server, connection, acceptor) = (running.clone(), running.connected(), acceptor.clone());
            let handshakes = Arc::clone(&handshakes);
            spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    handshakes
                        .lock()
                        .expect("whole")
                        .push(stream.get_ref().1.handshake_kind());
                    server.serve(stream, connection).await;
                }
            });
        }
    });
    server
}

pub(super) fn url(server: &Server, path: &str) -> String {
    format!("https://localhost:{}{path}", server.address.port())
}

/// What is said of a certificate that comes without its chain.
const ALONE: &str = "invalid peer certificate: UnknownIssuer: the server sends its certificate alone, without the chain to an \
                     authority that is known";

pub(super) const CA: &str = "http_client.ca_certificates";
const CERTIFICATE: &str = "http_client.client_certificate";
const KEY: &str = "http_client.client_private_key";

pub(super) fn ca() -> (&'static str, Value) {
    ("http_client.ca_certificates", AUTHORITY.pem.as_str().into())
}

pub(super) fn problem(result: Result<crate::http_client::HttpResponse, HttpError>) -> String {
    match result {
        Err(HttpError::Tls { problem, .. }) => problem,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_as_text_and_as_a_file() {
    let server = start([ok("hello")], false).await;
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), &AUTHORITY.pem).expect("written");
    let path = file.path().to_str().expect("text").into();
    for setting in [ca(), ("http_client.ca_certificates", path)] {
        let bench = Bench::new([setting]);
        let answer = bench
            .gateway
            .http_client()
            .get(&url(&server, "/"))
            .send()
            .await
            .expect("answers");
        assert_eq!(answer.text(), Ok("hello"));
    }
}

#[tokio::test]
async fn an_unknown_authority_and_a_wrong_name_are_refused_and_nothing_is_sent() {
    let server = start([ok("hello")], false).await;
    let bench = Bench::new([]);
    let result = bench
        .gateway
        .http_client()
        .post(&url(&server, "/?q=1"))
        .json(&7)
        .send()
        .await;
    assert_eq!(problem(result), ALONE);
    assert_eq!(bench.lines("WARN").len(), 0, "it is not tried again");
    let bench = Bench::new([ca()]);
    let wrong_name = format!("https://{}/", server.address);
    let text = problem(bench.gateway.http_client().get(&wrong_name).send().await);
    assert!(text.contains("not valid for name"), "{text}");
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn only_hosts_named_are_trusted_without_a_check() {
    let server = start([ok("hello")], false).await;
    let excepted = ("http_client.danger_accept_invalid_certs", "localhost".into());
    let bench = Bench::new([excepted]);
    let answer = bench
        .gateway
        .http_client()
        .get(&url(&server, "/"))
        .send()
        .await
        .expect("answers");
    assert_eq!(answer.text(), Ok("hello"));
    let other_name = format!("https://{}/", server.address);
    let text = problem(bench.gateway.http_client().get(&other_name).send().await);
    assert_eq!(text, ALONE);
}

#[tokio::test]
async fn a_server_that_asks_for_a_certificate_is_shown_it() {
    let server = start([ok("hello")], true).await;
    let certificate = (
        "http_client.client_certificate",
        AUTHORITY.client.certificate.as_str().into(),
    );
    let key = (
        "http_client.client_private_key",
        AUTHORITY.client.key.serialize_pem().into(),
    );
    let bench = Bench::new([ca(), certificate, key]);
    let answer = bench
        .gateway
        .http_client()
        .get(&url(&server, "/"))
        .send()
        .await
        .expect("answers");
    assert_eq!(answer.text(), Ok("hello"));
    assert_eq!(
        bench.gateway.config().shown("http_client.client_private_key"),
        Some("***".into())
    );
    let without = Bench::new([ca()]);
    let text = problem(without.gateway.http_client().get(&url(&server, "/")).send().await);
    assert!(text.contains("CertificateRequired"), "{text}");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn certificates_that_are_none_are_named_by_their_setting_and_tried_again_when_changed() {
    let server = start([ok("hello")], false).await;
    let key_text = AUTHORITY.client.key.serialize_pem();
    let certificate = AUTHORITY.client.certificate.clone();
    let other_key = AUTHORITY.server.key.serialize_pem();
    let broken = "-----BEGIN CERTIFICATE-----\nzbsecret\n-----END CERTIFICATE-----\n";
    for (settings, wrong) in [
        (vec![(CA, "/no/such/zbfile")], CA),
        (vec![(CA, broken)], CA),
        (vec![(CA, &*key_text)], CA),
        (vec![(CERTIFICATE, &*certificate)], KEY),
        (vec![(KEY, &*key_text)], CERTIFICATE),
        (vec![(CERTIFICATE, &*certificate), (KEY, broken)], KEY),
        (vec![(CERTIFICATE, &*certificate), (KEY, &*certificate)], KEY),
        (vec![(CERTIFICATE, &*certificate), (KEY, &*other_key)], CERTIFICATE),
    ] {
        let bench = Bench::new([]);
        for (key, value) in &settings {
            bench.gateway.config().set(key, *value).expect("text");
        }
        let error = bench
            .gateway
            .http_client()
            .get(&url(&server, "/"))
            .send()
            .await
            .expect_err("unusable");
        let text = format!("{error:?} {error}");
        assert!(
            matches!(error, HttpError::Setting { key, .. } if key == wrong),
            "{wrong}: {text}"
        );
        assert!(!text.contains("zbsecret") && !text.contains("PRIVATE"), "{text}");
        assert_eq!(crate::Error::from(error).code(), "invalid_configuration");
        let health = bench.gateway.health();
        let health = health
            .iter()
            .find(|(name, _)| *name == "http_client")
            .expect("it is there");
        assert_eq!(health.1.status, crate::Status::Degraded);
        for (key, _) in &settings {
            bench.gateway.config().set(key, ()).expect("taken back");
        }
        bench.gateway.config().set(CA, AUTHORITY.pem.as_str()).expect("text");
        bench
            .gateway
            .http_client()
            .get(&url(&server, "/"))
            .send()
            .await
            .expect("answers");
    }
}

#[tokio::test]
async fn https_is_never_led_down_to_http() {
    let plain = Server::start([ok("")]).await;
    let location = format!("location: {}\r\n", plain.url("/"));
    let server = start([Act::Answer(answer("302 Found", &location, ""))], false).await;
    let bench = Bench::new([ca()]);
    let error = bench
        .gateway
        .http_client()
        .get(&url(&server, "/"))
        .send()
        .await
        .expect_err("refused");
    assert!(
        error.to_string().ends_with("it leads from `https` to `http`"),
        "{error}"
    );
    assert_eq!(plain.seen().len(), 0);
}

#[tokio::test]
async fn a_new_connection_after_a_freeze_resumes_the_session() {
    let handshakes = Arc::default();
    let server = start_noting([ok("hello")], false, Arc::clone(&handshakes)).await;
    let bench = Bench::new([ca()]);
    for _ in 0..2 {
        bench
            .gateway
            .http_client()
            .get(&url(&server, "/"))
            .send()
            .await
            .expect("answers");
        bench.hand.freeze(super::bench::seconds(60));
    }
    assert_eq!((server.connections(), server.seen().len()), (2, 2));
    let handshakes = handshakes.lock().expect("whole").clone();
    assert_eq!(handshakes, [Some(HandshakeKind::Full), Some(HandshakeKind::Resumed)]);
}

#[tokio::test]
async fn a_request_can_bring_a_trust_of_its_own() {
    let server = start([ok("hello")], true).await;
    let trust = Trust::default()
        .authorities("shop.ca", AUTHORITY.pem.as_str())
        .certificate("shop.certificate", AUTHORITY.client.certificate.as_str())
        .private_key("shop.key", AUTHORITY.client.key.serialize_pem());
    let bench = Bench::new([]);
    for trust in [Arc::new(trust.clone()), Arc::new(trust)] {
        let request = bench.gateway.http_client().get(&url(&server, "/")).trust(&trust);
        assert_eq!(request.send().await.expect("answers").text(), Ok("hello"));
    }
    assert_eq!(server.connections(), 1, "equal ones share their connections");
    assert_eq!(
        problem(bench.gateway.http_client().get(&url(&server, "/")).send().await),
        ALONE
    );
    let wrong = Arc::new(Trust::default().authorities("shop.ca", "/no/such/zbfile"));
    let request = bench.gateway.http_client().get(&url(&server, "/")).trust(&wrong);
    let error = request.send().await.expect_err("unusable");
    assert!(matches!(error, HttpError::Setting { key: "shop.ca", .. }), "{error:?}");
    let open = start([ok("hello")], false).await;
    let any = Arc::new(Trust::default().danger_accept_invalid_certs("shop.danger"));
    for _ in 0..2 {
        let request = bench.gateway.http_client().get(&url(&open, "/")).trust(&any);
        request.send().await.expect("answers");
    }
    let warnings = bench.lines("WARN");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].to_string().contains("shop.danger"), "{warnings:?}");
}
