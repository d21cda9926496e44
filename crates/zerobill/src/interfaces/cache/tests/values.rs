//! Values: what is stored comes back, and a wrong type is no miss.

use std::{error::Error as _, sync::Arc};

use serde_json::{Value, json, value::RawValue};

use super::gateway;
use crate::{
    cache::CacheError,
    error::{INTERNAL, INVALID_PARAMETER, WRONG_TYPE},
};

#[test]
fn values_that_look_like_nothing_are_values() {
    let (gateway, _) = gateway([]);
    let cache = gateway.cache();
    for value in [json!(null), json!(false), json!(0), json!(""), json!([]), json!({})] {
        assert!(cache.set("key", &value, None).unwrap());
        assert_eq!(cache.get::<Value>("key").unwrap(), Some(value));
        assert!(cache.contains("key"));
    }
    cache.set("", &1, None).unwrap();
    assert_eq!(cache.get::<u8>("").unwrap(), Some(1), "an empty key is a key");
    cache.set("unit", &(), None).unwrap();
    assert_eq!(cache.get::<()>("unit").unwrap(), Some(()));
    assert_eq!(cache.get::<Option<u8>>("unit").unwrap(), Some(None));
    assert_eq!(cache.get::<Option<u8>>("none").unwrap(), None);
    let stats = cache.stats();
    assert_eq!((stats.hits, stats.misses, stats.entries), (9, 1, 3));
}

#[test]
fn a_wrong_type_is_an_error_and_no_miss() {
    let (gateway, _) = gateway([]);
    let cache = gateway.cache();
    cache.set("json", "text", None).unwrap();
    cache.set_shared("shared", Arc::new(7_u8), 1, None).unwrap();

    let text = "the value under `json` is of another type than the one asked for";
    let error = cache.get::<u8>("json").unwrap_err();
    assert_eq!(error.to_string(), text);
    assert_eq!(
        error.source().unwrap().to_string(),
        "invalid type: string \"text\", expected u8 at line 1 column 6"
    );
    assert_eq!(crate::Error::from(error).code(), WRONG_TYPE);
    assert_eq!(cache.get_shared::<String>("json").unwrap_err().to_string(), text);

    for error in [
        cache.get::<u8>("shared").unwrap_err(),
        cache.get_json("shared").unwrap_err(),
        cache.get_shared::<u16>("shared").unwrap_err(),
    ] {
        assert!(matches!(error, CacheError::WrongType { source: None, .. }), "{error:?}");
    }
    let stats = cache.stats();
    assert_eq!((stats.hits, stats.misses), (5, 0));
    assert_eq!(
        cache.get::<String>("json").unwrap().as_deref(),
        Some("text"),
        "it is still there"
    );
}

#[test]
fn a_secret_of_the_wrong_type_is_not_quoted() {
    let (gateway, _) = gateway([]);
    gateway.cache().set("access_token", "zbsecret-cache", None).unwrap();
    let error = gateway.cache().get::<u8>("access_token").unwrap_err();
    assert!(
        !format!(
            "{error:?} {:?}",
            crate::Error::from(gateway.cache().get::<u8>("access_token").unwrap_err())
        )
        .contains("zbsecret")
    );
    assert!(error.source().is_none());
}

#[test]
fn a_shared_value_is_the_very_same() {
    let (gateway, _) = gateway([]);
    let value = Arc::new(vec![1, 2, 3]);
    gateway.cache().set_shared("key", Arc::clone(&value), 24, None).unwrap();
    let found = gateway.cache().get_shared::<Vec<i32>>("key").unwrap().unwrap();
    assert!(Arc::ptr_eq(&value, &found));
    assert_eq!(gateway.cache().stats().bytes, 3 + 24 + 96);
    assert_eq!(gateway.cache().get_shared::<u8>("none").unwrap(), None);
}

#[test]
fn json_comes_back_byte_for_byte() {
    let (gateway, _) = gateway([]);
    let json = RawValue::from_string(r#"{ "b": 1.0, "a": 123456789012345678901234567890 }"#.to_owned()).unwrap();
    gateway.cache().set_json("key", json.clone(), None).unwrap();
    assert_eq!(gateway.cache().get_json("key").unwrap().unwrap().get(), json.get());
}

#[test]
fn a_value_that_is_no_json_is_an_error_and_changes_nothing() {
    let (gateway, _) = gateway([]);
    gateway.cache().set("key", &1, None).unwrap();
    let value = std::collections::BTreeMap::from([((1, 2), 3)]);
    let error = gateway.cache().set("key", &value, None).unwrap_err();
    assert_eq!(error.to_string(), "the value for `key` cannot be serialized");
    assert_eq!(error.source().unwrap().to_string(), "key must be a string");
    assert_eq!(crate::Error::from(error).code(), INTERNAL);
    assert_eq!(gateway.cache().get::<u8>("key").unwrap(), Some(1));
}

#[tokio::test]
async fn the_operations_do_what_the_methods_do() {
    let (gateway, hand) = gateway([]);
    let call = async |name, parameters| gateway.execute_operation("cache", name, parameters).await;
    let key = || json!({ "key": "a" });
    assert_eq!(call("get", key()).await.unwrap(), json!(null));
    assert_eq!(
        call("set", json!({ "key": "a", "value": { "n": [1.5, null] }, "ttl": 60 }))
            .await
            .unwrap(),
        true
    );
    assert_eq!(call("get", key()).await.unwrap(), json!({ "n": [1.5, null] }));
    assert_eq!(call("contains", key()).await.unwrap(), true);
    assert_eq!(
        call("set", json!({ "key": "b", "value": null, "ttl": 0 }))
            .await
            .unwrap(),
        false
    );
    assert_eq!(
        call("set", json!({ "key": "b", "value": null, "ttl": null }))
            .await
            .unwrap(),
        true
    );
    hand.freeze(std::time::Duration::from_secs(60));
    assert_eq!(call("cleanup", json!({})).await.unwrap(), 1);
    assert_eq!(call("delete", key()).await.unwrap(), false);
    assert_eq!(call("clear", json!({})).await.unwrap(), 1);
    assert_eq!(
        call("stats", json!({})).await.unwrap(),
        json!({ "hits": 1, "misses": 1, "stale": 0, "evictions": 0, "expired": 1, "entries": 0, "bytes": 0, "max_bytes": 4_194_304 })
    );
    for (ttl, text) in [
        (json!(-1), "a time to live of -1.0 seconds is not from 0 to 31557600000"),
        (
            json!(31_557_600_001_u64),
            "a time to live of 31557600001.0 seconds is not from 0 to 31557600000",
        ),
        (
            json!(1e300),
            "a time to live of 1e300 seconds is not from 0 to 31557600000",
        ),
    ] {
        let error = call("set", json!({ "key": "a", "value": 1, "ttl": ttl }))
            .await
            .unwrap_err();
        assert_eq!((error.code(), error.message()), (INVALID_PARAMETER, text));
    }
    gateway.cache().set_shared("shared", Arc::new(1), 1, None).unwrap();
    assert_eq!(
        call("get", json!({ "key": "shared" })).await.unwrap_err().code(),
        WRONG_TYPE
    );
}
