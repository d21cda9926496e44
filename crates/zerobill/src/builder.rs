//! Builds a gateway, and says everything that is wrong with its configuration at once.

use std::{collections::BTreeMap, fmt, path::PathBuf, sync::Arc};

use serde_json::Value;

use crate::{
    analytics::Analytics,
    clock::Clock,
    dispatch,
    environment::{Environment, FUNCTION_MEMORY},
    error::suggestion,
    fast_path::FastPath,
    gateway::{Base, Gateway, qualified},
    interfaces::{
        CATALOGUE, Interfaces,
        config::{Config, EXPOSE, Fault, Faults, Layers, Setting, Source},
    },
    meter::Meter,
    output::Output,
    random::Random,
    traces::Traces,
};

/// Builds a [`Gateway`]. What is not given comes from the process: its environment, clock and standard output.
#[derive(Default)]
#[must_use]
pub struct Builder {
    clock: Option<Clock>,
    random: Option<Random>,
    output: Option<Output>,
    environment: Option<Environment>,
    config_file: Option<PathBuf>,
    declared: Vec<&'static [Setting]>,
    config_source: Option<Arc<dyn Source>>,
    settings: BTreeMap<String, Value>,
    exposed: Vec<String>,
}

impl Builder {
    /// Takes time from `clock`.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Takes randomness from `random`.
    pub fn random(mut self, random: Random) -> Self {
        self.random = Some(random);
        self
    }

    /// Writes lines to `output`.
    pub fn output(mut self, output: Output) -> Self {
        self.output = Some(output);
        self
    }

    /// Reads variables from `environment`.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// Reads the configuration from this file, which must exist.
    pub fn config_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.config_file = Some(path.into());
        self
    }

    /// Adds settings that are not the library's own: those of a handler. From then on they are read from the file and their
    /// variables, checked by their kinds, and `config` knows no other below the same first name.
    ///
    /// ```
    /// use zerobill::{Gateway, config::{Setting, SettingKind}, environment::{Environment, Variable}};
    ///
    /// const URL: Setting = Setting::new(
    ///     "shop.url",
    ///     Variable::new(&["SHOP_URL", "BASE_URL"], "Where the shop is."),
    ///     SettingKind::Text,
    ///     "",
    /// );
    /// let environment = Environment::from_pairs([("BASE_URL", "https://shop.example")]);
    /// let gateway = Gateway::builder().declare(&[URL]).environment(environment).build()?;
    /// assert_eq!(gateway.config().get::<String>("shop.url")?.as_deref(), Some("https://shop.example"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn declare(mut self, settings: &'static [Setting]) -> Self {
        self.declared.push(settings);
        self
    }

    /// Takes settings from `source` too, over those of the file and below the environment's.
    ///
    /// Nothing waits for it but [`build_resolved`](Self::build_resolved), [`Config::refresh`] and, for a moment, the begin of an
    /// invocation. Those need a Tokio runtime with its timer.
    pub fn config_source(mut self, source: impl Source + 'static) -> Self {
        self.config_source = Some(Arc::new(source));
        self
    }

    /// Sets the setting `key`, above the file and the environment.
    pub fn setting(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.settings.insert(key.into(), value.into());
        self
    }

    /// Lets direct invocations call `name`, such as `debug.self_test`, or `debug.*` for those of `debug`
    /// that only read what is no secret.
    pub fn expose(mut self, name: impl Into<String>) -> Self {
        self.exposed.push(name.into());
        self
    }

    /// The gateway.
    ///
    /// # Errors
    /// [`Faults`], all at once, if the file, the environment or the calls above hold values that cannot be.
    pub fn build(self) -> Result<Gateway, Faults> {
        let (gateway, faults) = self.build_anyway();
        if faults.is_empty() {
            Ok(gateway)
        } else {
            Err(Faults(faults))
        }
    }

    /// The gateway whatever is wrong, with defaults where values cannot be; and what is wrong.
    pub fn build_anyway(self) -> (Gateway, Vec<Fault>) {
        let (gateway, not_exposed) = self.assemble();
        let mut faults = gateway.faults();
        faults.extend(not_exposed);
        gateway.log_warnings(gateway.config().first_warnings());
        (gateway, faults)
    }

    /// The same once the [source](Self::config_source) has been asked. A fault that only its settings make is logged as a
    /// warning: it must not keep a function from starting that was well when it was deployed.
    pub async fn build_resolved(self) -> (Gateway, Vec<Fault>) {
        let (gateway, not_exposed) = self.assemble();
        let before = gateway.faults();
        let started = gateway.base().clock.monotonic();
        // What there is to say of a source that does not answer is among the notices.
        _ = gateway.config().resolve().await;
        let took = gateway.base().clock.monotonic().saturating_sub(started);
        gateway.initialization().record_stage("settings", took);
        let (mut faults, new): (Vec<_>, Vec<_>) =
            gateway.faults().into_iter().partition(|fault| before.contains(fault));
        faults.extend(not_exposed);
        gateway.log_warnings(gateway.config().first_warnings());
        gateway.log_warnings(gateway.config().take_notices().into_iter().chain(new));
        (gateway, faults)
    }

    /// The gateway, and what is wrong with the names that are exposed.
    fn assemble(self) -> (Gateway, Vec<Fault>) {
        let clock = self.clock.unwrap_or_else(Clock::system);
        let random = self.random.unwrap_or_default();
        let output = self.output.unwrap_or_else(Output::stdout);
        let environment = self.environment.unwrap_or_else(Environment::process);
        let memory_mb = environment.read(&FUNCTION_MEMORY).and_then(|(_, mb)| mb.parse().ok());
        // Not from `random`: a seed would give two execution environments of a test one name.
        let writer = Random::system().bits().to_be_bytes();
        let writer = u32::from_be_bytes([writer[0], writer[1], writer[2], writer[3]]);
        let base = Base {
            meter: Meter::new(
                memory_mb.unwrap_or(MIN_MEMORY_MB),
                output.clone(),
                writer,
                clock.epoch_ms(),
            ),
            clock,
            random,
            output,
            environment,
            traces: Traces::default(),
            fast_path: FastPath::new(dispatch::count()),
            analytics: Analytics::default(),
        };
        let declared = || self.declared.iter().copied().flatten();
        let owners = declared().map(Setting::owner);
        let layers = Layers {
            owners: CATALOGUE.iter().map(|row| row.name).chain(owners).collect(),
            settings: CATALOGUE
                .iter()
                .flat_map(|row| row.settings)
                .chain(declared())
                .collect(),
            environment: base.environment.clone(),
            file: self.config_file,
            builder: self.settings,
        };
        let config = Config::new(layers, self.config_source, &base.clock);
        let (exposed, faults) = exposed_names(self.exposed, &config.text(&EXPOSE));
        let gateway = Gateway::assemble(base.clone(), Interfaces::new(&base, config), exposed);
        (gateway, faults)
    }
}

/// The least memory that Lambda gives a function; taken where no variable says how much it is.
const MIN_MEMORY_MB: u64 = 128;

/// Prints the names of settings only: values may be secrets.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("config_file", &self.config_file)
            .field("settings", &self.settings.keys().collect::<Vec<_>>())
            .field("exposed", &self.exposed)
            .finish_non_exhaustive()
    }
}

/// The operations that `in_code` and the comma-separated `setting` name, and the names that are none.
fn exposed_names(in_code: Vec<String>, setting: &str) -> (Vec<String>, Vec<Fault>) {
    let (mut exposed, mut faults) = (Vec::new(), Vec::new());
    let from_setting = setting
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned);
    for (name, place) in in_code
        .into_iter()
        .map(|name| (name, "`expose` in code"))
        .chain(from_setting.map(|name| (name, "`expose`")))
    {
        let rows = CATALOGUE
            .iter()
            .flat_map(|row| row.operations.iter().map(move |operation| (row, *operation)));
        let wanted = name.strip_suffix(".*");
        let found: Vec<String> = rows
            .clone()
            .filter(|(row, operation)| match wanted {
                Some(interface) => row.name == interface && operation.description().exposed_by_star,
                None => qualified(row, *operation) == name,
            })
            .map(|(row, operation)| qualified(row, operation))
            .collect();
        if let Some(row) = CATALOGUE
            .iter()
            .find(|row| wanted == Some(row.name) && found.is_empty())
        {
            faults.push(Fault {
                place: place.to_owned(),
                problem: format!(
                    "no operation of `{}` is exposed by a star; name the one that is meant",
                    row.name
                ),
            });
        } else if found.is_empty() {
            let all: Vec<String> = rows.map(|(row, operation)| qualified(row, operation)).collect();
            let hint = suggestion(&name, all.iter().map(String::as_str));
            faults.push(Fault {
                place: place.to_owned(),
                problem: format!("there is no operation `{name}`{hint}"),
            });
        }
        exposed.extend(found);
    }
    (exposed, faults)
}
