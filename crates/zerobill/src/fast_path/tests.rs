//! What is hot, by the numbers; and what is counted and timed of it.

use super::*;

/// Calls of operations of these numbers on a fast path with three.
struct Caller {
    path: FastPath,
    clock: Clock,
    calls: u64,
}

impl Caller {
    fn new() -> Self {
        let (clock, _) = Clock::manual(std::time::UNIX_EPOCH);
        let (path, calls) = (FastPath::new(3), 0);
        Self { path, clock, calls }
    }

    fn call(&mut self, number: usize, times: usize) -> &mut Self {
        for _ in 0..times {
            let call = self.path.begin(number, self.calls, &self.clock);
            self.path.end(&call, self.calls, &self.clock);
            self.calls += 1;
        }
        self
    }

    fn stats(&self) -> FastPathStats {
        self.path.stats(["a", "b", "c"].into_iter().map(str::to_owned))
    }

    fn promoted(&self) -> Vec<String> {
        let stats = self.stats();
        let promoted = stats.operations.into_iter().filter(|(_, stats)| stats.promoted);
        promoted.map(|(name, _)| name).collect()
    }
}

#[test]
fn ten_calls_that_are_a_twentieth_of_the_window_promote() {
    let mut caller = Caller::new();
    assert_eq!(caller.call(0, 9).promoted(), [""; 0]);
    assert_eq!(caller.call(0, 1).promoted(), ["a"]);
    let mut caller = Caller::new();
    caller.call(0, 972).call(1, 51);
    assert_eq!(caller.promoted(), ["a"], "51 of 1023 are less than 5 %");
    assert_eq!(caller.call(1, 1).promoted(), ["a", "b"], "52 of 1024 are more");
}

#[test]
fn without_a_question_the_window_moves_on_every_64_calls() {
    let mut caller = Caller::new();
    caller.call(0, 128);
    let stats = caller.stats();
    assert_eq!(stats.operations["a"].hits, 64);
    assert_eq!((stats.in_window, stats.hits), (128, 64));
}

#[test]
fn what_is_no_longer_called_is_no_longer_hot() {
    let mut caller = Caller::new();
    caller.call(0, 100).call(1, 972);
    assert_eq!(caller.promoted(), ["a", "b"], "52 of the last 1,024");
    caller.call(1, 1);
    assert_eq!(caller.promoted(), ["b"], "51 of the last 1,024");
    let stats = caller.stats();
    assert_eq!(
        (stats.operations["a"].in_window, stats.operations["a"].calls),
        (51, 100)
    );
    assert_eq!(stats.in_window, WINDOW);
}

#[test]
fn a_call_is_timed_each_time_unless_promoted_and_then_once_in_64() {
    let mut caller = Caller::new();
    caller.call(0, 64);
    assert_eq!(caller.stats().operations["a"].timed, 64);
    caller.call(0, 64_000);
    let timed = caller.stats().operations["a"].timed - 64;
    assert!((990..=1_010).contains(&timed), "{timed} of 64000");
}

#[test]
fn operations_that_take_turns_are_timed_alike() {
    let mut caller = Caller::new();
    for _ in 0..64_000 {
        caller.call(0, 1).call(1, 1);
    }
    let stats = caller.stats();
    for name in ["a", "b"] {
        let timed = stats.operations[name].timed;
        assert!((1_000..=1_100).contains(&timed), "{name}: {timed} of 64000");
    }
}

#[test]
fn the_mean_is_that_of_timed_calls() {
    let (clock, hand) = Clock::manual(std::time::UNIX_EPOCH);
    let path = FastPath::new(1);
    for (position, took) in [100, 300].into_iter().enumerate() {
        let call = path.begin(0, position as u64, &clock);
        hand.advance(Duration::from_nanos(took));
        path.end(&call, position as u64, &clock);
    }
    let stats = path.stats(std::iter::once("a".to_owned()));
    assert_eq!((stats.operations["a"].timed, stats.operations["a"].mean_ns), (2, 200));
}

#[test]
fn disabled_nothing_is_hot_and_each_call_is_timed_and_counted() {
    let mut caller = Caller::new();
    caller.call(0, 100);
    caller.path.disable();
    assert_eq!(caller.promoted(), [""; 0]);
    caller.call(0, 100);
    let stats = caller.stats();
    assert_eq!((stats.enabled, stats.in_window), (false, 0));
    let a = stats.operations["a"];
    assert_eq!((a.calls, a.hits, a.timed, a.promoted), (200, 36, 165, false));
    caller.path.enable();
    assert_eq!(
        caller.call(0, 9).promoted(),
        [""; 0],
        "what was called before is forgotten"
    );
    assert_eq!(caller.call(0, 1).promoted(), ["a"]);
    assert_eq!(caller.stats().operations["a"].in_window, 10);
}

#[test]
fn a_reset_forgets_all_but_the_rules() {
    let mut caller = Caller::new();
    caller.path.configure(Rules { calls: 3, percent: 0 });
    caller.path.configure(Rules { calls: 1, percent: 0 });
    caller.call(0, 100);
    caller.path.reset();
    let stats = caller.stats();
    assert_eq!((stats.in_window, stats.hits, stats.operations.len()), (0, 0, 0));
    assert_eq!(caller.call(0, 2).promoted(), [""; 0], "the first rules stay");
    let a = caller.stats().operations["a"];
    assert_eq!((a.calls, a.hits, a.timed, a.in_window), (2, 0, 2, 2));
    assert_eq!(caller.call(0, 1).promoted(), ["a"]);
}

#[test]
fn calls_of_many_threads_are_all_counted_once() {
    let (path, clock) = (FastPath::new(3), Clock::system());
    let position = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for number in 0..3 {
            let (path, clock, position) = (&path, &clock, &position);
            scope.spawn(move || {
                for _ in 0..10_000 {
                    let call = path.begin(number, position.load(Relaxed), clock);
                    path.end(&call, position.fetch_add(1, Relaxed), clock);
                }
            });
        }
    });
    let stats = path.stats(["a", "b", "c"].into_iter().map(str::to_owned));
    let calls: u64 = stats.operations.values().map(|operation| operation.calls).sum();
    // A thread that stands still for two blocks loses what it was about to enter, or what another one had entered there.
    assert!((29_000..=30_000).contains(&calls), "{calls}");
    let in_window: u64 = stats.operations.values().map(|operation| operation.in_window).sum();
    assert_eq!(in_window, stats.in_window as u64);
}
