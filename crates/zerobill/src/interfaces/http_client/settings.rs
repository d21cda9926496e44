//! The settings.

use crate::{
    environment,
    interfaces::config::{Setting, SettingKind},
};

pub(super) const TIMEOUT: Setting = Setting::new(
    "http_client.timeout_seconds",
    environment::HTTP_TIMEOUT_SECONDS,
    SettingKind::Number(0.001, MAX_TIMEOUT_SECONDS),
    "10",
);
pub(super) const CONNECT_TIMEOUT: Setting = Setting::new(
    "http_client.connect_timeout_seconds",
    environment::HTTP_CONNECT_TIMEOUT_SECONDS,
    SettingKind::Number(0.001, MAX_TIMEOUT_SECONDS),
    "3",
);
pub(super) const RESERVE: Setting = Setting::new(
    "http_client.reserve_seconds",
    environment::HTTP_RESERVE_SECONDS,
    SettingKind::Number(0.0, MAX_TIMEOUT_SECONDS),
    "0.5",
);
pub(super) const RETRIES: Setting = Setting::new(
    "http_client.retries",
    environment::HTTP_RETRIES,
    SettingKind::Integer(0, 10),
    "2",
);
pub(super) const MAX_REDIRECTS: Setting = Setting::new(
    "http_client.max_redirects",
    environment::HTTP_MAX_REDIRECTS,
    SettingKind::Integer(0, 20),
    "5",
);
pub(super) const MAX_RESPONSE_BYTES: Setting = Setting::new(
    "http_client.max_response_bytes",
    environment::HTTP_MAX_RESPONSE_BYTES,
    SettingKind::Integer(0, 1 << 30),
    "6291456",
);
pub(super) const BREAKER: Setting = Setting::new(
    "http_client.circuit_breaker",
    environment::HTTP_CIRCUIT_BREAKER,
    SettingKind::Boolean,
    "true",
);
pub(super) const METRICS: Setting = Setting::new(
    "http_client.metrics",
    environment::HTTP_METRICS,
    SettingKind::Boolean,
    "false",
);
pub(super) const ALLOW_HOSTS: Setting = Setting::new(
    "http_client.allow_hosts",
    environment::HTTP_ALLOW_HOSTS,
    SettingKind::Text,
    "",
);
pub(super) const INVALID_CERTIFICATES: Setting = Setting::new(
    "http_client.danger_accept_invalid_certs",
    environment::HTTP_DANGER_ACCEPT_INVALID_CERTS,
    SettingKind::Text,
    "",
);
pub(super) const CA: Setting = Setting::new(
    "http_client.ca_certificates",
    environment::HTTP_CA_CERTIFICATES,
    SettingKind::Text,
    "",
);
pub(super) const CLIENT_CERTIFICATE: Setting = Setting::new(
    "http_client.client_certificate",
    environment::HTTP_CLIENT_CERTIFICATE,
    SettingKind::Text,
    "",
);
pub(super) const CLIENT_KEY: Setting = Setting::new(
    "http_client.client_private_key",
    environment::HTTP_CLIENT_PRIVATE_KEY,
    SettingKind::Text,
    "",
);
pub(super) const PROXY: Setting = Setting::new(
    "http_client.proxy",
    environment::HTTP_CLIENT_PROXY,
    SettingKind::Text,
    "",
);
pub(super) const HTTPS_PROXY: Setting = Setting::new(
    "http_client.https_proxy",
    environment::HTTPS_PROXY,
    SettingKind::Text,
    "",
);
pub(super) const HTTP_PROXY: Setting =
    Setting::new("http_client.http_proxy", environment::HTTP_PROXY, SettingKind::Text, "");
pub(super) const NO_PROXY: Setting = Setting::new("http_client.no_proxy", environment::NO_PROXY, SettingKind::Text, "");

pub(super) const CONNECT: Setting =
    Setting::new("http_client.connect", environment::HTTP_CONNECT, SettingKind::Text, "");

/// The longest that anything may take: no invocation is longer.
pub(super) const MAX_TIMEOUT_SECONDS: f64 = 900.0;

/// Its settings.
pub(crate) const SETTINGS: &[Setting] = &[
    TIMEOUT,
    CONNECT_TIMEOUT,
    RESERVE,
    RETRIES,
    MAX_REDIRECTS,
    MAX_RESPONSE_BYTES,
    BREAKER,
    METRICS,
    ALLOW_HOSTS,
    INVALID_CERTIFICATES,
    CA,
    CLIENT_CERTIFICATE,
    CLIENT_KEY,
    PROXY,
    HTTPS_PROXY,
    HTTP_PROXY,
    NO_PROXY,
    CONNECT,
];
