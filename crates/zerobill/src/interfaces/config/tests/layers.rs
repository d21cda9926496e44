//! Which layer wins, and what `set`, `reload`, `sources` and `validate` do.

use serde_json::{Value, json};

use super::{builder, file};
use crate::{
    Gateway,
    config::{ConfigError, Layer},
    error::{INVALID_CONFIGURATION, NOT_FOUND, WRONG_TYPE},
};

fn service(gateway: &Gateway) -> String {
    gateway.config().require("service").unwrap()
}

fn source(gateway: &Gateway, key: &str) -> (Layer, String) {
    let sources = gateway.config().sources();
    let found = sources.into_iter().find(|source| source.key == key).unwrap();
    (found.source, found.place)
}

#[test]
fn each_layer_wins_over_the_one_below() {
    let (_folder, path) = file("[settings]\nservice = \"file\"\n");
    let named = "POWERTOOLS_SERVICE_NAME";

    let gateway = builder([]).build().unwrap();
    assert_eq!(service(&gateway), "service_undefined");
    assert_eq!(source(&gateway, "service"), (Layer::Default, "default".to_owned()));

    let gateway = builder([]).config_file(&path).build().unwrap();
    assert_eq!(service(&gateway), "file");
    let place = format!("`service` in file `{}`", path.display());
    assert_eq!(source(&gateway, "service"), (Layer::File, place));

    let gateway = builder([(named, "environment")]).config_file(&path).build().unwrap();
    assert_eq!(service(&gateway), "environment");
    let place = "environment variable `POWERTOOLS_SERVICE_NAME`".to_owned();
    assert_eq!(source(&gateway, "service"), (Layer::Environment, place));

    let with_both = builder([(named, "environment")]).config_file(&path);
    let gateway = with_both.setting("service", "builder").build().unwrap();
    assert_eq!(service(&gateway), "builder");
    assert_eq!(
        source(&gateway, "service"),
        (Layer::Builder, "`service` in code".to_owned())
    );

    gateway.config().set("service", "set").unwrap();
    assert_eq!(service(&gateway), "set");
    assert_eq!(
        source(&gateway, "service"),
        (Layer::Set, "`config.set` of `service`".to_owned())
    );

    gateway.config().set("service", Value::Null).unwrap();
    assert_eq!(service(&gateway), "builder", "null takes the value back");
}

#[test]
fn null_in_code_is_no_value() {
    let gateway = builder([])
        .setting("service", Value::Null)
        .setting("shop.region", Value::Null)
        .build()
        .unwrap();
    assert_eq!(service(&gateway), "service_undefined");
    assert_eq!(gateway.config().value("shop.region"), None);
}

#[test]
fn set_takes_what_the_setting_takes_and_nothing_else() {
    let gateway = builder([]).build().unwrap();
    let config = gateway.config();
    config.set("logging.sample_rate", "0.5").unwrap();
    assert_eq!(config.get::<f64>("logging.sample_rate").unwrap(), Some(0.5));
    config.set("logging.pretty", "yes").unwrap();
    assert_eq!(config.get::<bool>("logging.pretty").unwrap(), Some(true));
    config.set("logging.level", "warning").unwrap();
    assert_eq!(
        config.get::<String>("logging.level").unwrap().as_deref(),
        Some("WARNING")
    );

    for (key, value, text) in [
        (
            "logging.sample_rate",
            json!(1.5),
            "`config.set` of `logging.sample_rate`: `1.5` is not a number from 0 to 1",
        ),
        (
            "logging.buffer_bytes",
            json!(0),
            "`config.set` of `logging.buffer_bytes`: `0` is not a whole number from 1 to 6291456",
        ),
        (
            "logging.max_bytes",
            json!(-1),
            "`config.set` of `logging.max_bytes`: `-1` is not a whole number from 0",
        ),
        (
            "service",
            json!(["a"]),
            "`config.set` of `service`: `[\"a\"]` is not text",
        ),
        (
            "cache.max_byte",
            json!(1),
            "`config.set` of `cache.max_byte`: there is no setting `cache.max_byte`; did you mean `cache.max_bytes`?",
        ),
        (
            "cache",
            json!(1),
            "`config.set` of `cache`: there is no setting `cache`; there are `cache.max_bytes`, `cache.ttl_seconds`",
        ),
    ] {
        let error = config.set(key, value).unwrap_err();
        assert_eq!(error.to_string(), text);
        assert_eq!(crate::Error::from(error).code(), INVALID_CONFIGURATION);
    }
    assert_eq!(
        config.get::<f64>("logging.sample_rate").unwrap(),
        Some(0.5),
        "it keeps what it had"
    );
}

#[test]
fn a_wrong_type_and_a_missing_value_are_told_apart() {
    let gateway = builder([]).setting("shop.size", 3).build().unwrap();
    let config = gateway.config();
    assert_eq!(config.get::<u8>("shop.size").unwrap(), Some(3));
    assert_eq!(config.get::<u8>("shop.colour").unwrap(), None);

    let error = config.get::<String>("shop.size").unwrap_err();
    assert_eq!(
        error.to_string(),
        "setting `shop.size` is of another type than the one asked for"
    );
    assert_eq!(crate::Error::from(error).code(), WRONG_TYPE);

    let error = config.require::<u8>("shop.colour").unwrap_err();
    assert!(matches!(&error, ConfigError::NotSet(key) if key == "shop.colour"));
    assert_eq!(error.to_string(), "setting `shop.colour` is not set");
    assert_eq!(crate::Error::from(error).code(), NOT_FOUND);
}

#[test]
fn reload_takes_what_changed_and_names_it() {
    let (_folder, path) = file("[settings]\nservice = \"one\"\n[settings.shop]\nregion = \"eu\"\nsize = 1\n");
    let gateway = builder([]).config_file(&path).build().unwrap();
    assert_eq!(gateway.config().reload().unwrap(), Vec::<String>::new());

    std::fs::write(
        &path,
        "[settings]\nservice = \"two\"\n[settings.shop]\nsize = 1\ncolour = \"red\"\n",
    )
    .unwrap();
    assert_eq!(
        gateway.config().get::<String>("shop.region").unwrap().as_deref(),
        Some("eu")
    );
    assert_eq!(
        gateway.config().reload().unwrap(),
        ["service", "shop.colour", "shop.region"]
    );
    assert_eq!(service(&gateway), "two");
    assert_eq!(gateway.config().value("shop.region"), None);
}

#[test]
fn a_file_that_broke_changes_nothing() {
    let (_folder, path) = file("[settings]\nservice = \"one\"\n");
    let gateway = builder([]).config_file(&path).build().unwrap();
    std::fs::write(&path, "[settings]\nservice = \n").unwrap();

    let error = gateway.config().reload().unwrap_err();
    let start = format!("file `{}`, line 2: not valid TOML: ", path.display());
    assert!(error.to_string().starts_with(&start), "{error}");
    assert_eq!(service(&gateway), "one");
    assert_eq!(gateway.config().validate().len(), 1);
}

#[test]
fn set_while_the_file_is_broken_does_not_lose_the_file_s_values() {
    let (_folder, path) = file("[settings]\nservice = \"one\"\n");
    let gateway = builder([]).config_file(&path).build().unwrap();
    std::fs::write(&path, "broken").unwrap();
    gateway.config().set("shop.region", "eu").unwrap();
    assert_eq!(service(&gateway), "one");
}

#[test]
fn set_does_not_take_over_what_the_file_says_now() {
    let (_folder, path) = file("[settings]\nservice = \"one\"\n");
    let gateway = builder([]).config_file(&path).build().unwrap();
    std::fs::write(&path, "[settings]\nservice = \"two\"\n").unwrap();
    gateway.config().set("shop.region", "eu").unwrap();
    assert_eq!(service(&gateway), "one", "only `reload` does");
}

#[tokio::test]
async fn the_operations_do_what_the_methods_do() {
    let gateway = builder([]).build().unwrap();
    let call = async |name, parameters| gateway.execute_operation("config", name, parameters).await;
    assert_eq!(
        call("get", json!({ "key": "service" })).await.unwrap(),
        "service_undefined"
    );
    assert_eq!(
        call("set", json!({ "key": "service", "value": "shop" })).await.unwrap(),
        Value::Null
    );
    assert_eq!(service(&gateway), "shop");
    assert_eq!(call("get_all", json!({})).await.unwrap()["service"], "shop");
    assert_eq!(call("reload", json!({})).await.unwrap(), json!([]));
    assert_eq!(call("validate", json!({})).await.unwrap(), json!([]));
    let sources = call("sources", json!({})).await.unwrap();
    let expected = json!({ "key": "service", "source": "set", "place": "`config.set` of `service`" });
    assert!(sources.as_array().unwrap().contains(&expected), "{sources}");
    let error = call("set", json!({ "key": "logging.level", "value": "LOUD" }))
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), error.message()),
        (
            INVALID_CONFIGURATION,
            "`config.set` of `logging.level`: `LOUD` is not one of TRACE, DEBUG, INFO, WARN, WARNING, ERROR, CRITICAL, FATAL"
        )
    );
}
