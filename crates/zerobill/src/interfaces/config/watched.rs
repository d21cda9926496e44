//! What is made of settings, and made again when they change.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use super::Config;

/// What a handler makes of its settings: made on first use, and again after a setting has changed, by whatever has changed it.
///
/// ```
/// use zerobill::{Gateway, config::{Config, Made}};
///
/// let greeting: Made<String> = Made::default();
/// let make = |config: &Config| format!("hello {}", config.get::<String>("shop.name").ok().flatten().unwrap_or_default());
/// let gateway = Gateway::builder().setting("shop.name", "Ada's").build()?;
/// let config = gateway.config();
/// assert_eq!(*greeting.of(config, || make(config)), "hello Ada's");
/// config.set("shop.name", "Bob's")?;
/// assert_eq!(*greeting.of(config, || make(config)), "hello Bob's");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Made<T>(RwLock<Option<(u64, Arc<T>)>>);

impl<T> Default for Made<T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<T> Made<T> {
    /// What was last made, or what `make` makes of the settings of `config` if they are others since.
    pub fn of(&self, config: &Config, make: impl FnOnce() -> T) -> Arc<T> {
        // Read before the settings are: what changes meanwhile is seen by the next call.
        let generation = config.generation();
        {
            let made = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if let Some((of, made)) = &*made
                && *of == generation
            {
                return Arc::clone(made);
            }
        }
        let fresh = Arc::new(make());
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((generation, Arc::clone(&fresh)));
        fresh
    }
}

/// Prints nothing of what was made, which may be of secrets.
impl<T> fmt::Debug for Made<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Made").finish_non_exhaustive()
    }
}

/// What an interface makes of its settings: there from the begin.
#[derive(Debug)]
pub(crate) struct Watched<T> {
    config: Config,
    make: fn(&Config) -> T,
    made: Made<T>,
}

impl<T> Watched<T> {
    pub(crate) fn new(config: Config, make: fn(&Config) -> T) -> Self {
        let made = Made::default();
        made.of(&config, || make(&config));
        Self { config, make, made }
    }

    pub(crate) fn read(&self) -> Arc<T> {
        self.made.of(&self.config, || (self.make)(&self.config))
    }
}
