//! A queue in the shape of SQS: messages wait, are taken in batches, and come again when a function did not get through them.

mod batch;
mod message;
mod poller;

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

pub(crate) use self::{
    message::{Attribute, Message},
    poller::run,
};
use crate::{
    settings::{ACCOUNT, REGION},
    task,
};

/// A queue whose messages invoke a function.
#[derive(Clone, Debug)]
pub struct QueueSettings {
    /// Its name.
    pub name: String,
    /// How many messages an invocation has at most, from 1 to 10000.
    pub batch_size: usize,
    /// How long messages are collected for a batch, at most 300 s.
    pub window: Duration,
    /// Whether the function names those that failed (`ReportBatchItemFailures`); otherwise a batch fails or succeeds as a whole.
    pub partial_failures: bool,
    /// How long a message is out of sight while it is worked on, and after it failed.
    pub visibility: Duration,
    /// How often a message is received before it is given up.
    pub max_receives: u32,
    /// A file to which messages are appended that were given up, one JSON line each.
    pub dead_letter: Option<PathBuf>,
}

impl QueueSettings {
    /// A queue with AWS's defaults: batches of 10 without waiting, out of sight for 30 s, given up after 3 times.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            batch_size: 10,
            window: Duration::ZERO,
            partial_failures: false,
            visibility: Duration::from_secs(30),
            max_receives: 3,
            dead_letter: None,
        }
    }

    /// The ARN that events name.
    pub fn arn(&self) -> String {
        format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{}", self.name)
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        let Self {
            name,
            batch_size,
            window,
            max_receives,
            ..
        } = self;
        let valid = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name.len() > 80 || !name.chars().all(valid) {
            return Err(format!(
                "the queue `{name}` must have a name of 1 to 80 letters, digits, `-` and `_`"
            ));
        }
        if !(1..=10_000).contains(batch_size) {
            return Err(format!("batches of {batch_size} are not from 1 to 10000 messages"));
        }
        if *window > Duration::from_secs(300) {
            return Err(format!("a window of {} s is longer than 300 s", window.as_secs()));
        }
        if *batch_size > 10 && window.is_zero() {
            return Err(format!("batches of {batch_size} need a window of at least 1 s"));
        }
        if *max_receives == 0 {
            return Err("messages must be received at least once".to_owned());
        }
        Ok(())
    }
}

/// A queue and its messages.
#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) settings: QueueSettings,
    contents: Mutex<Contents>,
    /// Tells the poller that there may be something to take.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Contents {
    waiting: VecDeque<Message>,
    in_flight: usize,
}

/// How many messages there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Depth {
    /// Those that can be taken.
    pub(crate) visible: usize,
    /// Those whose delay is not over.
    pub(crate) delayed: usize,
    /// Those that are worked on, or failed and are out of sight.
    pub(crate) hidden: usize,
}

impl Queue {
    pub(crate) fn new(settings: QueueSettings) -> Self {
        Self {
            settings,
            contents: Mutex::default(),
            changed: Notify::new(),
        }
    }

    pub(crate) fn send(&self, message: Message) {
        self.contents().waiting.push_back(message);
        self.changed.notify_one();
    }

    /// Forgets what waits.
    pub(crate) fn purge(&self) {
        self.contents().waiting.clear();
    }

    pub(crate) fn depth(&self) -> Depth {
        let (contents, now) = (self.contents(), task::now());
        let later = contents.waiting.iter().filter(|message| message.visible_at > now);
        let (delayed, failed): (Vec<_>, Vec<_>) = later.partition(|message| message.receives == 0);
        Depth {
            visible: contents.waiting.len() - delayed.len() - failed.len(),
            delayed: delayed.len(),
            hidden: failed.len() + contents.in_flight,
        }
    }

    /// How many messages can be taken, up to a whole batch, and when the next one can.
    fn ready(&self) -> (usize, Option<Instant>) {
        let (contents, now) = (self.contents(), task::now());
        let ready = contents.waiting.iter().filter(|message| message.visible_at <= now);
        let later = contents.waiting.iter().map(|message| message.visible_at);
        let next = later.filter(|visible_at| *visible_at > now).min();
        (ready.take(self.settings.batch_size).count(), next)
    }

    /// Takes a batch of the messages that can be taken, the oldest first.
    fn take(&self) -> Vec<Message> {
        let (mut contents, now) = (self.contents(), task::now());
        let mut taken = Vec::new();
        let (size, all) = (self.settings.batch_size, std::mem::take(&mut contents.waiting));
        for mut message in all {
            if message.visible_at <= now && taken.len() < size {
                message.received();
                taken.push(message);
            } else {
                contents.waiting.push_back(message);
            }
        }
        contents.in_flight += taken.len();
        taken
    }

    /// Takes messages back that failed and come again; `done` is how many of the batch do not.
    fn give_back(&self, mut failed: Vec<Message>, done: usize) {
        let visible_at = task::now() + self.settings.visibility;
        let mut contents = self.contents();
        contents.in_flight -= failed.len() + done;
        for message in &mut failed {
            message.visible_at = visible_at;
        }
        contents.waiting.extend(failed);
        self.changed.notify_one();
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
