//! Faults of an older toolkit that must not come back: each test is named after one. What other crates do is pointed at.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use base64_simd::STANDARD;
use lambda_runtime::Context;
use serde_json::{Value, json};
use zerobill::{Clock, Error, Gateway, environment::Environment, metrics::Unit, output::Output};

use super::table::{block_on, fresh};

fn gateway<const N: usize>(settings: [(&str, Value); N]) -> (Gateway, Output) {
    let output = Output::captured();
    let builder = Gateway::builder()
        .environment(Environment::default())
        .output(output.clone())
        .setting("service", "shop");
    let builder = settings
        .into_iter()
        .fold(builder, |builder, (key, value)| builder.setting(key, value));
    (builder.build().unwrap(), output)
}

fn lines(output: &Output) -> Vec<Value> {
    let lines = output.lines();
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn encryption_that_is_base64_with_a_built_in_key() {
    let (without_key, _) = gateway([]);
    let error = Error::from(without_key.security().encrypt("4711", "").unwrap_err());
    assert!(error.message().contains("security.encryption_secrets"), "{error}");
    let one = fresh();
    let plain = "the same sentence as before";
    let ciphertexts = [(); 2].map(|()| one.security().encrypt(plain, "").unwrap());
    assert_ne!(ciphertexts[0], ciphertexts[1], "the nonce is a fresh one");
    for ciphertext in &ciphertexts {
        assert!(
            !ciphertext.contains(&STANDARD.encode_to_string(plain)[..30]),
            "{ciphertext}"
        );
        assert_eq!(one.security().decrypt(ciphertext, "").unwrap(), plain.as_bytes());
    }
    let other_key = json!("k1=emJzZWNyZXQtYW5vdGhlci1rZXktb2YtdGVzdHMtMDE=");
    let (other, _) = gateway([("security.encryption_secrets", other_key)]);
    other.security().decrypt(&ciphertexts[0], "").unwrap_err();
}

async fn refused(token: &str) -> Error {
    let (gateway, parameters) = (fresh(), json!({ "token": token }));
    let answer = gateway
        .execute_operation("security", "validate_token", parameters)
        .await;
    answer.unwrap_err()
}

#[tokio::test]
async fn a_token_check_that_any_base64_passes() {
    let header = STANDARD.encode_to_string(r#"{"alg":"HS256"}"#).replace('=', "");
    let claims = STANDARD
        .encode_to_string(r#"{"sub":"ann","exp":4102444800}"#)
        .replace('=', "");
    for token in [
        "aGVsbG8=".to_owned(),
        format!("{header}.{claims}.{claims}"),
        format!("{header}.{claims}."),
    ] {
        let error = refused(&token).await;
        assert!(
            ["invalid_token", "feature_disabled"].contains(&error.code()),
            "{}: {error}",
            error.code()
        );
    }
}

#[tokio::test]
async fn a_token_check_that_is_skipped_when_no_token_is_sent() {
    let error = refused("").await;
    assert!(
        ["invalid_token", "feature_disabled"].contains(&error.code()),
        "{}: {error}",
        error.code()
    );
    for parameters in [json!({}), json!({ "token": null })] {
        let answer = fresh()
            .execute_operation("security", "validate_token", parameters)
            .await;
        assert!(["missing_parameter", "invalid_parameter"].contains(&answer.unwrap_err().code()));
    }
}

#[cfg(feature = "http")]
#[tokio::test]
async fn a_cache_key_that_ignores_who_asks() {
    use std::{
        io::{BufRead, BufReader, Write},
        net::TcpListener,
    };
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/mine", server.local_addr().unwrap());
    // Says who asked, and that the answer may be kept.
    let serving = std::thread::spawn(move || {
        for _ in 0..2 {
            let (mut stream, _) = server.accept().unwrap();
            let request = BufReader::new(stream.try_clone().unwrap()).lines();
            let head: Vec<_> = request
                .map(Result::unwrap)
                .take_while(|line| !line.is_empty())
                .collect();
            let who = head
                .iter()
                .find_map(|line| line.strip_prefix("authorization: "))
                .unwrap();
            let head = "HTTP/1.1 200 OK\r\ncache-control: max-age=600\r\nconnection: close";
            write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{who}", who.len()).unwrap();
        }
    });
    let (gateway, _) = gateway([]);
    for who in ["zbsecret-ann", "zbsecret-bob"] {
        let request = gateway.http_client().get(&url).header("authorization", who);
        assert_eq!(request.send().await.unwrap().text().unwrap(), who);
    }
    serving.join().unwrap();
}

#[test]
fn a_cache_without_a_bound() {
    let (gateway, _) = gateway([("cache.max_bytes", json!(1 << 20))]);
    for n in 0..20_000 {
        gateway
            .cache()
            .set(&format!("key {n}"), &"x".repeat(1_000), None)
            .unwrap();
    }
    let stats = gateway.cache().stats();
    assert!(stats.bytes <= 1 << 20 && stats.entries < 1_100, "{stats:?}");
    assert_eq!(stats.evictions + stats.entries, 20_000);
}

#[tokio::test]
async fn metrics_that_are_never_emitted() {
    let (gateway, output) = gateway([("metrics.namespace", json!("Shop"))]);
    let work = async {
        gateway.metrics().record("orders", 3.0, Unit::Count).unwrap();
        Ok::<_, Error>(())
    };
    gateway.invoke(Context::default(), work).await.unwrap();
    let lines = lines(&output);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["_aws"]["CloudWatchMetrics"][0]["Namespace"], "Shop");
    assert_eq!(lines[0]["orders"], json!(3));
}

#[test]
fn metrics_dropped_silently_after_ten_names() {
    let (gateway, output) = gateway([("metrics.namespace", json!("Shop"))]);
    let taken = |n: u8| {
        gateway
            .metrics()
            .record(&format!("metric {n}"), 1.0, Unit::Count)
            .unwrap()
    };
    let taken: Vec<bool> = (1..=11).map(taken).collect();
    assert_eq!(taken, [vec![true; 10], vec![false]].concat());
    let warnings: Vec<_> = lines(&output)
        .into_iter()
        .filter(|line| line["level"] == "WARN")
        .collect();
    assert!(
        warnings.len() == 1 && warnings[0].to_string().contains("metric 11"),
        "{warnings:?}"
    );
}

/// Calls an operation so often that its last calls are those of a promoted one.
fn call_until_hot(gateway: &Gateway, operation: &str, parameters: impl Fn(usize) -> Value) -> Vec<Value> {
    let handle = gateway.resolve(operation).unwrap();
    let answers = block_on(async {
        let mut answers = Vec::new();
        for n in 0..200 {
            answers.push(handle.call(parameters(n)).await.unwrap());
        }
        answers
    });
    assert!(gateway.debug().fast_path_stats().operations[operation].hits > 100);
    answers
}

#[test]
fn a_fast_path_that_drops_log_messages() {
    let (gateway, output) = gateway([]);
    call_until_hot(&gateway, "logging.info", |n| json!({ "message": format!("line {n}") }));
    let written: Vec<_> = lines(&output).iter().map(|line| line["message"].clone()).collect();
    let expected: Vec<_> = (0..200).map(|n| json!(format!("line {n}"))).collect();
    assert_eq!(written, expected);
}

#[test]
fn a_fast_path_that_ignores_the_time_to_live() {
    let (clock, hand) = Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    let builder = Gateway::builder().environment(Environment::default()).clock(clock);
    let gateway = builder.output(Output::captured()).build().unwrap();
    call_until_hot(&gateway, "cache.set", |n| json!({ "key": "k", "value": n, "ttl": 60 }));
    let read = |_| json!({ "key": "k" });
    assert_eq!(call_until_hot(&gateway, "cache.get", read)[199], json!(199));
    hand.advance(Duration::from_secs(60));
    assert_eq!(call_until_hot(&gateway, "cache.get", read)[199], Value::Null);
}

#[tokio::test]
async fn a_logger_that_stops_after_500_lines_for_the_life_of_the_process() {
    let (gateway, output) = gateway([]);
    for _ in 0..4 {
        let work = async {
            (0..500).for_each(|n| gateway.logging().info("still here", [("n", n)]));
            Ok::<_, Error>(())
        };
        gateway.invoke(Context::default(), work).await.unwrap();
    }
    assert_eq!(
        lines(&output)
            .iter()
            .filter(|line| line["message"] == "still here")
            .count(),
        2_000
    );
}

/// Faults whose tests stand where the parts are: the fault, the file from the workspace's root on, and the test.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    (
        "a health check whose body is lost",
        "crates/zerobill-function/tests/it/request_types.rs",
        "a_health_check_names_every_interface",
    ),
    (
        "a health check whose body is lost, over HTTP",
        "crates/zerobill-function/tests/it/http.rs",
        "health_is_public_and_tells_nothing_else",
    ),
    (
        "a directive that is sent without a token, or with another's",
        "crates/zerobill-home-assistant/tests/it/tokens.rs",
        "a_directive_without_a_token_is_not_sent",
    ),
    (
        "analytics that count what was ever loaded instead of what the request used",
        "crates/zerobill/src/analytics/tests.rs",
        "what_a_request_asks_the_gateway_for_is_used_and_what_is_merely_built_is_not",
    ),
    (
        "analytics in a list without a bound",
        "crates/zerobill/src/analytics/tests/stress.rs",
        "a_million_requests_of_random_kinds_take_no_more_memory_than_some_thousands",
    ),
    (
        "analytics whose memory grows with what comes",
        "crates/zerobill/tests/allocations.rs",
        "counting_a_request_allocates_nothing_and_memory_is_bounded_whatever_comes",
    ),
    (
        "analytics with thresholds that disagree",
        "crates/zerobill-cli/tests/it/thresholds.rs",
        "analytics_thresholds_that_disagree",
    ),
    (
        "recommendations that nothing acts on",
        "crates/zerobill/src/interfaces/initialization/tests.rs",
        "auto_builds_what_the_file_beside_the_function_names",
    ),
    (
        "figures that nothing measured",
        "xtask/src/bench/readme.rs",
        "the_readme_s_table_is_that_of_the_newest_results",
    ),
];

#[test]
fn a_test_that_is_pointed_at_is_there() {
    for (fault, file, name) in ELSEWHERE {
        let text = fs::read_to_string(workspace().join(file)).unwrap();
        let there = functions(&text)
            .iter()
            .any(|function| function.is_test && function.name == *name);
        assert!(there, "{fault}: no test `{name}` in {file}");
    }
}

#[test]
fn tests_that_assert_nothing() {
    let (mut found, mut idle) = (0, Vec::new());
    for file in sources(&workspace()) {
        let text = fs::read_to_string(&file).unwrap();
        let functions = functions(&text);
        found += functions.iter().filter(|function| function.is_test).count();
        idle.extend(idle_tests(&functions).map(|name| format!("{}: {name}", file.display())));
    }
    assert!(found > 800, "{found}");
    assert!(idle.is_empty(), "{idle:#?}");
}

#[test]
fn the_search_for_tests_that_assert_nothing_finds_them() {
    let text = "#[test]|fn idle() {|    let answer = 7;|}||fn helper() {|    assert_eq!(1, 1);|}||mod tests {|    #[tokio::test]|    \
                async fn busy() {|        assert_eq!(1, 1);|    }||    #[test]|    fn helped() {|        helper();|    }|}|";
    let text = text.replace('|', "\n");
    assert_eq!(idle_tests(&functions(&text)).collect::<Vec<_>>(), ["idle"]);
}

/// The tests that cannot fail: they neither assert nor unwrap, call no function of their file that does, and are not there to see
/// that nothing panics.
fn idle_tests<'a>(functions: &'a [Function<'a>]) -> impl Iterator<Item = &'a str> {
    let asserts = |body: &str| {
        ["assert", "unwrap", "expect", "panic", "refused", "?;"]
            .iter()
            .any(|word| body.contains(word))
    };
    let helpers: Vec<_> = functions
        .iter()
        .filter(|function| asserts(&function.body))
        .map(|function| format!("{}(", function.name))
        .collect();
    let is_helped = move |body: &str| helpers.iter().any(|helper| body.contains(helper.as_str()));
    let is_idle =
        move |test: &Function<'_>| !test.name.contains("panic") && !asserts(&test.body) && !is_helped(&test.body);
    let tests = functions
        .iter()
        .filter(move |function| function.is_test && is_idle(function));
    tests.map(|test| test.name)
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The Rust files of the crates and of `xtask`.
fn sources(workspace: &Path) -> Vec<PathBuf> {
    let (mut folders, mut files) = (vec![workspace.join("crates"), workspace.join("xtask")], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

struct Function<'a> {
    is_test: bool,
    name: &'a str,
    body: String,
}

/// The functions of a file that is laid out as rustfmt does.
fn functions(text: &str) -> Vec<Function<'_>> {
    let lines: Vec<_> = text.lines().collect();
    let mut functions = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let Some((before, rest)) = line.split_once("fn ") else {
            continue;
        };
        let (indent, words) = before.split_at(before.len() - before.trim_start().len());
        if !words
            .split_whitespace()
            .all(|word| ["async", "pub", "pub(crate)", "pub(super)"].contains(&word))
        {
            continue;
        }
        let attributes = lines[..number]
            .iter()
            .rev()
            .map_while(|line| line.trim_start().strip_prefix("#["));
        let end = format!("{indent}}}");
        let body: Vec<_> = lines[number + 1..]
            .iter()
            .copied()
            .take_while(|line| *line != end)
            .collect();
        functions.push(Function {
            is_test: attributes
                .into_iter()
                .any(|attribute| attribute.starts_with("test]") || attribute.starts_with("tokio::test")),
            name: rest.split(['(', '<']).next().unwrap_or_default(),
            body: body.join("\n"),
        });
    }
    functions
}
