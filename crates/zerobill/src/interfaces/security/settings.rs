//! The settings. Those whose name says that they are secret are never shown.

use crate::{
    environment,
    interfaces::config::{Setting, SettingKind},
};

pub(super) const TOKEN_ALGORITHMS: Setting = Setting::new(
    "security.token_algorithms",
    environment::SECURITY_TOKEN_ALGORITHMS,
    SettingKind::Text,
    "RS256,ES256,EdDSA",
);
pub(super) const TOKEN_SECRET: Setting = Setting::new(
    "security.token_secret",
    environment::SECURITY_TOKEN_SECRET,
    SettingKind::Text,
    "",
);
pub(super) const TOKEN_PUBLIC_KEYS: Setting = Setting::new(
    "security.token_public_keys",
    environment::SECURITY_TOKEN_PUBLIC_KEYS,
    SettingKind::Text,
    "",
);
pub(super) const TOKEN_JWKS: Setting = Setting::new(
    "security.token_jwks",
    environment::SECURITY_TOKEN_JWKS,
    SettingKind::Text,
    "",
);
pub(super) const TOKEN_JWKS_URL: Setting = Setting::new(
    "security.token_jwks_url",
    environment::SECURITY_TOKEN_JWKS_URL,
    SettingKind::Text,
    "",
);
pub(super) const TOKEN_JWKS_MAX_AGE: Setting = Setting::new(
    "security.token_jwks_max_age_seconds",
    environment::SECURITY_TOKEN_JWKS_MAX_AGE_SECONDS,
    SettingKind::Integer(60, 86_400),
    "3600",
);
pub(super) const TOKEN_JWKS_MAX_STALE: Setting = Setting::new(
    "security.token_jwks_max_stale_seconds",
    environment::SECURITY_TOKEN_JWKS_MAX_STALE_SECONDS,
    SettingKind::Integer(0, 2_592_000),
    "86400",
);
pub(super) const TOKEN_ISSUERS: Setting = Setting::new(
    "security.token_issuers",
    environment::SECURITY_TOKEN_ISSUERS,
    SettingKind::Text,
    "",
);
pub(super) const TOKEN_AUDIENCES: Setting = Setting::new(
    "security.token_audiences",
    environment::SECURITY_TOKEN_AUDIENCES,
    SettingKind::Text,
    "",
);
pub(super) const TOKEN_LEEWAY: Setting = Setting::new(
    "security.token_leeway_seconds",
    environment::SECURITY_TOKEN_LEEWAY_SECONDS,
    SettingKind::Integer(0, 600),
    "60",
);
pub(super) const OPAQUE_TOKEN: Setting = Setting::new(
    "security.opaque_token",
    environment::SECURITY_OPAQUE_TOKEN,
    SettingKind::Text,
    "",
);
pub(super) const GITHUB_SECRET: Setting = Setting::new(
    "security.github_secret",
    environment::SECURITY_GITHUB_SECRET,
    SettingKind::Text,
    "",
);
pub(super) const STRIPE_SECRET: Setting = Setting::new(
    "security.stripe_secret",
    environment::SECURITY_STRIPE_SECRET,
    SettingKind::Text,
    "",
);
pub(super) const SLACK_SECRET: Setting = Setting::new(
    "security.slack_secret",
    environment::SECURITY_SLACK_SECRET,
    SettingKind::Text,
    "",
);
pub(super) const HMAC_SECRET: Setting = Setting::new(
    "security.hmac_secret",
    environment::SECURITY_HMAC_SECRET,
    SettingKind::Text,
    "",
);
pub(super) const REPLAY_WINDOW: Setting = Setting::new(
    "security.replay_window_seconds",
    environment::SECURITY_REPLAY_WINDOW_SECONDS,
    SettingKind::Integer(1, 86_400),
    "300",
);
pub(super) const ENCRYPTION_SECRETS: Setting = Setting::new(
    "security.encryption_secrets",
    environment::SECURITY_ENCRYPTION_SECRETS,
    SettingKind::Text,
    "",
);
pub(super) const MAX_REQUEST_BYTES: Setting = Setting::new(
    "security.max_request_bytes",
    environment::SECURITY_MAX_REQUEST_BYTES,
    SettingKind::Integer(1, 6_291_556),
    "1048576",
);
pub(super) const MAX_REQUEST_DEPTH: Setting = Setting::new(
    "security.max_request_depth",
    environment::SECURITY_MAX_REQUEST_DEPTH,
    SettingKind::Integer(1, 127),
    "32",
);

/// Its settings.
pub(crate) const SETTINGS: &[Setting] = &[
    TOKEN_ALGORITHMS,
    TOKEN_SECRET,
    TOKEN_PUBLIC_KEYS,
    TOKEN_JWKS,
    TOKEN_JWKS_URL,
    TOKEN_JWKS_MAX_AGE,
    TOKEN_JWKS_MAX_STALE,
    TOKEN_ISSUERS,
    TOKEN_AUDIENCES,
    TOKEN_LEEWAY,
    OPAQUE_TOKEN,
    GITHUB_SECRET,
    STRIPE_SECRET,
    SLACK_SECRET,
    HMAC_SECRET,
    REPLAY_WINDOW,
    ENCRYPTION_SECRETS,
    MAX_REQUEST_BYTES,
    MAX_REQUEST_DEPTH,
];
