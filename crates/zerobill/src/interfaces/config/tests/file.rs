//! Files that are wrong, strange or hostile.

use proptest::prelude::*;
use serde_json::json;

use super::{builder, faults, faults_of_file, file};
use crate::error::INVALID_CONFIGURATION;

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let (_folder, path) = file("[settings.logging]\nlevl = \"INFO\"\n[setings]\n");
    let built = builder([("ZEROBILL_CACHE_MAX_BYTES", "lots")])
        .config_file(&path)
        .setting("logging.sample_rate", 2)
        .expose("debug.helth")
        .build();
    let faults = built.unwrap_err();
    let file = format!("file `{}`", path.display());
    let text = format!(
        "the configuration has 5 faults: \
         (1) {file}: there is no table `setings`; did you mean `settings`?; \
         (2) `logging.levl` in {file}: there is no setting `logging.levl`; did you mean `logging.level`?; \
         (3) environment variable `ZEROBILL_CACHE_MAX_BYTES`: `lots` is not a whole number from 1024 to 10737418240; \
         (4) `logging.sample_rate` in code: `2` is not a number from 0 to 1; \
         (5) `expose` in code: there is no operation `debug.helth`; did you mean `debug.health`?"
    );
    assert_eq!(faults.to_string(), text);
    let error = crate::Error::from(faults);
    assert_eq!((error.code(), error.message()), (INVALID_CONFIGURATION, text.as_str()));
}

#[test]
fn one_fault_reads_as_a_sentence() {
    let error = builder([]).setting("logging.level", "LOUD").build().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the configuration is not valid: `logging.level` in code: `LOUD` is not one of TRACE, DEBUG, INFO, WARN, \
         WARNING, ERROR, CRITICAL, FATAL"
    );
}

#[test]
fn a_file_that_is_not_text_or_no_file_is_a_fault() {
    assert_eq!(
        faults_of_file(b"[settings]\nservice = \"\xff\xfe\"\n"),
        ["file `FILE`: cannot be read: stream did not contain valid UTF-8"]
    );
    let folder = tempfile::tempdir().unwrap();
    let shown = folder.path().display();
    assert_eq!(
        faults(builder([]).config_file(folder.path())),
        [format!("file `{shown}`: cannot be read: Is a directory (os error 21)")]
    );
}

#[test]
fn a_key_given_twice_is_a_fault() {
    assert_eq!(
        faults_of_file("[settings]\nservice = \"a\"\nservice = \"b\"\n"),
        ["file `FILE`, line 3: not valid TOML: duplicate key"]
    );
    assert_eq!(
        faults_of_file("[settings]\n\"shop.size\" = 1\n[settings.shop]\nsize = 2\n"),
        ["`shop.size` in file `FILE`: it is set twice, once as a dotted name in quotes"]
    );
}

#[test]
fn settings_must_be_a_table_and_an_interface_is_no_value() {
    assert_eq!(
        faults_of_file("settings = 3\n"),
        ["file `FILE`: `settings` is not a table"]
    );
    assert_eq!(
        faults_of_file("[settings]\ncache = 3\n"),
        ["`cache` in file `FILE`: there is no setting `cache`; there are `cache.max_bytes`, `cache.ttl_seconds`"]
    );
    assert_eq!(
        faults_of_file("[settings]\nservice = { name = \"a\" }\n"),
        ["`service` in file `FILE`: `{\"name\":\"a\"}` is not text"]
    );
    assert_eq!(faults_of_file("# nothing\n"), Vec::<String>::new());
    assert_eq!(faults_of_file("[functions.shop]\nmemory = 128\n"), Vec::<String>::new());
}

#[test]
fn dates_nan_and_infinity_become_text() {
    let (_folder, path) = file(
        "[settings.shop]\nopened = 2026-01-02T03:04:05Z\nday = 2026-01-02\nratio = nan\nlimit = -inf\nids = [1, nan]\n",
    );
    let gateway = builder([]).config_file(&path).build().unwrap();
    let config = gateway.config();
    assert_eq!(config.value("shop.opened"), Some(json!("2026-01-02T03:04:05Z")));
    assert_eq!(config.value("shop.day"), Some(json!("2026-01-02")));
    assert_eq!(config.value("shop.ratio"), Some(json!("NaN")), "and never null");
    assert_eq!(config.value("shop.limit"), Some(json!("-inf")));
    assert_eq!(config.value("shop.ids"), Some(json!([1, "NaN"])));
    assert_eq!(
        faults_of_file("[settings.logging]\nsample_rate = nan\n"),
        ["`logging.sample_rate` in file `FILE`: `NaN` is not a number from 0 to 1"]
    );
}

#[test]
fn deep_nesting_ends_in_a_fault_and_not_in_a_full_stack() {
    let arrays = format!(
        "[settings.shop]\nids = {}{}\n",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let tables = format!(
        "[settings.shop]\nids = {}1{}\n",
        "{a=".repeat(100_000),
        "}".repeat(100_000)
    );
    let dotted = format!("[settings.shop]\n{}a = 1\n", "a.".repeat(100_000));
    for content in [arrays, tables, dotted] {
        let faults = faults_of_file(&content);
        assert_eq!(faults.len(), 1, "{}", &content[..40]);
        assert!(
            faults[0].contains("not valid TOML: ") && faults[0].contains("recurs"),
            "{}",
            faults[0]
        );
        assert!(faults[0].len() < 200, "{}", faults[0].len());
    }
}

#[test]
fn five_megabytes_are_read_and_a_long_wrong_value_is_cut_in_the_message() {
    let long = "x".repeat(5_000_000);
    let (_folder, path) = file(format!("[settings.shop]\nname = \"{long}\"\n"));
    let gateway = builder([]).config_file(&path).build().unwrap();
    assert_eq!(
        gateway.config().require::<String>("shop.name").unwrap().len(),
        5_000_000
    );
    assert_eq!(
        faults(builder([]).setting("logging.level", long)),
        [format!(
            "`logging.level` in code: `{}…` is not one of TRACE, DEBUG, INFO, WARN, WARNING, ERROR, CRITICAL, FATAL",
            "x".repeat(80)
        )]
    );
}

#[test]
fn a_hundred_thousand_keys_are_read_in_no_time() {
    let keys: Vec<_> = (0..100_000).map(|n| format!("key_{n} = {n}")).collect();
    let keys = keys.join("\n");
    let (_folder, path) = file(format!("[settings.shop]\n{keys}"));
    let gateway = builder([]).config_file(&path).build().unwrap();
    assert_eq!(gateway.config().require::<u32>("shop.key_99999").unwrap(), 99_999);
}

#[test]
fn a_key_of_the_user_s_whose_variable_is_ours_is_a_fault() {
    assert_eq!(
        faults_of_file("[settings]\nlog_level = \"DEBUG\"\n[settings.service]\nname = \"shop\"\n"),
        [
            "`log_level` in file `FILE`: there is no setting `log_level`, and its variable is that of `logging.level`; did \
             you mean that?",
            "`service` in file `FILE`: `{\"name\":\"shop\"}` is not text",
        ]
    );
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..100),
        like_toml in "(\\[settings(\\.[a-z]{1,3})?\\]|[a-z.]{1,4}|[=\"'{}\\[\\],#]|[0-9]|\\\\|\\PC| |\n){0,40}",
    ) {
        for content in [bytes, like_toml.into_bytes()] {
            for fault in faults_of_file(&content) {
                prop_assert!(fault.contains("FILE") && !fault.contains('\n'), "{fault}");
            }
        }
    }
}
