//! The execution environments, by number: which one serves a request makes no difference to how many there are.
//!
//! Since the one used last is taken first, so many live as were busy at once in the time that unused ones are kept. A test holds
//! this against environments that are followed one by one.

use std::collections::VecDeque;

use super::{Counts, Plan};

const MS_PER_SECOND: usize = 1_000;

pub(super) struct Pool {
    limit: u64,
    warm_ms: usize,
    cold_ms: usize,
    keep_seconds: u64,
    /// Environments that become idle, by the millisecond; `now` is the place of the present one.
    ends: Vec<Ends>,
    now: usize,
    busy: u64,
    /// The most that were busy in a second, falling: what lies behind a larger one tells nothing.
    peaks: VecDeque<(u64, u64)>,
    waiting: u64,
    sends: u64,
    steady: Steady,
}

#[derive(Clone, Copy, Default)]
struct Ends {
    all: u64,
    of_loop: u64,
}

/// Seconds in a row with the same requests, all of them served warm, and no event of the loop. After as many as a request can
/// take, and one more, the next such second equals the one before.
#[derive(Default)]
struct Steady {
    arrivals: u64,
    seconds: u64,
    needed: u64,
    counts: Counts,
}

impl Pool {
    pub(super) fn new(plan: &Plan) -> Self {
        // The limits of a plan are below those of any `usize`.
        let ms = |ms: u64| usize::try_from(ms).unwrap_or(usize::MAX);
        let (warm_ms, cold_ms) = (ms(plan.warm_ms()), ms(plan.cold_ms()));
        Self {
            limit: plan.concurrency,
            warm_ms,
            cold_ms,
            keep_seconds: plan.keep_seconds,
            ends: vec![Ends::default(); cold_ms + 1],
            now: 0,
            busy: 0,
            peaks: VecDeque::new(),
            waiting: 0,
            sends: plan.runaway.map_or(0, |runaway| runaway.sends),
            steady: Steady {
                needed: plan.cold_ms().div_ceil(1_000) + 1,
                ..Steady::default()
            },
        }
    }

    /// Refuses every request from now on, as a reserved concurrency of 0 does. What runs goes on to its end.
    pub(super) fn close(&mut self) {
        self.limit = 0;
        self.steady.seconds = 0;
    }

    /// Events for the loop.
    pub(super) fn queue(&mut self, events: u64) {
        self.waiting += events;
    }

    /// Events of the loop that wait.
    pub(super) const fn waiting(&self) -> u64 {
        self.waiting
    }

    /// A second of the month, each once and in order, with so many requests.
    pub(super) fn second(&mut self, second: u64, arrivals: u64) -> Counts {
        let repeats = arrivals == self.steady.arrivals && self.waiting == 0;
        let counts = if repeats && self.steady.seconds >= self.steady.needed {
            self.steady.counts
        } else if self.limit == 0 && self.busy == 0 {
            Counts {
                throttled: arrivals,
                ..Counts::default()
            }
        } else {
            self.by_the_millisecond(second, arrivals)
        };
        while self.peaks.back().is_some_and(|(_, peak)| *peak <= counts.peak) {
            self.peaks.pop_back();
        }
        self.peaks.push_back((second, counts.peak));
        counts
    }

    fn by_the_millisecond(&mut self, second: u64, arrivals: u64) -> Counts {
        while self
            .peaks
            .front()
            .is_some_and(|(of, _)| of + self.keep_seconds < second)
        {
            self.peaks.pop_front();
        }
        let mut alive = self.peaks.front().map_or(0, |(_, peak)| *peak);
        let (mut counts, mut looped, mut left_over) = (Counts::default(), 0, 0);
        let (each, rest) = (arrivals / 1_000, arrivals % 1_000);
        for _ in 0..MS_PER_SECOND {
            left_over += rest;
            let extra = u64::from(left_over >= 1_000);
            left_over -= extra * 1_000;
            let ended = std::mem::take(&mut self.ends[self.now]);
            self.busy -= ended.all;
            self.waiting += ended.of_loop * self.sends;

            let room = self.limit.saturating_sub(self.busy);
            let requests = (each + extra).min(room);
            let events = self.waiting.min(room - requests);
            let started = requests + events;
            let warm = started.min(alive - self.busy);
            let cold = started - warm;
            // Requests come before events, and take what is warm.
            let warm_events = warm - requests.min(warm);
            let warm_ends = self.after(self.warm_ms);
            self.ends[warm_ends].all += warm;
            self.ends[warm_ends].of_loop += warm_events;
            let cold_ends = self.after(self.cold_ms);
            self.ends[cold_ends].all += cold;
            self.ends[cold_ends].of_loop += events - warm_events;
            self.waiting -= events;
            self.busy += started;
            alive += cold;
            looped += events;
            counts.warm += warm;
            counts.cold += cold;
            counts.throttled += each + extra - requests;
            counts.peak = counts.peak.max(self.busy);
            self.now = self.after(1);
        }
        let clean = counts.cold == 0 && counts.throttled == 0 && looped == 0 && self.waiting == 0;
        let steady = &mut self.steady;
        let same = clean && (steady.seconds == 0 || steady.arrivals == arrivals);
        steady.seconds = if same { steady.seconds + 1 } else { u64::from(clean) };
        (steady.arrivals, steady.counts) = (arrivals, counts);
        counts
    }

    /// The place of the millisecond that comes so many after this one.
    const fn after(&self, ms: usize) -> usize {
        let place = self.now + ms;
        if place >= self.ends.len() {
            place - self.ends.len()
        } else {
            place
        }
    }
}
