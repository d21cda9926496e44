//! `config`: settings from defaults, a file, a source outside of the function, the environment and code, layer over layer.
//!
//! A setting is a name such as `logging.level` or, of one's own, `shop.region`. Its value is that of the strongest layer
//! that has one, from the weakest to the strongest: the default, the file, the [`Source`], the environment variable, the
//! builder of the gateway, [`Config::set`].
//!
//! - The file is `zerobill.toml`, beside the function or in the working directory, or the one that `ZEROBILL_CONFIG` names;
//!   without one nothing is amiss. Its table `[settings]` holds the values.
//! - A source, such as Parameter Store, is given to the builder. [`Config::refresh`] asks it; the begin of an invocation does
//!   when its last answer is older than `config.ssm_max_age_seconds`. One that reads Parameter Store looks below
//!   `config.ssm_path`. While it is down its last answer holds.
//! - The variable of a setting of one's own is made of its name, `ZEROBILL_SHOP_REGION` for `shop.region`, and read once
//!   the file, the source or the builder has named the setting.
//! - A gateway with a wrong value is not built: [`Faults`] says all that is wrong at once, with its place.
//! - Values whose names say that they are secret are masked wherever they are shown, and a [`Secret`] prints `***`.
//!
//! Two further settings belong to the gateway as a whole: `service`, its name in log lines and metrics, and `expose`, the
//! operations that direct invocations may call. Values are looked up when they are used, so [`Config::set`],
//! [`Config::reload`] and what the source has new work at once, also for handlers that keep what they make of settings in a
//! [`Made`]; `expose` is read where the gateway is built.
//!
//! ```
//! use zerobill::{Gateway, config::Secret, environment::Environment};
//!
//! let variables = [("ZEROBILL_SHOP_REGION", "eu"), ("ZEROBILL_SHOP_API_KEY", "zbsecret-of-an-example")];
//! let gateway = Gateway::builder()
//!     .environment(Environment::from_pairs(variables))
//!     .setting("shop.pieces", 12)
//!     .setting("shop.region", "us") // code wins over variables
//!     .setting("shop.api_key", serde_json::Value::Null) // only names it, so that its variable is read
//!     .build()?;
//! let config = gateway.config();
//! assert_eq!(config.require::<u32>("shop.pieces")?, 12);
//! assert_eq!(config.require::<String>("shop.region")?, "us");
//! let key: Secret = config.require("shop.api_key")?;
//! assert_eq!(format!("{key} {}", config.get_all()["shop.api_key"]), r#"*** "***""#);
//!
//! let wrong = Gateway::builder().setting("logging.level", "LOUD").setting("cache.max_bytes", 1);
//! assert_eq!(wrong.build().unwrap_err().0.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod file;
mod layers;
mod operations;
mod parameters;
mod refresh;
mod secret;
mod service;
mod setting;
mod source;
#[cfg(test)]
mod tests;
mod watched;

pub use self::{
    error::{ConfigError, Fault, Faults},
    layers::Layer,
    secret::Secret,
    service::{Config, SettingSource},
    setting::{Setting, SettingKind},
    source::{Parameter, Source, SourceError, SourceFuture},
    watched::Made,
};
pub(crate) use self::{layers::Layers, operations::OPERATIONS, watched::Watched};
use crate::environment;

/// What the interface is for.
pub(crate) const DOC: &str =
    "Settings from defaults, a file, Parameter Store, the environment and code, layer over layer.";

/// The service's name.
pub(crate) const SERVICE: Setting =
    Setting::new("service", environment::SERVICE, SettingKind::Text, "service_undefined");

/// Operations that direct invocations may call.
pub(crate) const EXPOSE: Setting = Setting::new("expose", environment::EXPOSE, SettingKind::Text, "");

/// Where Parameter Store has settings.
const SSM_PATH: Setting = Setting::new("config.ssm_path", environment::CONFIG_SSM_PATH, SettingKind::Text, "");

/// How long the source's last answer is good for, in seconds.
const MAX_AGE: Setting = Setting::new(
    "config.ssm_max_age_seconds",
    environment::CONFIG_SSM_MAX_AGE_SECONDS,
    SettingKind::Integer(0, 86_400),
    "300",
);

/// Its settings, which belong to the gateway as a whole.
pub(crate) const SETTINGS: &[Setting] = &[SERVICE, EXPOSE, SSM_PATH, MAX_AGE];

/// Methods that have no JSON form, and why.
pub const TYPED_ONLY: &[(&str, &str)] = &[
    ("require", "it is `get` with an error instead of none"),
    ("value", "it shows secrets"),
    ("shown", "it is what the operation `get` answers"),
];
