//! The second level: asked before loading, told afterwards, only of what is shared, and missed without harm.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
    },
    time::Duration,
};

use super::{gateway, seconds};
use crate::{
    Gateway,
    cache::{CacheError, Freshness, Level, LevelError, LevelFuture, Leveled},
};

/// A second level in memory that can be down.
#[derive(Debug, Default)]
struct Shelf {
    values: Mutex<BTreeMap<String, Leveled>>,
    down: AtomicBool,
    calls: AtomicU32,
}

impl Shelf {
    fn answer<'a, T: Send + 'a>(
        &'a self,
        work: impl FnOnce(&mut BTreeMap<String, Leveled>) -> T,
    ) -> LevelFuture<'a, T> {
        self.calls.fetch_add(1, SeqCst);
        let up = !self.down.load(SeqCst);
        let answer = up.then(|| work(&mut self.values.lock().unwrap()));
        let answer = answer.ok_or_else(|| LevelError("no table".into()));
        Box::pin(std::future::ready(answer))
    }
}

impl Level for Shelf {
    fn get<'a>(&'a self, key: &'a str) -> LevelFuture<'a, Option<Leveled>> {
        self.answer(|values| values.get(key).cloned())
    }
    fn set<'a>(&'a self, key: &'a str, value: &'a Leveled) -> LevelFuture<'a, ()> {
        self.answer(|values| _ = values.insert(key.to_owned(), value.clone()))
    }
    fn delete<'a>(&'a self, key: &'a str) -> LevelFuture<'a, ()> {
        self.answer(|values| _ = values.remove(key))
    }
}

fn shared() -> Freshness {
    Freshness::for_time(seconds(60)).shared()
}

async fn load(gateway: &Gateway, how: Freshness, value: u8) -> u8 {
    let loaded = gateway
        .cache()
        .get_or_load("rate", how, async || Ok::<_, CacheError>(value));
    loaded.await.unwrap()
}

#[tokio::test]
async fn what_one_environment_loads_another_finds_for_the_rest_of_its_time() {
    let shelf = Arc::new(Shelf::default());
    let ((one, _), (two, hand)) = (gateway([]), gateway([]));
    assert!(one.cache().share(shelf.clone()) && two.cache().share(shelf.clone()));
    assert!(!one.cache().share(Arc::new(Shelf::default())), "the first one stays");
    assert_eq!(load(&one, shared(), 1).await, 1);
    let ends = shelf.values.lock().unwrap()["rate"].ends_at_ms;
    assert_eq!(ends, Some(1_800_000_060_000));
    hand.advance(seconds(50));
    assert_eq!(load(&two, shared(), 2).await, 1);
    assert_eq!(load(&two, shared(), 3).await, 1);
    assert_eq!(
        shelf.calls.load(SeqCst),
        3,
        "get and set of one, get of two, and then memory answers"
    );
    hand.advance(Duration::from_millis(9_999));
    assert_eq!(load(&two, shared(), 4).await, 1);
    hand.advance(Duration::from_millis(1));
    assert_eq!(load(&two, shared(), 5).await, 5, "its time is over there too");
}

#[tokio::test]
async fn only_what_is_shared_leaves_the_process() {
    let shelf = Arc::new(Shelf::default());
    let (gateway, _) = gateway([]);
    assert!(gateway.cache().share(shelf.clone()));
    assert_eq!(load(&gateway, seconds(60).into(), 1).await, 1);
    gateway.cache().set("other", &2, None).unwrap();
    assert_eq!(gateway.cache().get::<u8>("absent").unwrap(), None);
    assert_eq!(shelf.calls.load(SeqCst), 0);
}

#[tokio::test]
async fn an_outage_costs_a_load_and_one_warning() {
    let shelf = Arc::new(Shelf::default());
    let (gateway, hand) = gateway([]);
    assert!(gateway.cache().share(shelf.clone()));
    let warnings = || {
        let lines = gateway.base().output.lines();
        lines
            .iter()
            .filter(|line| line.contains("did not answer: no table"))
            .count()
    };
    shelf.down.store(true, SeqCst);
    assert_eq!(load(&gateway, shared(), 1).await, 1);
    hand.advance(seconds(60));
    assert_eq!(load(&gateway, shared(), 2).await, 2);
    assert_eq!(warnings(), 1);
    let forgotten = gateway.cache().forget("rate").await.unwrap_err();
    assert_eq!(
        forgotten.to_string(),
        "the second level of the cache did not answer: no table"
    );
    assert!(!gateway.cache().contains("rate"));
    shelf.down.store(false, SeqCst);
    assert_eq!(load(&gateway, shared(), 3).await, 3);
    hand.advance(seconds(60));
    shelf.down.store(true, SeqCst);
    assert_eq!(load(&gateway, shared(), 4).await, 4);
    assert_eq!(warnings(), 2, "a new outage is said anew");
}

#[tokio::test]
async fn what_is_forgotten_is_loaded_again() {
    let shelf = Arc::new(Shelf::default());
    let (gateway, _) = gateway([]);
    assert!(gateway.cache().share(shelf.clone()));
    assert_eq!(load(&gateway, shared(), 1).await, 1);
    gateway.cache().forget("rate").await.unwrap();
    assert!(shelf.values.lock().unwrap().is_empty());
    assert_eq!(load(&gateway, shared(), 2).await, 2);
}

#[tokio::test]
async fn what_was_forgotten_while_it_was_loaded_is_not_told() {
    let shelf = Arc::new(Shelf::default());
    let (gateway, _) = gateway([]);
    assert!(gateway.cache().share(shelf.clone()));
    let load = async || {
        gateway.cache().forget("rate").await?;
        Ok::<_, CacheError>(1)
    };
    assert_eq!(gateway.cache().get_or_load("rate", shared(), load).await.unwrap(), 1);
    assert!(shelf.values.lock().unwrap().is_empty());
}
