//! TLS for the stand-in: an authority of its own, and how functions come to trust it.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned};

const HOST: &str = "localhost";
/// Where Linux systems keep the authorities they trust, which Python reads for every client it makes.
const SYSTEM: &str = "/etc/ssl/certs/ca-certificates.crt";

/// An authority, and a certificate that it gave `localhost`.
#[derive(Debug)]
pub(crate) struct Trust {
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
    /// The authority alone, and together with those of the system.
    files: [PathBuf; 2],
}

/// One side of TLS.
#[derive(Debug, Clone)]
pub(crate) struct Server(Arc<ServerConfig>);

impl Trust {
    /// Makes both, and writes the authority to files in a folder.
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        let authority_key = KeyPair::generate()?;
        let mut params = CertificateParams::new([])?;
        // With the same name as its certificates it would be taken for one of them.
        params
            .distinguished_name
            .push(DnType::CommonName, "authority of the bench");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = params.self_signed(&authority_key)?;
        let key = KeyPair::generate()?;
        let issuer = Issuer::new(params, authority_key);
        let certificate = CertificateParams::new([HOST.to_owned()])?.signed_by(&key, &issuer)?;

        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(ring::default_provider());
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(authority.der().to_vec()))?;
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();

        let files = ["authority.pem", "authorities.pem"].map(|name| folder.join(name));
        let alone = authority.pem();
        // A system without that file has functions that read fewer.
        let system = fs::read_to_string(SYSTEM).unwrap_or_default();
        for (file, text) in files.iter().zip([alone.clone(), system + &alone]) {
            fs::write(file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
        }
        Ok(Self {
            server: Arc::new(server),
            client: Arc::new(client),
            files,
        })
    }

    /// What makes functions trust the authority beside those that they trust anyway.
    pub(crate) fn variables(&self) -> [(String, String); 2] {
        let [alone, all] = &self.files;
        [
            ("ZEROBILL_HOME_ASSISTANT_CA_CERTIFICATES", alone),
            ("SSL_CERT_FILE", all),
        ]
        .map(|(name, file)| (name.to_owned(), file.display().to_string()))
    }

    /// The server's side.
    pub(crate) fn server(&self) -> Server {
        Server(Arc::clone(&self.server))
    }

    /// The side of a client that trusts nobody else.
    pub(crate) fn connect(&self, stream: TcpStream) -> Result<StreamOwned<ClientConnection, TcpStream>> {
        let connection = ClientConnection::new(Arc::clone(&self.client), ServerName::try_from(HOST)?)?;
        Ok(StreamOwned::new(connection, stream))
    }
}

impl Server {
    /// Speaks TLS on a connection.
    pub(crate) fn accept(&self, stream: TcpStream) -> Result<StreamOwned<ServerConnection, TcpStream>> {
        Ok(StreamOwned::new(ServerConnection::new(Arc::clone(&self.0))?, stream))
    }
}
