//! The doctor: a report in plain sentences that names nothing private.

use crate::{
    house::House,
    lab::{Lab, response},
};

const EVENT: &str = r#"{"zerobill":"doctor"}"#;

/// The report as one text.
async fn report(lab: &Lab) -> (bool, String) {
    let answer = lab.ask(EVENT).await;
    let text = answer.to_string();
    assert!(!text.contains("zbsecret") && !text.contains("127.0.0.1"), "{text}");
    lab.logged();
    (answer["ok"].as_bool().unwrap(), text)
}

#[tokio::test]
async fn it_says_what_is_missing_and_what_is_wrong() {
    let (ok, text) = report(&Lab::new(&[("AWS_REGION", "eu-central-1")])).await;
    assert!(
        !ok && text.contains("Alexa reaches no functions in `eu-central-1`"),
        "{text}"
    );
    assert!(text.contains("it is not set where Home Assistant is"), "{text}");

    let house = House::answering("404 Not Found", "", "404: Not Found").await;
    let (ok, text) = report(&Lab::at(&house.url())).await;
    assert!(!ok && text.contains("`alexa: smart_home:`"), "{text}");

    let house = House::answering("401 Unauthorized", "", "401: Unauthorized").await;
    let (_, text) = report(&Lab::at(&house.url())).await;
    assert!(text.contains("asks for a token as it should"), "{text}");
    let (ok, text) = report(&Lab::with(&house.url(), &[("HOME_ASSISTANT_TOKEN", "zbsecret-own")])).await;
    assert!(!ok && text.contains("refused the token (401)"), "{text}");
}

#[tokio::test]
async fn it_counts_the_devices() {
    let found = r#"{"event":{"payload":{"endpoints":[{"capabilities":[{}]},{"capabilities":[]}]}}}"#;
    let house = House::answering("200 OK", "", found).await;
    let (_, text) = report(&Lab::with(&house.url(), &[("HOME_ASSISTANT_TOKEN", "zbsecret-own")])).await;
    assert!(text.contains("offers Alexa 2 devices"), "{text}");
    assert!(text.contains("there and back"), "{text}");
    let house = House::answering("200 OK", "", response(serde_json::json!([]))).await;
    let (ok, text) = report(&Lab::with(&house.url(), &[("HOME_ASSISTANT_TOKEN", "zbsecret-own")])).await;
    assert!(
        !ok && text.contains("what answers there is not Home Assistant"),
        "{text}"
    );
}
