//! How long a loaded value is fresh, and what an old one is still good for.

use std::time::Duration;

/// How long a loaded value is kept, and what happens when its time is over.
///
/// A `Duration` is a time to live, and `None` the one of the settings.
///
/// ```
/// use std::time::Duration;
/// use zerobill::cache::{CacheError, Freshness};
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let gateway = zerobill::Gateway::builder().build().expect("valid");
/// let freshness = Freshness::for_time(Duration::from_secs(60))
///     .stale_if_error(Duration::from_secs(3_600)) // an hour-old rate is better than none
///     .nothing_for(Duration::from_secs(5));       // what does not exist may soon
/// let rate = gateway.cache().get_or_load("rate", freshness, async || Ok::<_, CacheError>(Some(1.08))).await?;
/// assert_eq!(rate, Some(1.08));
/// # Ok::<(), CacheError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Freshness {
    pub(super) ttl: Option<Duration>,
    pub(super) stale_if_error: Duration,
    pub(super) nothing: Option<Duration>,
    pub(super) shared: bool,
}

impl Freshness {
    /// The time to live of the settings.
    pub fn of_settings() -> Self {
        Self::default()
    }

    /// A time to live; zero loads each time.
    pub fn for_time(ttl: Duration) -> Self {
        Self {
            ttl: Some(ttl),
            ..Self::default()
        }
    }

    /// For so long after its time to live, a value is answered if no new one can be loaded.
    pub fn stale_if_error(mut self, time: Duration) -> Self {
        self.stale_if_error = time;
        self
    }

    /// A time to live of its own for null: what was looked for and is not there. Without it null is a value like any other.
    pub fn nothing_for(mut self, ttl: Duration) -> Self {
        self.nothing = Some(ttl);
        self
    }

    /// Also kept in the second level, where there is one: other execution environments then need not load it.
    ///
    /// The value leaves this process as it is, so do not share secrets.
    pub fn shared(mut self) -> Self {
        self.shared = true;
        self
    }
}

impl From<Duration> for Freshness {
    fn from(ttl: Duration) -> Self {
        Self::for_time(ttl)
    }
}

impl From<Option<Duration>> for Freshness {
    fn from(ttl: Option<Duration>) -> Self {
        Self { ttl, ..Self::default() }
    }
}
