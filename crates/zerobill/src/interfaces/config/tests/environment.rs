//! The layer of the environment: variables that existing functions bring along, our own, and the user's.

use serde_json::{Value, json};

use super::{builder, faults, file};
use crate::{Gateway, environment::Environment, output::Output};

/// The messages of the lines that a gateway with these variables writes when it is built.
fn warnings(variables: &[(&str, &str)]) -> Vec<String> {
    let output = Output::captured();
    let environment = Environment::from_pairs(variables.iter().copied());
    let builder = Gateway::builder().environment(environment).output(output.clone());
    builder.build().unwrap();
    let lines: Vec<Value> = output
        .lines()
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines.iter().all(|line| line["level"] == "WARN"), "{lines:?}");
    lines
        .iter()
        .map(|line| line["message"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_variable_of_an_existing_function_that_does_not_parse_is_a_warning_and_the_default() {
    assert_eq!(
        warnings(&[
            ("POWERTOOLS_LOG_LEVEL", "LOUD"),
            ("POWERTOOLS_LOGGER_SAMPLE_RATE", "NaN"),
            ("POWERTOOLS_LOGGER_LOG_EVENT", "maybe"),
            ("POWERTOOLS_DEV", "2"),
        ]),
        [
            "environment variable `POWERTOOLS_LOG_LEVEL`: `LOUD` is not one of TRACE, DEBUG, INFO, WARN, WARNING, ERROR, \
             CRITICAL, FATAL",
            "environment variable `POWERTOOLS_LOGGER_LOG_EVENT`: `maybe` is not `true` or `false`",
            "environment variable `POWERTOOLS_LOGGER_SAMPLE_RATE`: `NaN` is not a number from 0 to 1",
            "environment variable `POWERTOOLS_DEV`: `2` is not `true` or `false`",
        ]
    );
    let gateway = builder([("POWERTOOLS_LOGGER_SAMPLE_RATE", "1.5")]).build().unwrap();
    assert_eq!(gateway.config().get::<f64>("logging.sample_rate").unwrap(), Some(0.0));
    let health = gateway.health();
    assert_eq!(health[0].1.status, crate::Status::Degraded);
    let reason = "environment variable `POWERTOOLS_LOGGER_SAMPLE_RATE`: `1.5` is not a number from 0 to 1";
    assert_eq!(health[0].1.reasons, [reason]);
}

#[test]
fn our_own_variable_that_does_not_parse_is_a_fault() {
    assert_eq!(
        faults(builder([
            ("ZEROBILL_CACHE_MAX_BYTES", "1MB"),
            ("ZEROBILL_LOG_BUFFER", "")
        ])),
        ["environment variable `ZEROBILL_CACHE_MAX_BYTES`: `1MB` is not a whole number from 1024 to 10737418240"]
    );
}

#[test]
fn our_name_wins_over_the_one_brought_along() {
    let variables = [
        ("POWERTOOLS_LOG_LEVEL", "ERROR"),
        ("ZEROBILL_LOG_LEVEL", "debug"),
        ("LOG_LEVEL", "TRACE"),
    ];
    let gateway = builder(variables).build().unwrap();
    assert_eq!(
        gateway.config().get::<String>("logging.level").unwrap().as_deref(),
        Some("DEBUG")
    );
}

#[test]
fn every_word_for_yes_and_no_is_read_in_any_case() {
    for (words, flag) in [
        ("1 y yes t true on Y YES T TRUE ON True", true),
        ("0 n no f false off N NO F FALSE OFF False", false),
    ] {
        for word in words.split(' ') {
            let padded = format!(" {word} ");
            let gateway = builder([("POWERTOOLS_DEV", padded.as_str())]).build().unwrap();
            assert_eq!(
                gateway.config().get::<bool>("logging.pretty").unwrap(),
                Some(flag),
                "{word}"
            );
        }
    }
}

#[test]
fn a_user_s_own_key_has_a_variable_and_keeps_its_type() {
    let (_folder, path) = file(
        "[settings.shop]\nregion = \"eu\"\nsize = 1\nrate = 0.5\nopen = true\ntags = [\"a\"]\n\"odd name\" = \"x\"\n",
    );
    let gateway = builder([
        ("ZEROBILL_SHOP_REGION", "us"),
        ("ZEROBILL_SHOP_SIZE", "12"),
        ("ZEROBILL_SHOP_RATE", "1e3"),
        ("ZEROBILL_SHOP_OPEN", "off"),
        ("ZEROBILL_SHOP_TAGS", "b,c"),
        ("ZEROBILL_SHOP_ODD_NAME", "y"),
    ])
    .config_file(&path)
    .build()
    .unwrap();
    let all = gateway.config().get_all();
    let shop: Vec<_> = all.into_iter().filter(|(key, _)| key.starts_with("shop.")).collect();
    assert_eq!(
        Value::Object(shop.into_iter().collect()),
        json!({
            "shop.region": "us", "shop.size": 12, "shop.rate": 1000.0, "shop.open": false, "shop.tags": "b,c",
            "shop.odd name": "y",
        })
    );
}

#[test]
fn a_key_named_in_code_wins_over_its_variable() {
    let with_variable = builder([("ZEROBILL_SHOP_SIZE", "12")]);
    let gateway = with_variable.setting("shop.size", 1).build().unwrap();
    assert_eq!(gateway.config().get::<u8>("shop.size").unwrap(), Some(1));
}

#[test]
fn a_variable_that_nothing_reads_is_warned_of_with_the_nearest_name() {
    assert_eq!(
        warnings(&[("ZEROBILL_LOG_LEVLE", "DEBUG"), ("ZEROBILL_Q", "1"), ("OTHER", "1")]),
        [
            "environment variable `ZEROBILL_LOG_LEVLE`: nothing reads it; did you mean `ZEROBILL_LOG_LEVEL`?",
            "environment variable `ZEROBILL_Q`: nothing reads it; did you mean `ZEROBILL_DEV`?",
        ]
    );
}

#[test]
fn the_file_is_found_by_its_variable_and_beside_the_function() {
    let (folder, path) = file("[settings]\nservice = \"found\"\n");
    let service = |name, value: &str| {
        let gateway = builder([(name, value)]).build().unwrap();
        gateway.config().require::<String>("service").unwrap()
    };
    assert_eq!(service("ZEROBILL_CONFIG", path.to_str().unwrap()), "found");
    assert_eq!(service("LAMBDA_TASK_ROOT", folder.path().to_str().unwrap()), "found");
    assert_eq!(service("LAMBDA_TASK_ROOT", "/nowhere"), "service_undefined");
    assert_eq!(
        faults(builder([("ZEROBILL_CONFIG", "/nowhere/zerobill.toml")])),
        ["file `/nowhere/zerobill.toml`: cannot be read: No such file or directory (os error 2)"]
    );
}
