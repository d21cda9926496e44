//! The settings: their names, and what is made of them.

use std::{path::Path, sync::Arc, time::Duration};

use zerobill::{
    Gateway,
    config::{Secret, Setting, SettingKind},
    environment::{self, TASK_ROOT},
    http_client::Trust,
};

use crate::{
    base_url::{self, BaseUrl},
    haaska::Haaska,
};

const URL: Setting = Setting::new(
    "home_assistant.url",
    environment::HOME_ASSISTANT_URL,
    SettingKind::Text,
    "",
);
const HOST: Setting = Setting::new(
    "home_assistant.host",
    environment::HOME_ASSISTANT_HOST,
    SettingKind::Text,
    "",
);
const TOKEN: Setting = Setting::new(
    "home_assistant.token",
    environment::HOME_ASSISTANT_TOKEN,
    SettingKind::Text,
    "",
);
const TOKEN_FALLBACK: Setting = Setting::new(
    "home_assistant.token_fallback",
    environment::HOME_ASSISTANT_TOKEN_FALLBACK,
    SettingKind::Boolean,
    "false",
);
const TIMEOUT: Setting = Setting::new(
    "home_assistant.timeout_seconds",
    environment::HOME_ASSISTANT_TIMEOUT_SECONDS,
    SettingKind::Number(0.1, 7.9),
    "7.5",
);
const CONNECT_TIMEOUT: Setting = Setting::new(
    "home_assistant.connect_timeout_seconds",
    environment::HOME_ASSISTANT_CONNECT_TIMEOUT_SECONDS,
    SettingKind::Number(0.001, 7.9),
    "",
);
const CA: Setting = Setting::new(
    "home_assistant.ca_certificates",
    environment::HOME_ASSISTANT_CA_CERTIFICATES,
    SettingKind::Text,
    "",
);
const CLIENT_CERTIFICATE: Setting = Setting::new(
    "home_assistant.client_certificate",
    environment::HOME_ASSISTANT_CLIENT_CERTIFICATE,
    SettingKind::Text,
    "",
);
const CLIENT_KEY: Setting = Setting::new(
    "home_assistant.client_private_key",
    environment::HOME_ASSISTANT_CLIENT_PRIVATE_KEY,
    SettingKind::Text,
    "",
);
const DANGER: Setting = Setting::new(
    "home_assistant.danger_accept_invalid_certs",
    environment::HOME_ASSISTANT_DANGER_ACCEPT_INVALID_CERTS,
    SettingKind::Boolean,
    "false",
);
const CLOUDFLARE_ID: Setting = Setting::new(
    "home_assistant.cloudflare_client_id",
    environment::HOME_ASSISTANT_CLOUDFLARE_CLIENT_ID,
    SettingKind::Text,
    "",
);
const CLOUDFLARE_SECRET: Setting = Setting::new(
    "home_assistant.cloudflare_client_secret",
    environment::HOME_ASSISTANT_CLOUDFLARE_CLIENT_SECRET,
    SettingKind::Text,
    "",
);

/// The handler's settings.
pub(crate) const SETTINGS: &[Setting] = &[
    URL,
    HOST,
    TOKEN,
    TOKEN_FALLBACK,
    TIMEOUT,
    CONNECT_TIMEOUT,
    CA,
    CLIENT_CERTIFICATE,
    CLIENT_KEY,
    DANGER,
    CLOUDFLARE_ID,
    CLOUDFLARE_SECRET,
];

/// What the answer itself may take on its way out of the function.
const ANSWERING: Duration = Duration::from_millis(100);

/// The settings as they are used.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Where Home Assistant is, or what is wrong with what was set; none where nothing was.
    pub(crate) base: Option<Result<BaseUrl, String>>,
    /// The configured token.
    pub(crate) token: Option<Secret>,
    /// Whether that token serves Alexa too.
    pub(crate) token_fallback: bool,
    /// Within which time Home Assistant must have answered.
    pub(crate) limit: Duration,
    /// Whom to trust, where that is not as for all requests.
    pub(crate) trust: Option<Arc<Trust>>,
    /// The service token of Cloudflare Access.
    pub(crate) cloudflare: Option<(String, Secret)>,
    /// What is odd, in words.
    pub(crate) warnings: Vec<String>,
}

impl Settings {
    /// Reads them from `gateway`, which was built with [`SETTINGS`].
    pub(crate) fn read(gateway: &Gateway) -> Self {
        let config = gateway.config();
        let text = |setting: &Setting| config.get::<String>(setting.key).ok().flatten();
        let flag = |setting: &Setting| config.get::<bool>(setting.key).ok().flatten().unwrap_or_default();
        let seconds = |setting: &Setting| {
            let seconds = config.get::<f64>(setting.key).ok().flatten();
            seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        };
        let mut warnings = Vec::new();
        let mut token = text(&TOKEN);
        let mut url = text(&URL).or_else(|| text(&HOST).filter(|_| token.is_some()));
        let mut old = Haaska::default();
        if url.is_none() {
            old = haaska(gateway, &mut warnings);
            url = old.url;
            token = token.or(old.token);
        }
        let token_fallback = flag(&TOKEN_FALLBACK) || (url.is_some() && old.complete);
        let ca = text(&CA).or(old.authorities).unwrap_or_default();
        let certificate = text(&CLIENT_CERTIFICATE).or(old.certificate).unwrap_or_default();
        let key = text(&CLIENT_KEY).or(old.key).unwrap_or_default();
        let mut trust = Trust::default()
            .authorities(CA.key, ca)
            .certificate(CLIENT_CERTIFICATE.key, certificate)
            .private_key(CLIENT_KEY.key, key);
        if let Some(timeout) = seconds(&CONNECT_TIMEOUT) {
            trust = trust.connect_timeout(timeout);
        }
        if flag(&DANGER) || old.unchecked {
            trust = trust.danger_accept_invalid_certs(DANGER.key);
        }
        let as_for_all = trust
            == Trust::default()
                .authorities(CA.key, "")
                .certificate(CLIENT_CERTIFICATE.key, "")
                .private_key(CLIENT_KEY.key, "");
        let cloudflare = match (text(&CLOUDFLARE_ID), text(&CLOUDFLARE_SECRET)) {
            (Some(id), Some(secret)) => Some((id, Secret::new(secret))),
            (None, None) => None,
            _ => {
                let both = "only one of `home_assistant.cloudflare_client_id` and `…_secret` is set; Cloudflare Access needs both";
                warnings.push(both.to_owned());
                None
            }
        };
        Self {
            base: url.map(|url| base_url::parse(&url)),
            token: token.map(Secret::new),
            token_fallback,
            limit: seconds(&TIMEOUT)
                .unwrap_or(Duration::from_millis(7_500))
                .saturating_sub(ANSWERING),
            trust: (!as_for_all).then(|| Arc::new(trust)),
            cloudflare,
            warnings,
        }
    }

    /// Whether it was said where Home Assistant is.
    pub(crate) fn is_configured(&self) -> bool {
        self.base.is_some()
    }
}

/// What haaska's file beside the function says, if there is one.
fn haaska(gateway: &Gateway, warnings: &mut Vec<String>) -> Haaska {
    let Some((_, root)) = gateway.environment().read(&TASK_ROOT) else {
        return Haaska::default();
    };
    let path = Path::new(root).join("config.json");
    match std::fs::read_to_string(&path) {
        Ok(text) => Haaska::parse(&text, Path::new(root)).unwrap_or_else(|problem| {
            warnings.push(format!("`config.json` beside the function is not haaska's: {problem}"));
            Haaska::default()
        }),
        Err(_) => Haaska::default(),
    }
}
