//! The month as invocations tell it to the store, hear of it, and do what the settings ask for.

use std::sync::{
    Mutex,
    atomic::{AtomicU32, Ordering::SeqCst},
};

use zerobill_free_tier::Month;

use super::*;
use crate::{
    builder::Builder,
    meter::{Account, Batch, MemoryStore, Store, StoreError, StoreFuture, Totals},
};

/// 2026-11-30T23:00:00Z.
const AN_HOUR_BEFORE_DECEMBER: u64 = 1_796_079_600;

/// One execution environment of a function of 256 MB.
pub(super) struct Place {
    pub(super) gateway: Gateway,
    pub(super) hand: ClockHand,
    pub(super) output: Output,
}

impl Place {
    pub(super) fn new<const N: usize>(settings: [(&str, &str); N]) -> Self {
        let (clock, hand) = Clock::manual(UNIX_EPOCH + Duration::from_secs(AN_HOUR_BEFORE_DECEMBER));
        let environment = Environment::from_pairs([
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_FUNCTION_NAME", "shop"),
        ]);
        let output = Output::captured();
        let builder = Gateway::builder()
            .clock(clock)
            .environment(environment)
            .output(output.clone());
        let set = |builder: Builder, (key, value): (&str, &str)| builder.setting(key, value);
        let gateway = settings.into_iter().fold(builder, set).build().expect("valid");
        Self { gateway, hand, output }
    }

    /// The same over this store.
    pub(super) fn over<const N: usize>(store: &Arc<impl Store + 'static>, settings: [(&str, &str); N]) -> Self {
        let place = Self::new(settings);
        assert!(place.gateway.lambda().share(store.clone()));
        place
    }

    /// An invocation of 1 ms that answers whether the function may work.
    pub(super) async fn invoke(&self) -> Result<(), Error> {
        self.invoke_with(|_| ()).await
    }

    pub(super) async fn invoke_with(&self, work: impl FnOnce(&Gateway)) -> Result<(), Error> {
        let mut context = context();
        context.deadline = 0;
        let work = async {
            self.gateway.admit()?;
            self.hand.advance(Duration::from_millis(1));
            work(&self.gateway);
            Ok(())
        };
        self.gateway.invoke(context, work).await
    }

    /// The messages of the log, with their levels.
    pub(super) fn log(&self) -> Vec<String> {
        let lines = self.output.lines();
        let parsed = lines
            .iter()
            .map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
        let text = |line: Value| {
            Some(format!(
                "{} {}",
                line.get("level")?.as_str()?,
                line.get("message")?.as_str()?
            ))
        };
        parsed.filter_map(text).collect()
    }

    /// Requests of the month, as `lambda.usage` says.
    pub(super) fn requests(&self) -> String {
        self.gateway.lambda().usage().used[0].used.to_string()
    }
}

/// What a store has of the budget `shop` in a month.
pub(super) async fn totals(store: &impl Store, month: &str) -> Totals {
    let month: Month = month.parse().expect("a month");
    store.read("shop", month).await.expect("reads").totals
}

/// A store that is down, or does not answer, for so many batches.
#[derive(Debug, Default)]
struct Troubled {
    inner: MemoryStore,
    fails: AtomicU32,
    hangs: AtomicU32,
    /// The numbers of the batches of which it was told.
    told: Mutex<Vec<u64>>,
}

impl Troubled {
    fn is_to(counter: &AtomicU32) -> bool {
        counter.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok()
    }
}

impl Store for Troubled {
    fn name(&self) -> &'static str {
        "troubled"
    }

    fn add<'a>(&'a self, batch: &'a Batch) -> StoreFuture<'a, Account> {
        Box::pin(async move {
            self.told.lock().expect("lives").push(batch.id);
            if Self::is_to(&self.hangs) {
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
            if Self::is_to(&self.fails) {
                return Err(StoreError("`dynamodb:UpdateItem` got no answer".to_owned()));
            }
            self.inner.add(batch).await
        })
    }

    fn read<'a>(&'a self, budget: &'a str, month: Month) -> StoreFuture<'a, Account> {
        self.inner.read(budget, month)
    }

    fn mark<'a>(&'a self, budget: &'a str, month: Month, tripped_at: Totals) -> StoreFuture<'a, ()> {
        self.inner.mark(budget, month, tripped_at)
    }
}

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn the_month_is_told_as_it_is() {
    let place = Place::new([("lambda.budget_usd", "0.5"), ("lambda.meter_concurrency", "10")]);
    assert_eq!(place.gateway.lambda().usage().age_ms, None);
    for _ in 0..3 {
        place.invoke().await.expect("works");
    }
    place.hand.advance(Duration::from_secs(4));
    let mut used = call(&place.gateway, "usage", json!({})).await.expect("answers");
    let expected = json!({
        "budget": "shop",
        "month": "2026-11",
        "store": "memory",
        "state": "running",
        "reason": null,
        "used": [
            { "dimension": "requests", "used": 3.0, "limit": 1_000_000.0, "share": 0.000_003 },
            { "dimension": "gb_seconds", "used": 0.000_75, "limit": 400_000.0, "share": 0.000_75 / 400_000.0 },
            { "dimension": "usd", "used": 0.0, "limit": 0.5, "share": 0.0 },
            { "dimension": "log_bytes", "used": 3.0 * 378.0, "limit": 5e9, "share": 3.0 * 378.0 / 5e9 },
            { "dimension": "series", "used": 0.0, "limit": null, "share": null },
        ],
        "age_ms": 4_002,
        "problem": null,
        "overshoot": { "concurrency": 10, "requests": 10_000, "gb_seconds": 10.0 * 0.25 * 60.0 },
    });
    assert_eq!(used, expected);
    used = call(&place.gateway, "settle_usage", json!({})).await.expect("answers");
    assert_eq!(used["age_ms"], 0);
    assert_eq!(used["used"], expected["used"]);
    assert_eq!(place.log(), Vec::<String>::new());
}

#[tokio::test]
async fn the_overshoot_holds_the_longest_invocation_too() {
    let place = Place::new([]);
    let mut context = context();
    context.deadline = AN_HOUR_BEFORE_DECEMBER * 1_000 + 30_000;
    let work = async { Ok::<_, Error>(place.gateway.lambda().usage()) };
    let usage = place.gateway.invoke(context, work).await.expect("works");
    assert!(
        (usage.used[1].used - 30.0 * 0.25).abs() < 1e-12,
        "charged until its deadline"
    );
    assert!((usage.overshoot.gb_seconds - 1_000.0 * 0.25 * 90.0).abs() < 1e-9);
    let after = place.gateway.lambda().usage().used[1].used;
    assert!((after - 0.000_25).abs() < 1e-12, "and then for what it took: {after}");
}

#[tokio::test]
async fn the_store_is_told_at_first_and_after_a_minute_or_a_thousand_requests() {
    let store = Arc::new(MemoryStore::default());
    let place = Place::over(&store, []);
    place.invoke().await.expect("works");
    assert_eq!(totals(&*store, "2026-11").await, Totals::new(1, 256, 378, 0));
    for _ in 0..999 {
        place.invoke().await.expect("works");
    }
    assert_eq!(totals(&*store, "2026-11").await.requests, 1);
    place.invoke().await.expect("works");
    assert_eq!(totals(&*store, "2026-11").await.requests, 1_001);
    place.invoke().await.expect("works");
    place.hand.freeze(MINUTE);
    place.invoke().await.expect("works");
    assert_eq!(totals(&*store, "2026-11").await.requests, 1_003);
    assert_eq!(place.requests(), "1003");
}

#[tokio::test]
async fn of_all_who_share_a_budget_one_says_that_a_threshold_is_crossed() {
    let store = Arc::new(MemoryStore::default());
    let settings = [("lambda.budget_requests", "10"), ("lambda.meter_requests", "1")];
    let (one, other) = (Place::over(&store, settings), Place::over(&store, settings));
    for _ in 0..5 {
        one.invoke().await.expect("works");
        other.invoke().await.expect("works");
    }
    assert_eq!(
        one.log(),
        ["WARN 50 % of the budget `shop` is reached in 2026-11: 5 requests of 10 requests"]
    );
    assert_eq!(
        other.log(),
        [
            "WARN 80 % of the budget `shop` is reached in 2026-11: 8 requests of 10 requests",
            "WARN 95 % of the budget `shop` is reached in 2026-11: 10 requests of 10 requests",
        ]
    );
    one.invoke().await.expect("notes change nothing");
}

#[tokio::test]
async fn functions_of_one_name_of_budget_share_it() {
    let store = Arc::new(MemoryStore::default());
    let (one, other) = (
        Place::over(&store, [("lambda.budget", "all")]),
        Place::over(&store, [("lambda.budget", "all")]),
    );
    let alone = Place::over(&store, []);
    for place in [&one, &other, &alone] {
        place.invoke().await.expect("works");
    }
    let requests = [&one, &other, &alone].map(Place::requests);
    assert_eq!(requests, ["1", "2", "1"]);
}

#[tokio::test]
async fn what_can_be_missed_is_left_out_until_the_month_ends() {
    let place = Place::new([
        ("lambda.budget_requests", "10"),
        ("lambda.on_80", "requests=shed"),
        ("lambda.meter_requests", "1"),
        ("logging.level", "DEBUG"),
        ("metrics.namespace", "Shop"),
    ]);
    let talk = |gateway: &Gateway| {
        gateway.logging().debug("detail", ());
        gateway.logging().info("news", ());
        assert_eq!(
            gateway.metrics().increment("Orders", 1.0),
            Ok(!gateway.base().meter.sheds())
        );
    };
    for _ in 0..7 {
        place.invoke_with(talk).await.expect("works");
    }
    let before = place.output.lines().len();
    assert_eq!(before, 3 * 7 + 1, "a note at half, and all else");
    place.invoke_with(talk).await.expect("works");
    assert_eq!(
        place.log().split_off(2 * 7 + 1),
        [
            "INFO news",
            "WARN 80 % of the budget `shop` is reached in 2026-11: 8 requests of 10 requests",
            "WARN DEBUG lines and metrics are left out from now on, to save what is left of the budget",
        ]
    );
    assert_eq!(place.output.lines().len(), before + 3, "and no metric");
    place.hand.advance(60 * MINUTE);
    place.invoke_with(talk).await.expect("works");
    let log = place.log().split_off(2 * 7 + 1 + 3);
    assert_eq!(
        log,
        [
            "DEBUG detail",
            "INFO news",
            "WARN DEBUG lines and metrics are written again"
        ]
    );
}

#[tokio::test]
async fn a_store_that_is_down_costs_no_invocation_and_no_count() {
    let store = Arc::new(Troubled::default());
    store.fails.store(2, SeqCst);
    let place = Place::over(&store, [("lambda.meter_requests", "5")]);
    for _ in 0..20 {
        place.invoke().await.expect("works");
    }
    assert_eq!(
        store.told.lock().expect("lives").len(),
        1,
        "it is left alone for a minute"
    );
    let problem = "the meter's store did not answer: `dynamodb:UpdateItem` got no answer";
    assert_eq!(place.gateway.lambda().usage().problem.as_deref(), Some(problem));
    assert_eq!(place.requests(), "20", "the own counts are known");
    place.hand.advance(MINUTE);
    place.invoke().await.expect("works");
    place.hand.advance(MINUTE);
    place.invoke().await.expect("works");
    assert_eq!(place.log(), [format!("WARN {problem}")], "it is said once");
    let told = store.told.lock().expect("lives").clone();
    assert_eq!((told[0], told[1], told[2] == told[3]), (told[2], told[2], false));
    assert_eq!(totals(&*store, "2026-11").await.requests, 22);
    assert_eq!(place.gateway.lambda().usage().problem, None);
    assert_eq!(place.gateway.health()[9].1.reasons, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_slow_is_waited_for_a_fifth_of_a_second() {
    let store = Arc::new(Troubled::default());
    store.hangs.store(1, SeqCst);
    let place = Place::over(&store, [("lambda.budget_requests", "1"), ("lambda.on_95", "trip")]);
    let started = tokio::time::Instant::now();
    place.invoke().await.expect("works");
    assert_eq!(started.elapsed(), Duration::from_millis(200));
    place.invoke().await.expect("works, and waits no more");
    assert_eq!(started.elapsed(), Duration::from_millis(200));
    tokio::time::sleep(Duration::from_secs(2)).await;
    let refused = place.invoke().await.expect_err("the answer came in the meantime");
    assert_eq!(refused.code(), "budget_exhausted");
}

#[tokio::test]
async fn a_month_s_end_begins_anew() {
    let store = Arc::new(MemoryStore::default());
    let place = Place::over(
        &store,
        [("lambda.budget_requests", "2"), ("lambda.meter_requests", "1")],
    );
    for _ in 0..2 {
        place.invoke().await.expect("works");
    }
    place.hand.advance(60 * MINUTE);
    for _ in 0..2 {
        place.invoke().await.expect("works");
    }
    assert_eq!(totals(&*store, "2026-11").await.requests, 2);
    assert_eq!(totals(&*store, "2026-12").await.requests, 2);
    assert_eq!(
        place.log(),
        [
            "WARN 50 % of the budget `shop` is reached in 2026-11: 1 requests of 2 requests",
            "WARN 95 % of the budget `shop` is reached in 2026-11: 2 requests of 2 requests",
            "WARN 50 % of the budget `shop` is reached in 2026-12: 1 requests of 2 requests",
            "WARN 95 % of the budget `shop` is reached in 2026-12: 2 requests of 2 requests",
        ]
    );
}

#[test]
fn wrong_settings_are_faults_at_the_start() {
    let builder = Gateway::builder()
        .environment(Environment::from_pairs([
            ("ZEROBILL_BUDGET_ON_80", "requests=stop"),
            ("ZEROBILL_BUDGET_REQUESTS", "-1"),
        ]))
        .setting("lambda.on_95", "tripp");
    let faults = builder.build().expect_err("refuses").to_string();
    for fault in [
        "`ZEROBILL_BUDGET_REQUESTS`",
        "`lambda.on_80`: `stop` is no action; there are `nothing`, `note`, `shed`, `trip`",
        "`lambda.on_95`: `tripp` is no action; did you mean `trip`?",
    ] {
        assert!(faults.contains(fault), "{faults}");
    }
}
