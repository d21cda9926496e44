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
        trust::{Pem, Trust},
    },
    verifier::Verifier,
};

/// The configuration for hosts whose certificates are checked, or for those that are excepted.
pub(super) fn configuration(trust: &Trust, checked: bool) -> Result<ClientConfig, HttpError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(&trust.authorities, error.to_string()))?;
    let builder = if checked {
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier(&trust.authorities, provider)?))
    } else {
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Unchecked(provider)))
    };
    let (certificate, key) = (&trust.certificate, &trust.private_key);
    match (certificate.is_set(), key.is_set()) {
        (false, false) => Ok(builder.with_no_client_auth()),
        (false, true) => Err(unusable(certificate, "it is not set, and the key is".to_owned())),
        (true, false) => Err(unusable(key, "it is not set, and the certificate is".to_owned())),
        (true, true) => {
            let certificates = certificates(certificate)?;
            let private_key =
                PrivateKeyDer::from_pem_slice(&pem_of(key)?).map_err(|error| unusable(key, pem_problem(&error)))?;
            builder
                .with_client_auth_cert(certificates, private_key)
                .map_err(|error| unusable(certificate, error.to_string()))
        }
    }
}

/// Trusts the web's authorities, and those of the settings.
fn verifier(authorities: &Pem, provider: Arc<CryptoProvider>) -> Result<Verifier, HttpError> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let named = if authorities.is_set() {
        certificates(authorities)?
    } else {
        Vec::new()
    };
    for certificate in named.iter().cloned() {
        roots
            .add(certificate)
            .map_err(|error| unusable(authorities, error.to_string()))?;
    }
    Verifier::new(roots, named, provider).map_err(|problem| unusable(authorities, problem))
}

fn certificates(source: &Pem) -> Result<Vec<CertificateDer<'static>>, HttpError> {
    let pem = pem_of(source)?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match certificates {
        Ok(certificates) if certificates.is_empty() => Err(unusable(source, "it has no certificate".to_owned())),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(unusable(source, pem_problem(&error))),
    }
}

/// The PEM text that the value is, or that stands in the file it names.
fn pem_of(source: &Pem) -> Result<Vec<u8>, HttpError> {
    let value = source.value.expose();
    if value.contains("-----BEGIN") {
        return Ok(value.as_bytes().to_vec());
    }
    std::fs::read(value).map_err(|error| unusable(source, format!("it is neither PEM nor a file: {error}")))
}

/// What is wrong, without quoting the text.
fn pem_problem(error: &pem::Error) -> String {
    let problem = match error {
        pem::Error::NoItemsFound => "there is none of that kind in it",
        _ => "it is not PEM",
    };
    problem.to_owned()
}

fn unusable(source: &Pem, problem: String) -> HttpError {
    HttpError::Setting {
        key: source.setting,
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
