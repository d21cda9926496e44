//! Checks certificates as the library below does, takes one that the settings name itself, and says what to change where an
//! issuer is not known.

use std::{error::Error as StdError, fmt, sync::Arc};

use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};

/// The check of a server's certificate.
#[derive(Debug)]
pub(super) struct Verifier {
    webpki: Arc<WebPkiServerVerifier>,
    /// Those of the settings: one of them may be the server's own.
    named: Vec<CertificateDer<'static>>,
}

/// Why the issuer of a certificate is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unknown {
    SelfSigned,
    WithoutChain,
    OtherAuthority,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SelfSigned => "the certificate is self-signed",
            Self::WithoutChain => {
                "the server sends its certificate alone, without the chain to an authority that is known"
            }
            Self::OtherAuthority => "the certificate is of an authority that is not known",
        })
    }
}

impl StdError for Unknown {}

/// What `error` says, in words where the verifier here has some.
pub(super) fn problem(error: &Error) -> String {
    let Error::InvalidCertificate(CertificateError::Other(OtherError(cause))) = error else {
        return error.to_string();
    };
    match cause.downcast_ref::<Unknown>() {
        Some(unknown) => format!("invalid peer certificate: UnknownIssuer: {unknown}"),
        None => error.to_string(),
    }
}

impl Verifier {
    /// Trusts `roots`, and servers whose own certificate is one of `named`.
    ///
    /// # Errors
    /// What the library below says of `roots`.
    pub(super) fn new(
        roots: RootCertStore,
        named: Vec<CertificateDer<'static>>,
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, String> {
        let webpki = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
        let webpki = webpki.map_err(|error| error.to_string())?;
        Ok(Self { webpki, named })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let checked = self
            .webpki
            .verify_server_cert(certificate, intermediates, name, ocsp, now);
        match checked {
            Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
                let unknown = OtherError(Arc::new(unknown(certificate, intermediates)));
                Err(Error::InvalidCertificate(CertificateError::Other(unknown)))
            }
            // `openssl req -x509` makes certificates that sign themselves as an authority would. Its time has been checked.
            Err(error) if is_authority(&error) => {
                if !self.named.iter().any(|named| named == certificate) {
                    let unknown = OtherError(Arc::new(Unknown::SelfSigned));
                    return Err(Error::InvalidCertificate(CertificateError::Other(unknown)));
                }
                verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            checked => checked,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.webpki.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.webpki.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.webpki.supported_verify_schemes()
    }
}

/// Whether it was refused only because it is an authority's.
fn is_authority(error: &Error) -> bool {
    let Error::InvalidCertificate(CertificateError::Other(OtherError(cause))) = error else {
        return false;
    };
    matches!(cause.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}

fn unknown(certificate: &CertificateDer<'_>, intermediates: &[CertificateDer<'_>]) -> Unknown {
    let parsed = webpki::EndEntityCert::try_from(certificate);
    if parsed.is_ok_and(|certificate| certificate.issuer() == certificate.subject()) {
        Unknown::SelfSigned
    } else if intermediates.is_empty() {
        Unknown::WithoutChain
    } else {
        Unknown::OtherAuthority
    }
}
