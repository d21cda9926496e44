//! Whom a request trusts and as whom it shows itself, where that is not for all requests the same.

use std::time::Duration;

use crate::interfaces::config::Secret;

/// Whom a request trusts, as whom it shows itself, and how long it may take to connect.
///
/// It stands in for the settings of `http_client` that are for all requests. Each part names the setting it comes from, so
/// that an error names the one to change. Make it once, in an `Arc`: requests with equal values share their connections.
///
/// ```
/// use zerobill::http_client::Trust;
/// let trust = Trust::default().authorities("shop.ca_certificates", "/etc/shop/ca.pem");
/// # _ = trust;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    pub(super) authorities: Pem,
    pub(super) certificate: Pem,
    pub(super) private_key: Pem,
    /// The setting by which no certificate is checked.
    pub(super) danger: Option<&'static str>,
    pub(super) connect_timeout: Option<Duration>,
}

/// PEM text, or the path of a file with it; empty means none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pem {
    pub(super) setting: &'static str,
    pub(super) value: Secret,
}

impl Pem {
    fn none(setting: &'static str) -> Self {
        Self::new(setting, String::new())
    }

    #[cfg(feature = "http")]
    pub(super) fn is_set(&self) -> bool {
        !self.value.expose().is_empty()
    }

    pub(super) fn new(setting: &'static str, value: impl Into<String>) -> Self {
        let value = Secret::new(value.into());
        Self { setting, value }
    }
}

/// The web's authorities, and no certificate to show.
impl Default for Trust {
    fn default() -> Self {
        Self {
            authorities: Pem::none("authorities"),
            certificate: Pem::none("certificate"),
            private_key: Pem::none("private_key"),
            danger: None,
            connect_timeout: None,
        }
    }
}

impl Trust {
    /// Trusts these authorities beside the web's: PEM text or the path of a PEM file, from `setting`; empty means none.
    #[must_use]
    pub fn authorities(mut self, setting: &'static str, pem: impl Into<String>) -> Self {
        self.authorities = Pem::new(setting, pem);
        self
    }

    /// Shows this certificate, from `setting`, to servers that ask for one; empty means none.
    #[must_use]
    pub fn certificate(mut self, setting: &'static str, pem: impl Into<String>) -> Self {
        self.certificate = Pem::new(setting, pem);
        self
    }

    /// The private key of that certificate, from `setting`.
    #[must_use]
    pub fn private_key(mut self, setting: &'static str, pem: impl Into<String>) -> Self {
        self.private_key = Pem::new(setting, pem);
        self
    }

    /// Takes any certificate, because `setting` says so. Each host is warned of once.
    #[must_use]
    pub fn danger_accept_invalid_certs(mut self, setting: &'static str) -> Self {
        self.danger = Some(setting);
        self
    }

    /// How long a connection, TLS included, may take, instead of `http_client.connect_timeout_seconds`.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }
}
