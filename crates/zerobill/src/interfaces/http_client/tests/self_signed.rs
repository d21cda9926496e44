//! A server's own certificate, which signs itself: trusted if it is named, else said to be what it is.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

use super::{
    bench::Bench,
    server::{Server, ok},
    tls::{CA, ca, problem, serve, url},
};

/// A server with a certificate that signs itself, as an authority's or as a server's; and that certificate.
async fn self_signed(authority: bool) -> (Server, String) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
    if authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    let certificate = params.self_signed(&key).expect("signed");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("a pair");
    let server = serve(config, [ok("hello")], Arc::default()).await;
    (server, certificate.pem())
}

#[tokio::test]
async fn a_server_s_own_certificate_is_trusted_if_it_is_named_and_else_said_to_be_self_signed() {
    for authority in [true, false] {
        let (server, own) = self_signed(authority).await;
        let named = Bench::new([(CA, own.as_str().into())]);
        let answer = named.gateway.http_client().get(&url(&server, "/")).send().await;
        assert_eq!(answer.expect("answers").text(), Ok("hello"), "{authority}");
        let wrong_name = format!("https://{}/", server.address);
        let text = problem(named.gateway.http_client().get(&wrong_name).send().await);
        assert!(text.to_lowercase().contains("name"), "{text}");
        let text = problem(
            Bench::new([ca()])
                .gateway
                .http_client()
                .get(&url(&server, "/"))
                .send()
                .await,
        );
        assert_eq!(
            text,
            "invalid peer certificate: UnknownIssuer: the certificate is self-signed"
        );
        assert_eq!(server.seen().len(), 1);
    }
}
