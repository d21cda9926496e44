//! Whom to trust: the web's authorities compiled in, those of the settings, or anyone where a host is excepted.

use std::sync::Arc;

use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{
        CertificateDer, PrivateKeyDer, ServerName, UnixTime,
        pem::{self, PemObject},
    },
};

use super::{
    super::{
        error::HttpError,
        settings::{CA, CLIENT_CERTIFICATE, CLIENT_KEY},
    },
    settings::Settings,
};
use crate::interfaces::config::Setting;

/// The configuration for hosts whose certificates are checked, or for those that are excepted.
pub(super) fn configuration(settings: &Settings, checked: bool) -> Result<ClientConfig, HttpError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(&CA, error.to_string()))?;
    let builder = if checked {
        builder.with_root_certificates(roots(settings)?)
    } else {
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Unchecked(provider)))
    };
    match (
        settings.client_certificate.as_str(),
        settings.client_key.expose().as_str(),
    ) {
        ("", "") => Ok(builder.with_no_client_auth()),
        ("", _) => Err(unusable(
            &CLIENT_CERTIFICATE,
            "it is not set, and the key is".to_owned(),
        )),
        (_, "") => Err(unusable(
            &CLIENT_KEY,
            "it is not set, and the certificate is".to_owned(),
        )),
        (certificate, key) => {
            let certificates = certificates(&CLIENT_CERTIFICATE, certificate)?;
            let key = PrivateKeyDer::from_pem_slice(&pem_of(&CLIENT_KEY, key)?)
                .map_err(|error| unusable(&CLIENT_KEY, pem_problem(&error)))?;
            builder
                .with_client_auth_cert(certificates, key)
                .map_err(|error| unusable(&CLIENT_CERTIFICATE, error.to_string()))
        }
    }
}

/// The web's authorities, and those of the settings.
fn roots(settings: &Settings) -> Result<RootCertStore, HttpError> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if !settings.ca.is_empty() {
        for certificate in certificates(&CA, &settings.ca)? {
            roots
                .add(certificate)
                .map_err(|error| unusable(&CA, error.to_string()))?;
        }
    }
    Ok(roots)
}

fn certificates(setting: &Setting, value: &str) -> Result<Vec<CertificateDer<'static>>, HttpError> {
    let pem = pem_of(setting, value)?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match certificates {
        Ok(certificates) if certificates.is_empty() => Err(unusable(setting, "it has no certificate".to_owned())),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(unusable(setting, pem_problem(&error))),
    }
}

/// The PEM text that `value` is, or that stands in the file it names.
fn pem_of(setting: &Setting, value: &str) -> Result<Vec<u8>, HttpError> {
    if value.contains("-----BEGIN") {
        return Ok(value.as_bytes().to_vec());
    }
    std::fs::read(value).map_err(|error| unusable(setting, format!("it is neither PEM nor a file: {error}")))
}

/// What is wrong, without quoting the text.
fn pem_problem(error: &pem::Error) -> String {
    let problem = match error {
        pem::Error::NoItemsFound => "there is none of that kind in it",
        _ => "it is not PEM",
    };
    problem.to_owned()
}

fn unusable(setting: &Setting, problem: String) -> HttpError {
    HttpError::Setting {
        key: setting.key,
        problem,
    }
}

/// Takes any certificate, from hosts that the settings except by name.
#[derive(Debug)]
struct Unchecked(Arc<CryptoProvider>);

impl ServerCertVerifier for Unchecked {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
