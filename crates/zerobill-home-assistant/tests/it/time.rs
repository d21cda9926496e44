//! Answers come in time, and what was sent by then goes on. Takes two seconds in real time.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::{sync::Notify, time::timeout};

use crate::{
    house::{Act, House, answer},
    lab::{Lab, directive, error, skill, turn_on},
};

/// How long anything may take that does come.
const PATIENCE: Duration = Duration::from_secs(10);

/// A house that answers once it is told to.
async fn slow() -> (House, Arc<Notify>) {
    let go = Arc::new(Notify::new());
    let answer = answer("200 OK", "", r#"{"event":{},"response":{}}"#);
    (House::start(Act::Wait(answer, Arc::clone(&go))).await, go)
}

fn hasty(house: &House) -> Lab {
    Lab::with(&house.url(), &[("ZEROBILL_HOME_ASSISTANT_TIMEOUT_SECONDS", "0.4")])
}

#[tokio::test]
async fn a_directive_that_takes_longer_is_answered_and_runs_to_its_end() {
    let (house, go) = slow().await;
    let lab = hasty(&house);
    let (error_type, message) = error(&lab.ask(turn_on()).await);
    assert_eq!(
        (error_type.as_str(), message.as_str()),
        ("BRIDGE_UNREACHABLE", "still running in Home Assistant")
    );
    assert_eq!(lab.failure().0, "WARN");
    go.notify_one();
    timeout(PATIENCE, house.has_ended()).await.unwrap();
    assert_eq!(house.asked().len(), 1, "it is not sent again");
    let told = |line: &Value| line["message"] == "Home Assistant has ended what was still running";
    let ended = async {
        while !lab.logged().iter().any(told) {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, ended).await.unwrap();
    let logged = lab.logged();
    let line = logged.iter().find(|line| told(line)).unwrap();
    assert_eq!(line["status"], 200);
    assert!(line["took_ms"].as_u64().unwrap() >= 250, "{line}");
}

#[tokio::test]
async fn a_scene_that_was_sent_has_been_started() {
    let (house, _go) = slow().await;
    let answer = hasty(&house)
        .ask(directive("Alexa.SceneController", "Activate", json!({})))
        .await;
    let header = &answer["event"]["header"];
    assert_eq!(
        (&header["namespace"], &header["name"]),
        (&json!("Alexa.SceneController"), &json!("ActivationStarted"))
    );
    assert_eq!(header["correlationToken"], "corr+/==");
    assert_eq!(answer["event"]["endpoint"]["endpointId"], "light#küche");
    assert_eq!(answer["event"]["payload"]["cause"]["type"], "VOICE_INTERACTION");
    let time = answer["event"]["payload"]["timestamp"].as_str().unwrap();
    assert!(
        time.starts_with("20") && time.ends_with('Z') && time.len() == 20,
        "{time}"
    );
    assert_eq!(answer["context"], json!({}));
}

#[tokio::test]
async fn a_skill_says_that_it_is_still_working() {
    let (house, _go) = slow().await;
    let answer = hasty(&house).ask(skill("IntentRequest")).await;
    let text = &answer["response"]["outputSpeech"]["text"];
    assert_eq!(text, "Home Assistant is still working on it.");
    assert_eq!(answer["response"]["card"], json!(null));
}

#[tokio::test]
async fn a_short_limit_of_the_function_is_kept_and_told() {
    let (house, _go) = slow().await;
    let lab = Lab::at(&house.url());
    let started = lab_clock();
    let answer: Value = serde_json::from_str(&lab.within(Some(800), turn_on()).await).unwrap();
    let took = lab_clock().saturating_sub(started);
    assert!(took < Duration::from_millis(800), "{took:?}");
    assert_eq!(error(&answer).1, "still running in Home Assistant");
    assert!(
        lab.failure().2.contains("set the function's timeout to 10 s"),
        "{:?}",
        lab.failure()
    );
}

/// A scene that never left has not been started, and never will be.
#[tokio::test]
async fn what_has_not_left_in_time_never_leaves() {
    // Nobody accepts: TLS gets no answer, so nothing of the request leaves.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let lab = Lab::with(&url, &[("ZEROBILL_HOME_ASSISTANT_TIMEOUT_SECONDS", "0.4")]);
    let answer = lab.ask(directive("Alexa.SceneController", "Activate", json!({}))).await;
    assert_eq!(
        error(&answer),
        (
            "BRIDGE_UNREACHABLE".to_owned(),
            "Home Assistant cannot be reached".to_owned()
        )
    );
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut bytes = Vec::new();
    let closed = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut bytes);
    timeout(PATIENCE, closed).await.unwrap().unwrap();
    assert!(
        !String::from_utf8_lossy(&bytes).contains("POST"),
        "the connection is given up"
    );
}

fn lab_clock() -> Duration {
    zerobill::Clock::system().monotonic()
}
