//! The free functions: each does what the typed call does, on the running invocation's gateway or the process's default one.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use std::{collections::BTreeSet, time::Duration};

use lambda_runtime::Context;
use serde_json::{Value, json};
use zerobill::{Error, Gateway, gateway::*, metrics::Unit, output::Output};

use super::{
    table::{block_on, fresh, fresh_over},
    tidy::source,
};

/// What `work` answers inside an invocation of `gateway`.
fn inside<T>(gateway: &Gateway, work: impl Future<Output = Result<T, Error>>) -> T {
    block_on(gateway.invoke(Context::default(), work)).unwrap()
}

#[test]
fn the_cache_is_that_of_the_gateway() {
    let gateway = fresh();
    inside(&gateway, async {
        assert!(cache_set("a", &0, None)?);
        assert!(!cache_set("b", &1, Some(Duration::ZERO))?);
        assert_eq!((cache_get::<u8>("a")?, cache_get::<u8>("b")?), (Some(0), None));
        assert_eq!(gateway.cache().get::<u8>("a")?, Some(0));
        assert!(cache_delete("a")? && !cache_delete("a")?);
        cache_set("c", &2, None)?;
        assert_eq!((cache_clear()?, gateway.cache().stats().entries), (1, 0));
        Ok(())
    });
}

#[test]
fn lines_are_written_at_their_levels_and_metrics_into_their_documents() {
    let output = Output::captured();
    let gateway = fresh_over(output.clone());
    gateway.logging().set_level(zerobill::logging::Level::Debug);
    inside(&gateway, async {
        log_debug("one", [("n", 1)]);
        log_info("two", ());
        log_warning("three", ());
        log_error("four", ());
        assert!(record_metric("latency", 12.5, Unit::Milliseconds)?);
        assert!(increment_counter("orders", 2.0)? && increment_counter("orders", 3.0)?);
        Ok(())
    });
    let lines = output.lines();
    let lines: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let written: Vec<_> = lines
        .iter()
        .map(|line| (line["level"].as_str(), line["message"].as_str()))
        .collect();
    for expected in [("DEBUG", "one"), ("INFO", "two"), ("WARN", "three"), ("ERROR", "four")] {
        assert!(
            written.contains(&(Some(expected.0), Some(expected.1))),
            "{expected:?}: {written:?}"
        );
    }
    assert_eq!(lines[0]["n"], 1);
    let document = lines.iter().find(|line| line.get("_aws").is_some()).unwrap();
    assert_eq!((&document["latency"], &document["orders"]), (&json!(12.5), &json!(5)));
}

#[test]
fn replies_json_ids_and_singletons_are_as_typed() {
    let gateway = fresh();
    inside(&gateway, async {
        assert_eq!(create_success_response(&[1])?, gateway.utility().create_success(&[1])?);
        let (error, typed) = (create_error_response(404, "gone", "no such order")?, gateway.utility());
        assert_eq!(error, typed.create_error(404, "gone", "no such order")?);
        assert_eq!(parse_json_safely::<Value>("[1]")?, json!([1]));
        assert_eq!(
            parse_json_safely::<Value>("[1").unwrap_err().code(),
            "invalid_parameter"
        );
        let ids: BTreeSet<_> = (0..3).map(|_| generate_correlation_id().unwrap()).collect();
        assert!(ids.len() == 3 && ids.iter().all(|id| id.len() == 36), "{ids:?}");
        let registered = register_singleton("database", 7_u8)?;
        assert_eq!(
            register_singleton("database", 8_u8).unwrap_err().code(),
            "invalid_parameter"
        );
        assert!(std::sync::Arc::ptr_eq(
            &registered,
            &get_singleton::<u8>("database")?.unwrap()
        ));
        assert!(gateway.singleton().exists("database"));
        Ok(())
    });
}

#[test]
fn requests_are_sent_by_the_gateway_s_client() {
    let gateway = fresh();
    inside(&gateway, async {
        let url = "http://shop.example/orders";
        let answers = [
            make_get_request(url).await,
            make_post_request(url, &json!({ "order": 7 })).await,
            make_request("DELETE", url, None).await,
            make_request("PUT", url, Some(&json!(7))).await,
        ];
        for answer in answers {
            match answer {
                Ok(answer) => assert_eq!(answer.status(), 200),
                Err(error) => assert!(!cfg!(feature = "http") && error.code() == "feature_disabled", "{error}"),
            }
        }
        Ok(())
    });
}

#[test]
fn secrets_and_requests_are_checked_by_the_gateway_s_settings() {
    let gateway = fresh();
    inside(&gateway, async {
        let text = encrypt_data("4711", "order")?;
        assert_eq!(gateway.security().decrypt(&text, "order")?, b"4711");
        assert_eq!(decrypt_data(&text, "order")?, b"4711");
        assert_eq!(validate_request("[1]", None)?, json!([1]));
        assert!(validate_token("no token").await.is_err());
        Ok(())
    });
}

#[test]
fn stages_stats_and_the_fast_path_are_the_gateway_s() {
    let gateway = fresh();
    inside(&gateway, async {
        assert!(record_initialization_stage("tables", Duration::from_millis(3))?);
        let report = execute_initialization_operation("report", json!({})).await?;
        assert_eq!(report["stages"][0]["name"], "tables", "{report}");
        assert_eq!(get_gateway_stats()?.usage.operations, 1);
        let is_enabled = || gateway.debug().fast_path_stats().enabled;
        disable_fast_path()?;
        assert!(!is_enabled() && !get_fast_path_stats()?.enabled);
        enable_fast_path()?;
        assert!(is_enabled() && get_fast_path_stats()?.enabled);
        gateway.execute_operation("cache", "clear", json!({})).await?;
        assert_eq!(get_fast_path_stats()?.in_window, 1);
        reset_fast_path_stats()?;
        assert_eq!(gateway.debug().fast_path_stats().in_window, 0);
        Ok(())
    });
}

/// The one test here without an invocation: a process has one default.
#[test]
fn outside_of_an_invocation_it_is_the_default_gateway() {
    let gateway = fresh();
    assert!(set_default_gateway(gateway.clone()) && !set_default_gateway(fresh()));
    cache_set("a", &1, None).unwrap();
    assert_eq!(gateway.cache().get::<u8>("a").unwrap(), Some(1));
    let other = fresh();
    assert_eq!(inside(&other, async { cache_get::<u8>("a") }), None);
    assert_eq!(default_gateway().unwrap().cache().get::<u8>("a").unwrap(), Some(1));
}

#[test]
fn each_free_function_is_called_here() {
    let (free, here) = (source("free.rs"), source("../tests/it/free_functions.rs"));
    let names = free.lines().filter_map(|line| {
        let line = line
            .strip_prefix("pub fn ")
            .or_else(|| line.strip_prefix("pub async fn "))?;
        line.split(['(', '<']).next()
    });
    let names: Vec<_> = names.collect();
    assert!(names.len() > 30, "{names:?}");
    let is_called = |name: &&str| here.contains(&format!("{name}(")) || here.contains(&format!("{name}::<"));
    let missing: Vec<_> = names.into_iter().filter(|name| !is_called(name)).collect();
    assert_eq!(missing, [""; 0]);
}
