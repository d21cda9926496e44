//! Asks the source outside of the function: when it is time, one caller at a time, and never for long.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    MAX_AGE,
    error::Fault,
    service::Config,
    source::{Source, SourceError},
};
use crate::clock::Clock;

/// How long the source may take.
const LIMIT: Duration = Duration::from_secs(5);

/// After how long a source that did not answer is asked again: each try may hold up an invocation.
const RETRY: Duration = Duration::from_secs(30);

/// The source and what is known of it.
pub(super) struct Outside {
    source: Arc<dyn Source>,
    clock: Clock,
    /// Held by the one who asks.
    asking: tokio::sync::Mutex<()>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// When to ask next; at once before the first answer.
    due: Duration,
    /// How often it was asked, and what came of it last.
    asked: u64,
    last: Option<Result<Vec<String>, SourceError>>,
    has_answered: bool,
    /// What is yet to be logged.
    notices: Vec<Fault>,
}

impl Outside {
    pub(super) fn new(source: Arc<dyn Source>, clock: Clock) -> Self {
        Self {
            source,
            clock,
            asking: tokio::sync::Mutex::default(),
            known: Mutex::default(),
        }
    }

    /// Whether the last answer is older than the settings allow.
    pub(super) fn is_due(&self) -> bool {
        self.clock.age() >= self.known().due
    }

    /// Lets nobody wait for an answer that is late; it is taken over when it comes.
    pub(super) fn postpone(&self) {
        self.known().due = self.clock.age() + RETRY;
    }

    /// Asks, and names the settings that changed. Whoever calls while another asks gets that one's answer.
    pub(super) async fn refresh(&self, config: &Config) -> Result<Vec<String>, SourceError> {
        let seen = self.known().asked;
        let _asking = self.asking.lock().await;
        let answered = {
            let known = self.known();
            known.last.clone().filter(|_| known.asked != seen)
        };
        match answered {
            Some(answer) => answer,
            None => self.ask(config).await,
        }
    }

    async fn ask(&self, config: &Config) -> Result<Vec<String>, SourceError> {
        // Before the first answer nobody has been told of what the other layers have wrong: it may set that right.
        let is_first = self.known().asked == 0;
        let before = if is_first { Vec::new() } else { config.complaints().1 };
        let answer = tokio::time::timeout(LIMIT, self.source.fetch(config)).await;
        let answer = answer.unwrap_or_else(|_| {
            let limit = LIMIT.as_secs();
            Err(SourceError(format!("it took longer than {limit} s")))
        });
        let result = answer.map(|parameters| config.replace_parameters(parameters));
        let (_, warnings) = config.complaints();
        let max_age = Duration::from_secs(config.integer(&MAX_AGE).unwrap_or_default());
        let wait = if result.is_ok() { max_age } else { RETRY };
        let mut known = self.known();
        known.due = self.clock.age() + wait;
        known.asked += 1;
        let new = warnings.into_iter().filter(|warning| !before.contains(warning));
        known.notices.extend(new);
        if let Err(error) = &result
            && !matches!(known.last, Some(Err(_)))
        {
            let problem = if known.has_answered {
                "its last settings hold"
            } else {
                "the settings of the file, the environment and code hold"
            };
            known.notices.push(Fault {
                place: error.to_string(),
                problem: problem.to_owned(),
            });
        }
        known.has_answered |= result.is_ok();
        known.last = Some(result.clone());
        result
    }

    /// Why the source's settings are not what they should be, if it did not answer.
    pub(super) fn outage(&self) -> Option<String> {
        match &self.known().last {
            Some(Err(error)) => Some(error.to_string()),
            _ => None,
        }
    }

    /// What is to be logged and was not yet.
    pub(super) fn take_notices(&self) -> Vec<Fault> {
        std::mem::take(&mut self.known().notices)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
