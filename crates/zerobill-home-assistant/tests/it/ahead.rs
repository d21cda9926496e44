//! The connection to Home Assistant is opened in INIT where the HTTP client is built there.

use serde_json::Value;
use zerobill::{Gateway, Handler as _, environment::Environment, handler::Handlers, output::Output};
use zerobill_home_assistant::HomeAssistant;

use crate::house::House;

/// Starts a function with these variables; its stages of INIT, and what it logged.
async fn start(url: &str, preload: &str) -> (Vec<String>, Vec<String>) {
    let (handler, output) = (HomeAssistant::new(), Output::captured());
    let variables = [
        ("BASE_URL", url),
        ("LONG_LIVED_ACCESS_TOKEN", "zbsecret-long"),
        ("ZEROBILL_PRELOAD", preload),
    ];
    let gateway = Gateway::builder()
        .declare(handler.settings())
        .environment(Environment::from_pairs(variables))
        .output(output.clone())
        .build()
        .unwrap();
    gateway.initialization().run(&gateway);
    Handlers::new(vec![Box::new(handler)]).connect(&gateway).await;
    let stages = gateway.initialization().report().stages;
    (stages.into_iter().map(|stage| stage.name).collect(), output.lines())
}

#[tokio::test]
async fn a_function_that_builds_its_client_in_init_connects_there_and_shows_no_token() {
    let house = House::answering("405 Method Not Allowed", "", "").await;
    let (stages, lines) = start(&house.url(), "http_client").await;
    assert_eq!(stages, ["preload http_client", "connect home_assistant"]);
    assert!(lines.is_empty(), "{lines:?}");
    let asked = house.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        (asked[0].line(), asked[0].header("authorization")),
        ("HEAD /manifest.json", None)
    );
}

#[tokio::test]
async fn a_function_that_does_not_asks_nobody() {
    let house = House::answering("200 OK", "", "").await;
    let (stages, lines) = start(&house.url(), "").await;
    assert!(stages.is_empty() && lines.is_empty() && house.asked().is_empty());
}

#[tokio::test]
async fn a_house_that_is_not_there_is_a_warning_and_init_goes_on() {
    let (_, lines) = start("http://127.0.0.1:9", "http_client").await;
    let line: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(
        (&line["level"], &line["message"], &line["interface"]),
        (
            &"WARN".into(),
            &"not connected during INIT".into(),
            &"home_assistant".into()
        )
    );
    assert_eq!(lines.len(), 1, "{lines:?}");
}
