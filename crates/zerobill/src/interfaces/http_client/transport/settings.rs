//! The settings as they are used.

use std::time::Duration;

use super::super::{
    settings::{
        ALLOW_HOSTS, BREAKER, CA, CLIENT_CERTIFICATE, CLIENT_KEY, CONNECT, CONNECT_TIMEOUT, HTTP_PROXY, HTTPS_PROXY,
        INVALID_CERTIFICATES, MAX_REDIRECTS, MAX_RESPONSE_BYTES, METRICS, NO_PROXY, PROXY, RESERVE, RETRIES, TIMEOUT,
    },
    trust::Trust,
};
use crate::interfaces::config::{Config, Secret};

/// The settings as they are used.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) timeout: Duration,
    pub(super) connect_timeout: Duration,
    pub(super) reserve: Duration,
    pub(super) retries: u32,
    pub(super) max_redirects: u32,
    pub(super) max_response_bytes: usize,
    pub(super) breaker: bool,
    pub(super) metrics: bool,
    pub(super) allow_hosts: Vec<String>,
    /// Hosts whose certificates are not checked.
    pub(super) unchecked_hosts: Vec<String>,
    pub(super) trust: Trust,
    pub(super) proxy: Secret,
    pub(super) https_proxy: Secret,
    pub(super) http_proxy: Secret,
    pub(super) no_proxy: String,
    /// URLs to ask ahead.
    pub(super) connect: Vec<String>,
}

impl Settings {
    pub(super) fn read(config: &Config) -> Self {
        let seconds = |setting| {
            let number = config.number(setting).unwrap_or_default();
            Duration::try_from_secs_f64(number).unwrap_or_default()
        };
        let count = |setting| {
            let number = config.integer(setting).unwrap_or_default();
            u32::try_from(number).unwrap_or(u32::MAX)
        };
        let secret = |setting| Secret::new(config.text(setting));
        Self {
            timeout: seconds(&TIMEOUT),
            connect_timeout: seconds(&CONNECT_TIMEOUT),
            reserve: seconds(&RESERVE),
            retries: count(&RETRIES),
            max_redirects: count(&MAX_REDIRECTS),
            max_response_bytes: usize::try_from(count(&MAX_RESPONSE_BYTES)).unwrap_or(usize::MAX),
            breaker: config.flag(&BREAKER),
            metrics: config.flag(&METRICS),
            allow_hosts: list(&config.text(&ALLOW_HOSTS)),
            unchecked_hosts: list(&config.text(&INVALID_CERTIFICATES)),
            trust: Trust::default()
                .authorities(CA.key, config.text(&CA))
                .certificate(CLIENT_CERTIFICATE.key, config.text(&CLIENT_CERTIFICATE))
                .private_key(CLIENT_KEY.key, config.text(&CLIENT_KEY)),
            proxy: secret(&PROXY),
            https_proxy: secret(&HTTPS_PROXY),
            http_proxy: secret(&HTTP_PROXY),
            no_proxy: config.text(&NO_PROXY),
            connect: items(&config.text(&CONNECT)).map(str::to_owned).collect(),
        }
    }
}

/// The names in a list with commas.
fn list(text: &str) -> Vec<String> {
    items(text).map(str::to_ascii_lowercase).collect()
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}
