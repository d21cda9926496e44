//! The second level of the cache, which execution environments share.

use serde_json::json;
use zerobill::cache::{CacheError, Freshness};

use crate::lab::{Place, SECOND, create_table, item};

/// What the cache has under `key`, or else what `load` gives: text of that many letters.
async fn value(place: &Place, key: &str, load: Option<usize>) -> Result<usize, String> {
    let freshness = Freshness::for_time(60 * SECOND).shared();
    let load = async || {
        load.map(|letters| "x".repeat(letters))
            .ok_or_else(|| Failed("loaded".to_owned()))
    };
    let value: Result<String, Failed> = place.gateway.cache().get_or_load(key, freshness, load).await;
    value.map(|text| text.len()).map_err(|failed| failed.0)
}

#[derive(Debug)]
struct Failed(String);

impl From<CacheError> for Failed {
    fn from(error: CacheError) -> Self {
        Self(error.to_string())
    }
}

async fn place(table: &str) -> Place {
    Place::new([("aws.cache_table", table)]).await
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn what_one_loads_another_has_until_it_expires() {
    create_table("cache-shared").await;
    let (one, other) = (place("cache-shared").await, place("cache-shared").await);
    assert_eq!(
        value(&other, "rate", None).await,
        Err("loaded".to_owned()),
        "nothing is there at first"
    );
    assert_eq!(value(&one, "rate", Some(3)).await, Ok(3));
    let written = json!({
        "id": { "S": "cache#rate" },
        "json": { "S": "\"xxx\"" },
        "ends_at_ms": { "N": "1800000060000" },
        "expires_at": { "N": "1800000060" },
    });
    assert_eq!(item("cache-shared", "cache#rate").await, written);
    assert_eq!(value(&other, "rate", None).await, Ok(3));
    let late = place("cache-shared").await;
    late.hand.advance(60 * SECOND);
    assert_eq!(
        value(&late, "rate", None).await,
        Err("loaded".to_owned()),
        "what has expired is not served, though the table still has it"
    );
    one.gateway.cache().forget("rate").await.unwrap();
    assert_eq!(item("cache-shared", "cache#rate").await, json!(null));
    assert_eq!([one.warnings(), other.warnings(), late.warnings()], [[""; 0]; 3]);
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn what_the_table_cannot_hold_stays_in_memory_and_an_older_value_does_not_stay_behind() {
    create_table("cache-large").await;
    let place = place("cache-large").await;
    assert_eq!(value(&place, "fits", Some(399_000)).await, Ok(399_000));
    let kept = item("cache-large", "cache#fits").await;
    assert_eq!(kept["json"]["S"].as_str().map(str::len), Some(399_002));
    assert_eq!(value(&place, "grows", Some(1)).await, Ok(1));
    assert_eq!(
        item("cache-large", "cache#grows").await["json"],
        json!({ "S": "\"x\"" })
    );
    place.hand.advance(60 * SECOND);
    assert_eq!(value(&place, "grows", Some(401_000)).await, Ok(401_000));
    assert_eq!(item("cache-large", "cache#grows").await, json!(null));
    assert_eq!(value(&place, "grows", None).await, Ok(401_000), "memory has it");
    let key = "k".repeat(2_100);
    assert_eq!(value(&place, &key, Some(1)).await, Ok(1));
    assert_eq!(place.warnings(), [""; 0]);
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn a_table_that_is_missing_is_said_once_and_values_are_loaded() {
    let place = place("no-such-cache").await;
    for number in 0..3 {
        assert_eq!(value(&place, &format!("key-{number}"), Some(number)).await, Ok(number));
    }
    assert_eq!(
        place.warnings(),
        [
            "the second level of the cache did not answer: `dynamodb:GetItem` failed: there is no table `no-such-cache`; \
          create it with the partition key `id` of type text; values are loaded instead"
        ]
    );
}
