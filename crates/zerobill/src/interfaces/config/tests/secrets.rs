//! No value under a secret's name is shown, wherever it stands and whatever is wrong with it.

use std::error::Error as _;

use serde_json::{Value, json};

use super::{builder, faults_of_file, file};
use crate::{Gateway, config::Secret};

const MARKER: &str = "zbsecret-config";

fn gateway() -> Gateway {
    builder([])
        .setting("shop.api_key", MARKER)
        .setting("token.value", MARKER)
        .setting("shop.servers", json!([{ "host": "a", "password": MARKER }]))
        .setting("shop.clients", json!({ "password": { "old": MARKER } }))
        .build()
        .unwrap()
}

#[test]
fn get_all_and_shown_mask_nested_secrets_too() {
    let gateway = gateway();
    let all = gateway.config().get_all();
    assert_eq!(all["shop.api_key"], "***");
    assert_eq!(all["token.value"], "***");
    assert_eq!(all["shop.servers"], json!([{ "host": "a", "password": "***" }]));
    assert_eq!(
        gateway.config().shown("shop.clients"),
        Some(json!({ "password": "***" }))
    );
    assert!(!Value::Object(all).to_string().contains(MARKER));
}

#[test]
fn the_typed_call_hands_out_what_the_operation_masks() {
    let gateway = gateway();
    let key = gateway.config().require::<Secret>("shop.api_key").unwrap();
    assert_eq!(key.expose(), MARKER);
    assert_eq!(format!("{key} {key:?} {}", json!(key)), r#"*** *** "***""#);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let call = gateway.execute_operation("config", "get", json!({ "key": "shop.api_key" }));
    assert_eq!(runtime.block_on(call).unwrap(), "***");
}

#[test]
fn debug_of_a_gateway_its_builder_and_its_interfaces_shows_no_secret() {
    let builder = builder([]).setting("shop.api_key", MARKER);
    assert!(format!("{builder:?}").contains("shop.api_key"));
    assert!(!format!("{builder:?}").contains(MARKER));
    let gateway = builder.build().unwrap();
    gateway.cache().set("token", MARKER, None).unwrap();
    gateway.logging().append_keys([("token", MARKER)]);
    let shown = format!(
        "{gateway:?} {:?} {:?} {:?}",
        gateway.config(),
        gateway.cache(),
        gateway.logging()
    );
    assert!(shown.contains("shop.api_key"));
    assert!(!shown.contains(MARKER), "{shown}");
}

#[test]
fn a_secret_of_the_wrong_type_is_not_quoted() {
    let gateway = gateway();
    let error = gateway.config().get::<u8>("shop.api_key").unwrap_err();
    assert!(
        error.source().is_none() && !format!("{error:?}").contains(MARKER),
        "{error:?}"
    );
}

#[test]
fn faults_show_no_secret() {
    let (_folder, path) = file(format!("[settings]\nservice = {{ password = \"{MARKER}\" }}\n"));
    let (_, faults) = builder([]).config_file(&path).build_anyway();
    assert!(
        faults[0].problem.starts_with(r#"`{"password":"***"}` is not text"#),
        "{}",
        faults[0]
    );
    for broken in [
        format!("[settings]\npassword = \"{MARKER}\n"),
        format!("[settings]\npassword = {MARKER}\n"),
        format!("[settings]\npassword {MARKER}\n"),
        format!("[settings]\npassword = \"a\"\npassword = \"{MARKER}\"\n"),
        format!("[settings]\npassword = \"\\u{MARKER}\"\n"),
    ] {
        let faults = faults_of_file(&broken);
        assert_eq!(faults.len(), 1, "{broken}");
        assert!(!faults[0].contains(MARKER), "{}", faults[0]);
    }
}
