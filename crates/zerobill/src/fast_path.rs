//! Which operations are called by name over and over: a promoted one is timed only now and then, all others each time.

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use serde::Serialize;

use crate::clock::Clock;

/// How many of the last dynamic calls say what is hot.
const WINDOW: usize = 1_024;

/// The window moves on by so many calls at once; and of so many calls of a promoted operation one is timed.
const BLOCK: usize = 64;

/// Two blocks: the calls that the window has not taken in yet, and those that go on meanwhile.
const RECENT: usize = 2 * BLOCK;

/// An entry of a call that was promoted; the other bits are the operation's number plus one.
const HIT: u16 = 1 << 15;

/// No entry.
const EMPTY: u16 = 0;

/// When an operation is promoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    /// At least so many calls in the window,
    pub(crate) calls: u64,
    /// and so many percent of it.
    pub(crate) percent: u64,
}

/// What the gateway knows of the dynamic calls of each operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FastPathStats {
    /// Whether operations are promoted.
    pub enabled: bool,
    /// How many of the last dynamic calls say what is hot.
    pub window: usize,
    /// How many there are so far, at most the window.
    pub in_window: usize,
    /// Calls of operations that were promoted.
    pub hits: u64,
    /// The operations that were called, by name.
    pub operations: BTreeMap<String, OperationStats>,
}

/// What the gateway knows of the dynamic calls of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OperationStats {
    /// Whether it is promoted now.
    pub promoted: bool,
    /// Its calls within the window.
    pub in_window: u64,
    /// Its calls.
    pub calls: u64,
    /// Those of them that found it promoted.
    pub hits: u64,
    /// Those of them that were timed: all but the hits, of which one in 64 is.
    pub timed: u64,
    /// What a timed call took in the mean, in nanoseconds.
    pub mean_ns: u64,
}

/// The fast path of one gateway. Until the first dynamic call it holds nothing.
#[derive(Clone, Debug)]
pub(crate) struct FastPath(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    operations: usize,
    enabled: AtomicBool,
    rules: OnceLock<Rules>,
    state: OnceLock<State>,
}

#[derive(Debug)]
struct State {
    /// Calls that are not in the window yet, each at its position in the order of calls.
    recent: [AtomicU16; RECENT],
    /// By the operations' numbers, as are the others.
    promoted: Box<[AtomicBool]>,
    operations: Box<[Tally]>,
    window: Mutex<Window>,
}

/// What a call touches of its operation.
#[derive(Debug, Default)]
struct Tally {
    timed: AtomicU64,
    timed_ns: AtomicU64,
    /// Calls while the fast path was disabled; all others are counted from the window.
    uncounted: AtomicU64,
}

#[derive(Debug, Default)]
struct Window {
    /// The numbers of the operations called; once it is full, the oldest is at `oldest`.
    calls: Vec<u16>,
    oldest: usize,
    /// How many of these there are of each operation.
    counts: Box<[u16]>,
    operations: Box<[Counts]>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    calls: u64,
    hits: u64,
}

/// A dynamic call that has begun.
#[derive(Debug)]
pub(crate) struct Call {
    number: usize,
    promoted: bool,
    started: Option<Duration>,
}

impl FastPath {
    /// For operations with the numbers below `operations`.
    pub(crate) fn new(operations: usize) -> Self {
        Self(Arc::new(Inner {
            operations,
            enabled: AtomicBool::new(true),
            rules: OnceLock::new(),
            state: OnceLock::new(),
        }))
    }

    /// Sets when operations are promoted; the first rules stay.
    pub(crate) fn configure(&self, rules: Rules) {
        _ = self.0.rules.set(rules);
    }

    /// A call of the operation `number` begins; `position` is how many calls there were before.
    pub(crate) fn begin(&self, number: usize, position: u64, clock: &Clock) -> Call {
        let promoted = self.state().promoted.get(number);
        let promoted = promoted.is_some_and(|promoted| promoted.load(Relaxed));
        let started = (!promoted || is_sampled(position)).then(|| clock.monotonic());
        Call {
            number,
            promoted,
            started,
        }
    }

    /// It has ended, as the call at `position`.
    pub(crate) fn end(&self, call: &Call, position: u64, clock: &Clock) {
        let state = self.state();
        let Some(tally) = state.operations.get(call.number) else {
            return;
        };
        if let Some(started) = call.started {
            let took = clock.monotonic().saturating_sub(started);
            tally.timed.fetch_add(1, Relaxed);
            tally
                .timed_ns
                .fetch_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Relaxed);
        }
        if !self.0.enabled.load(Relaxed) {
            tally.uncounted.fetch_add(1, Relaxed);
            return;
        }
        let place = usize::try_from(position).unwrap_or_default() % RECENT;
        state.recent[place].store(entry(call), Relaxed);
        if place % BLOCK == BLOCK - 1 {
            drop(self.review(state, &state.recent[place + 1 - BLOCK..=place]));
        }
    }

    /// Promotes what is hot from now on.
    pub(crate) fn enable(&self) {
        self.0.enabled.store(true, Relaxed);
    }

    /// Promotes nothing from now on, and forgets what was hot.
    pub(crate) fn disable(&self) {
        self.0.enabled.store(false, Relaxed);
        if let Some(state) = self.0.state.get() {
            let mut window = self.review(state, &state.recent);
            window.calls.clear();
            window.oldest = 0;
            window.counts.fill(0);
        }
    }

    /// What is known; `names` are those of the operations in the order of their numbers.
    pub(crate) fn stats(&self, names: impl Iterator<Item = String>) -> FastPathStats {
        let mut stats = FastPathStats {
            enabled: self.0.enabled.load(Relaxed),
            window: WINDOW,
            in_window: 0,
            hits: 0,
            operations: BTreeMap::new(),
        };
        let Some(state) = self.0.state.get() else { return stats };
        let window = self.review(state, &state.recent);
        stats.in_window = window.calls.len();
        for (number, name) in names.enumerate().take(self.0.operations) {
            let (tally, counts) = (&state.operations[number], window.operations[number]);
            let timed = tally.timed.load(Relaxed);
            let operation = OperationStats {
                promoted: state.promoted[number].load(Relaxed),
                in_window: u64::from(window.counts[number]),
                calls: counts.calls + tally.uncounted.load(Relaxed),
                hits: counts.hits,
                timed,
                mean_ns: tally.timed_ns.load(Relaxed) / timed.max(1),
            };
            stats.hits += counts.hits;
            if operation.calls > 0 {
                stats.operations.insert(name, operation);
            }
        }
        stats
    }

    /// Forgets all calls; what was hot is no longer.
    pub(crate) fn reset(&self) {
        let Some(state) = self.0.state.get() else { return };
        let mut window = self.review(state, &state.recent);
        *window = Window::new(self.0.operations);
        for promoted in &state.promoted {
            promoted.store(false, Relaxed);
        }
        for tally in &state.operations {
            for count in [&tally.timed, &tally.timed_ns, &tally.uncounted] {
                count.store(0, Relaxed);
            }
        }
    }

    fn state(&self) -> &State {
        self.0.state.get_or_init(|| State {
            recent: [const { AtomicU16::new(EMPTY) }; RECENT],
            promoted: (0..self.0.operations).map(|_| AtomicBool::new(false)).collect(),
            operations: (0..self.0.operations).map(|_| Tally::default()).collect(),
            window: Mutex::new(Window::new(self.0.operations)),
        })
    }

    /// Takes the calls of `recent` into the window, and says anew what is hot.
    fn review<'a>(&self, state: &'a State, recent: &[AtomicU16]) -> MutexGuard<'a, Window> {
        let mut window = state.window.lock().unwrap_or_else(PoisonError::into_inner);
        for place in recent {
            let entry = place.load(Relaxed);
            if entry != EMPTY {
                place.store(EMPTY, Relaxed);
                window.take(entry);
            }
        }
        let Rules { calls, percent } = self.0.rules.get().copied().unwrap_or(Rules { calls: 10, percent: 5 });
        let least = calls.max((window.calls.len() as u64 * percent).div_ceil(100));
        let enabled = self.0.enabled.load(Relaxed);
        for (promoted, count) in state.promoted.iter().zip(&window.counts) {
            promoted.store(enabled && u64::from(*count) >= least, Relaxed);
        }
        window
    }
}

impl Window {
    fn new(operations: usize) -> Self {
        Self {
            calls: Vec::with_capacity(WINDOW),
            oldest: 0,
            counts: vec![0; operations].into(),
            operations: vec![Counts::default(); operations].into(),
        }
    }

    /// Takes one call in, and lets the oldest go.
    fn take(&mut self, entry: u16) {
        let number = (entry & !HIT) - 1;
        if self.calls.len() < WINDOW {
            self.calls.push(number);
        } else {
            let oldest = std::mem::replace(&mut self.calls[self.oldest], number);
            self.oldest = (self.oldest + 1) % WINDOW;
            if let Some(count) = self.counts.get_mut(usize::from(oldest)) {
                *count -= 1;
            }
        }
        if let Some(count) = self.counts.get_mut(usize::from(number)) {
            *count += 1;
        }
        if let Some(counts) = self.operations.get_mut(usize::from(number)) {
            counts.calls += 1;
            counts.hits += u64::from(entry & HIT != 0);
        }
    }
}

/// The entry of a call.
fn entry(call: &Call) -> u16 {
    let number = u16::try_from(call.number).unwrap_or(HIT - 2);
    (number + 1) | if call.promoted { HIT } else { 0 }
}

/// One position in 64, spread so that calls which take turns are sampled alike.
fn is_sampled(position: u64) -> bool {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    position.wrapping_mul(GOLDEN) >> (u64::BITS - BLOCK.ilog2()) == 0
}
