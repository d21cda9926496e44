//! Settings from a source outside of the function: when it is asked, what wins, and what happens while it is down.

mod outages;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, SystemTime},
};

use lambda_runtime::Context;
use serde_json::json;

use super::{builder, file};
use crate::{
    Clock, ClockHand, Gateway,
    config::{Config, ConfigError, Layer, Parameter, Source, SourceError, SourceFuture},
    gateway::Builder,
    output::Output,
};

const SECOND: Duration = Duration::from_secs(1);

/// A source in memory that counts how often it is asked.
#[derive(Clone, Debug, Default)]
struct Store(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    asked: AtomicUsize,
    answer: Mutex<Answer>,
}

#[derive(Clone, Debug, Default)]
enum Answer {
    Has(Vec<Parameter>),
    Fails(&'static str),
    /// It answers after that long.
    Takes(Duration, Vec<Parameter>),
    #[default]
    Never,
}

impl Store {
    fn with<const N: usize>(pairs: [(&str, &str); N]) -> Self {
        let store = Self::default();
        store.has(pairs);
        store
    }

    fn has<const N: usize>(&self, pairs: [(&str, &str); N]) {
        self.answers(Answer::Has(parameters(pairs)));
    }

    fn answers(&self, answer: Answer) {
        *self.0.answer.lock().unwrap() = answer;
    }

    fn asked(&self) -> usize {
        self.0.asked.load(SeqCst)
    }
}

fn parameters<const N: usize>(pairs: [(&str, &str); N]) -> Vec<Parameter> {
    let parameter = |(key, text): (&str, &str)| Parameter::new(key, text, format!("parameter `{key}`"));
    pairs.map(parameter).into()
}

impl Source for Store {
    fn fetch<'a>(&'a self, _config: &'a Config) -> SourceFuture<'a> {
        Box::pin(async move {
            self.0.asked.fetch_add(1, SeqCst);
            tokio::task::yield_now().await;
            let answer = self.0.answer.lock().unwrap().clone();
            match answer {
                Answer::Has(parameters) => Ok(parameters),
                Answer::Fails(problem) => Err(SourceError(problem.to_owned())),
                Answer::Takes(time, parameters) => {
                    tokio::time::sleep(time).await;
                    Ok(parameters)
                }
                Answer::Never => std::future::pending().await,
            }
        })
    }
}

/// A gateway on a clock with a hand, whose lines are kept.
fn shop(store: &Store, builder: Builder) -> (Gateway, ClockHand, Output) {
    let (clock, hand) = Clock::manual(SystemTime::UNIX_EPOCH + 1_800_000_000 * SECOND);
    let output = Output::captured();
    let builder = builder.clock(clock).output(output.clone()).config_source(store.clone());
    (builder.build().unwrap(), hand, output)
}

async fn invoke(gateway: &Gateway) -> String {
    let work = async { Ok::<_, ()>(gateway.config().require("service").unwrap()) };
    gateway.invoke(Context::default(), work).await.unwrap()
}

fn warnings(output: &Output) -> Vec<String> {
    let lines = output.lines();
    let parsed = lines
        .iter()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let warned = parsed.filter(|line| line["level"] == "WARN");
    warned
        .map(|line| line["message"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn it_lies_over_the_file_and_below_the_environment_and_code() {
    let (_folder, path) = file("[settings]\nservice = \"file\"\n[settings.shop]\nsize = 1\nregion = \"file\"\n");
    let store = Store::with([
        ("service", "parameter"),
        ("logging.sample_rate", "0.25"),
        ("shop.size", "7"),
        ("shop.region", "parameter"),
        ("shop.colour", "red"),
        ("cache.max_bytes", "2048"),
    ]);
    let variables = [
        ("ZEROBILL_SHOP_REGION", "environment"),
        ("ZEROBILL_SHOP_COLOUR", "blue"),
    ];
    let (gateway, _, output) = shop(
        &store,
        builder(variables).config_file(path).setting("cache.max_bytes", 4096),
    );
    let config = gateway.config();
    assert_eq!(config.get::<String>("service").unwrap().as_deref(), Some("file"));
    assert_eq!(store.asked(), 0, "nothing is asked before someone waits for it");
    let changed = config.refresh().await.unwrap();
    assert_eq!(changed, ["logging.sample_rate", "service", "shop.colour", "shop.size"]);
    assert_eq!(config.require::<String>("service").unwrap(), "parameter");
    assert_eq!(config.value("logging.sample_rate"), Some(json!(0.25)));
    assert_eq!(
        config.require::<u8>("shop.size").unwrap(),
        7,
        "it is read as the file's type"
    );
    assert_eq!(config.require::<String>("shop.region").unwrap(), "environment");
    assert_eq!(config.require::<String>("shop.colour").unwrap(), "blue");
    assert_eq!(config.require::<u64>("cache.max_bytes").unwrap(), 4096);
    let sources = serde_json::to_value(config.sources()).unwrap();
    assert!(sources.as_array().unwrap().contains(&json!(
        { "key": "service", "source": "parameters", "place": "parameter `service`" }
    )));
    config.set("service", "set").unwrap();
    assert_eq!(config.refresh().await.unwrap(), [""; 0]);
    assert_eq!(config.require::<String>("service").unwrap(), "set");
    config.set("service", serde_json::Value::Null).unwrap();
    assert_eq!(config.require::<String>("service").unwrap(), "parameter");
    assert_eq!(
        config
            .sources()
            .iter()
            .filter(|source| source.source == Layer::Parameters)
            .count(),
        3
    );
    assert_eq!(warnings(&output), [""; 0]);
}

#[tokio::test]
async fn an_invocation_asks_at_once_and_again_when_the_answer_is_old() {
    let store = Store::with([("service", "one")]);
    let (gateway, hand, _) = shop(&store, builder([("POWERTOOLS_PARAMETERS_MAX_AGE", "60")]));
    assert_eq!(invoke(&gateway).await, "one");
    store.has([("service", "two")]);
    hand.freeze(59 * SECOND);
    assert_eq!((invoke(&gateway).await.as_str(), store.asked()), ("one", 1));
    hand.freeze(SECOND);
    assert_eq!((invoke(&gateway).await.as_str(), store.asked()), ("two", 2));
    store.has([]);
    hand.freeze(60 * SECOND);
    assert_eq!(
        invoke(&gateway).await,
        "service_undefined",
        "what is gone there is gone here"
    );
}

#[tokio::test]
async fn interfaces_follow_what_was_changed_there() {
    let store = Store::with([("logging.level", "ERROR")]);
    let (gateway, _, output) = shop(&store, builder([]));
    gateway.logging().info("before", ());
    gateway.config().refresh().await.unwrap();
    gateway.logging().info("quiet", ());
    store.has([("logging.level", "INFO")]);
    gateway.config().refresh().await.unwrap();
    gateway.logging().info("after", ());
    let lines = output.lines().join("\n");
    assert!(
        lines.contains("before") && lines.contains("after") && !lines.contains("quiet"),
        "{lines}"
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_parameter_is_warned_of_once_and_left_out() {
    let store = Store::with([
        ("logging.sample_rate", "often"),
        ("logging.levle", "INFO"),
        ("config.ssm_path", "/elsewhere"),
        ("expose", "debug.*"),
        ("service", "shop"),
    ]);
    let (gateway, _, output) = shop(&store, builder([]));
    for _ in 0..2 {
        gateway.config().refresh().await.unwrap();
        assert_eq!(invoke(&gateway).await, "shop");
    }
    assert_eq!(gateway.config().value("logging.sample_rate"), Some(json!(0.0)));
    assert_eq!(gateway.config().value("config.ssm_path"), None);
    let why = "it is left out: only the file, the environment and code may say what is exposed, and where to look";
    assert_eq!(
        warnings(&output),
        [
            "parameter `logging.sample_rate`: `often` is not a number from 0 to 1; the value below holds".to_owned(),
            "parameter `logging.levle`: there is no setting `logging.levle`; did you mean `logging.level`?; it is left out"
                .to_owned(),
            format!("parameter `config.ssm_path`: {why}"),
            format!("parameter `expose`: {why}"),
        ]
    );
}

#[tokio::test]
async fn a_secret_parameter_is_shown_nowhere_whatever_its_name() {
    let secret = |key: &str, text: &str| Parameter::new(key, text, format!("parameter `{key}`")).secret(true);
    let store = Store::default();
    store.answers(Answer::Has(vec![
        secret("shop.region", "zbsecret-region"),
        secret("logging.sample_rate", "zbsecret-rate"),
        secret("logging.levle", "zbsecret-level"),
    ]));
    let (gateway, _, output) = shop(&store, builder([("ZEROBILL_SHOP_SIZE", "zbsecret-size")]));
    invoke(&gateway).await;
    let config = gateway.config();
    assert_eq!(config.require::<String>("shop.region").unwrap(), "zbsecret-region");
    assert_eq!(
        (config.shown("shop.region"), &config.get_all()["shop.region"]),
        (Some(json!("***")), &json!("***"))
    );
    let error = crate::Error::from(config.get::<u8>("shop.region").unwrap_err());
    config.set("shop.region", "zbsecret-set").unwrap();
    assert_eq!(
        config.shown("shop.region"),
        Some(json!("***")),
        "what lies over it is kept too"
    );
    let printed = format!(
        "{config:?} {error:?} {} {:?} {}",
        error.detail(),
        store.0,
        output.lines().join("\n")
    );
    assert!(
        printed.contains("`***` is not a number") && !printed.contains("zbsecret"),
        "{printed}"
    );
}

#[tokio::test]
async fn callers_at_the_same_time_share_one_answer() {
    let store = Store::with([("service", "one")]);
    let (gateway, _, _) = shop(&store, builder([]));
    let config = gateway.config();
    let (first, second, third) = tokio::join!(config.refresh(), config.refresh(), config.resolve());
    assert_eq!(store.asked(), 1);
    let expected = vec!["service".to_owned()];
    assert_eq!(
        (first.unwrap(), second.unwrap(), third.unwrap()),
        (expected.clone(), expected.clone(), expected)
    );
    config.refresh().await.unwrap();
    assert_eq!(store.asked(), 2, "later callers ask anew");
}

#[tokio::test]
async fn reload_and_validate_keep_what_the_source_answered() {
    let (_folder, path) = file("[settings]\nservice = \"file\"\n");
    let store = Store::with([("service", "parameter"), ("logging.sample_rate", "often")]);
    let (gateway, _, _) = shop(&store, builder([]).config_file(&path));
    let config = gateway.config();
    config.refresh().await.unwrap();
    std::fs::write(&path, "[settings]\nservice = \"file\"\n[settings.shop]\nsize = 1\n").unwrap();
    assert_eq!(
        config.refresh().await.unwrap(),
        [""; 0],
        "a refresh does not read the file"
    );
    assert_eq!(config.reload().unwrap(), ["shop.size"]);
    assert_eq!(config.require::<String>("service").unwrap(), "parameter");
    assert_eq!(config.validate().len(), 1);
    assert_eq!(store.asked(), 2);
}

#[tokio::test]
async fn a_function_starts_whatever_the_source_says() {
    let store = Store::with([("service", "shop"), ("security.opaque_token", "too short")]);
    let output = Output::captured();
    let variables = [("ZEROBILL_CACHE_MAX_BYTES", "many"), ("ZEROBILL_SHOP_SIZE", "3")];
    let builder = builder(variables).output(output.clone()).config_source(store.clone());
    let (gateway, faults) = builder.build_resolved().await;
    assert_eq!(gateway.initialization().report().stages[0].name, "settings");
    assert_eq!(gateway.config().require::<String>("service").unwrap(), "shop");
    let faults: Vec<_> = faults.iter().map(|fault| fault.place.as_str()).collect();
    assert_eq!(
        faults,
        ["environment variable `ZEROBILL_CACHE_MAX_BYTES`"],
        "of its own it still says everything"
    );
    let warned = warnings(&output);
    assert_eq!(warned.len(), 2, "{warned:#?}");
    assert!(
        warned[0].contains("`ZEROBILL_SHOP_SIZE`: nothing reads it"),
        "{warned:#?}"
    );
    assert!(
        warned[1].contains("security.opaque_token") && !warned[1].contains("too short"),
        "{warned:#?}"
    );
    assert_eq!(invoke(&gateway).await, "shop");
    assert_eq!(
        (store.asked(), warnings(&output).len()),
        (1, 2),
        "what was read at the start is good for a while"
    );
}

#[tokio::test]
async fn by_name_it_answers_the_same() {
    let store = Store::with([("service", "one")]);
    let (gateway, _, _) = shop(&store, builder([]));
    let refreshed = gateway.execute_operation("config", "refresh", json!({})).await.unwrap();
    assert_eq!(refreshed, json!(["service"]));
    let resolved = gateway.execute_operation("config", "resolve", json!({})).await.unwrap();
    assert_eq!((resolved, store.asked()), (json!([]), 1));
}
