//! The stores of this machine.

use std::process::Command;

use futures_util::FutureExt as _;

use super::{
    super::{
        batch::{Account, Totals},
        file::FileStore,
        store::{MemoryStore, Store, StoreError},
    },
    *,
};

/// What a store says that answers at once.
fn add(store: &dyn Store, batch: &Batch) -> Result<Account, StoreError> {
    store.add(batch).now_or_never().expect("answers at once")
}

fn read(store: &dyn Store, budget: &str, month_text: &str) -> Result<Account, StoreError> {
    let answer = store.read(budget, month(month_text)).now_or_never();
    answer.expect("answers at once")
}

fn keeps_budgets_and_months_apart(store: &dyn Store) {
    let totals = |requests, mb_ms, log_bytes, series| Totals::new(requests, mb_ms, log_bytes, series);
    let first = add(store, &batch(1, amounts(3, 500, 7, &[1, u64::MAX])));
    assert_eq!(first, Ok(Account::new(totals(3, 500, 7, 2), None)));
    let second = add(store, &batch(2, amounts(1, -100, 0, &[1, 2])));
    assert_eq!(second, Ok(Account::new(totals(4, 400, 7, 3), None)));
    let mut other = batch(3, amounts(1, 1, 1, &[]));
    other.month = month("2026-12");
    assert_eq!(add(store, &other), Ok(Account::new(totals(1, 1, 1, 0), None)));
    other.budget = "other".to_owned();
    assert_eq!(add(store, &other), Ok(Account::new(totals(1, 1, 1, 0), None)));
    let marked = store.mark("shop", month("2026-11"), totals(4, 400, 7, 3));
    assert_eq!(marked.now_or_never(), Some(Ok(())));
    assert_eq!(
        read(store, "shop", "2026-11"),
        Ok(Account::new(totals(4, 400, 7, 3), Some(totals(4, 400, 7, 3))))
    );
    assert_eq!(read(store, "shop", "2026-10"), Ok(Account::default()));
    assert_eq!(read(store, "nobody", "2026-11"), Ok(Account::default()));
    // What November was charged too much and December corrects is no negative sum.
    let mut correction = batch(4, amounts(0, -1_000, 0, &[]));
    correction.month = month("2027-01");
    assert_eq!(add(store, &correction), Ok(Account::default()));
    correction.amounts = amounts(0, 1_001, 0, &[]);
    assert_eq!(add(store, &correction), Ok(Account::new(totals(0, 1, 0, 0), None)));
}

#[test]
fn memory_keeps_budgets_and_months_apart() {
    keeps_budgets_and_months_apart(&MemoryStore::default());
}

#[test]
fn a_file_keeps_budgets_and_months_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    keeps_budgets_and_months_apart(&FileStore::new(folder.path().join("new/meter.json")));
}

#[test]
fn the_oldest_months_make_room() {
    let store = MemoryStore::default();
    for number in 0..20 {
        let mut batch = batch(number, amounts(1, 0, 0, &[]));
        batch.month = month(&format!("20{:02}-01", 10 + number));
        add(&store, &batch).expect("adds");
    }
    assert_eq!(read(&store, "shop", "2016-01"), Ok(Account::default()));
    for year in [2017, 2029] {
        let kept = read(&store, "shop", &format!("{year}-01")).expect("reads");
        assert_eq!(kept.totals.requests, 1, "{year}");
    }
}

#[test]
fn eight_threads_add_exactly_to_memory() {
    let store = MemoryStore::default();
    std::thread::scope(|scope| {
        for writer in 0..8_u64 {
            let store = &store;
            scope.spawn(move || {
                for number in 0..10_000 {
                    add(store, &batch(writer << 32 | number, amounts(1, 2, 3, &[writer]))).expect("adds");
                }
            });
        }
    });
    let sum = read(&store, "shop", "2026-11").expect("reads").totals;
    assert_eq!(sum, Totals::new(80_000, 160_000, 240_000, 8));
}

/// The variable by which a process of the next test knows its file.
const FILE: &str = "ZEROBILL_TEST_METER_FILE";

/// Counts of each process, and of each of its batches.
const COUNTS: u64 = 10_000;
const BATCH: u64 = 50;

/// It is what the next test starts; alone it does nothing.
#[test]
fn a_process_that_adds_to_a_file() {
    let environment = crate::environment::Environment::process();
    let Some(path) = environment.get(FILE) else { return };
    let store = FileStore::new(path);
    for number in 0..COUNTS / BATCH {
        let batch = batch(number, amounts(BATCH, 2 * BATCH.cast_signed(), 3 * BATCH, &[]));
        // Where the lock is not free in time, the batch comes again.
        while let Err(error) = add(&store, &batch) {
            assert!(error.to_string().contains("another process holds its lock"), "{error}");
        }
    }
}

#[test]
fn eight_processes_add_exactly_to_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("meter.json");
    let start = |_| {
        Command::new(std::env::current_exe().expect("a test"))
            .args(["--exact", "meter::tests::stores::a_process_that_adds_to_a_file"])
            .env(FILE, &path)
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("starts")
    };
    let processes: Vec<_> = (0..8).map(start).collect();
    for mut process in processes {
        assert!(process.wait().expect("ends").success());
    }
    let sum = read(&FileStore::new(&path), "shop", "2026-11").expect("reads").totals;
    assert_eq!(sum, Totals::new(8 * COUNTS, 16 * COUNTS, 24 * COUNTS, 0));
}

#[test]
fn a_process_killed_while_it_writes_leaves_the_file_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("meter.json");
    let store = FileStore::new(&path);
    let mut written = 0;
    for _ in 0..10 {
        let mut process = Command::new(std::env::current_exe().expect("a test"))
            .args(["--exact", "meter::tests::stores::a_process_that_adds_to_a_file"])
            .env(FILE, &path)
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("starts");
        let more = |written: u64| read(&store, "shop", "2026-11").expect("is whole").totals.requests > written;
        while !more(written) && process.try_wait().expect("asks").is_none() {
            std::thread::yield_now();
        }
        process.kill().expect("kills");
        process.wait().expect("ends");
        let totals = read(&store, "shop", "2026-11").expect("is whole").totals;
        assert!(totals.requests > written, "it wrote something");
        assert_eq!(totals.requests % BATCH, 0, "no batch is halved");
        assert_eq!(totals.mb_ms, 2 * totals.requests);
        written = totals.requests;
    }
}

#[test]
fn a_file_that_holds_something_else_says_what_to_do_and_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("meter.json");
    std::fs::write(&path, "[1, 2").expect("writes");
    let error = add(&FileStore::new(&path), &batch(1, amounts(1, 0, 0, &[]))).expect_err("refuses");
    let text = error.to_string();
    assert!(
        text.contains("meter.json` cannot be used: it does not decode"),
        "{text}"
    );
    assert!(text.ends_with("; move it away to begin anew"), "{text}");
    assert_eq!(std::fs::read_to_string(&path).expect("reads"), "[1, 2");
}

#[test]
fn a_lock_that_is_not_free_is_waited_for_a_fifth_of_a_second() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("meter.json");
    let store = FileStore::new(&path);
    let lock = std::fs::File::create(folder.path().join("meter.json.lock")).expect("creates");
    lock.lock().expect("locks");
    let error = add(&store, &batch(1, amounts(1, 0, 0, &[]))).expect_err("refuses");
    assert!(error.to_string().ends_with("another process holds its lock"), "{error}");
    drop(lock);
    assert_eq!(
        add(&store, &batch(1, amounts(1, 0, 0, &[])))
            .expect("adds")
            .totals
            .requests,
        1
    );
}
