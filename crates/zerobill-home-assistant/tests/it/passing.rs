//! What passes: the event as it came to Home Assistant, and its answer as it came back.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use serde_json::json;

use crate::{
    house::House,
    lab::{Lab, TOKEN, assist, directive, skill, turn_on},
};

#[tokio::test]
async fn bytes_pass_both_ways_as_they_are() {
    let answer = "{ \"event\" : {\"x\":1e2, \"y\":\"K\\u00fcche 厨房 💡\"} ,\n \"z\":[1.0] }";
    let house = House::answering("200 OK", "content-type: application/json\r\n", answer).await;
    let lab = Lab::at(&house.url());
    let event = r#"{ "directive" : {"header":{"namespace":"Alexa.Küche","name":"X","payloadVersion":"3","n":1.50},
        "endpoint":{"scope":{"token":"zbsecret-alexa"},"endpointId":"light#k\u00fcche 💡"}, "payload":{"a":1e400}} }"#;
    assert_eq!(lab.bytes(event).await, answer);
    let asked = house.asked();
    assert_eq!(asked[0].line(), "POST /api/alexa/smart_home");
    assert_eq!(asked[0].body, event.as_bytes());
    assert_eq!(
        asked[0].header("authorization"),
        Some("Bearer zbsecret-alexa"),
        "with a capital"
    );
    assert_eq!(asked[0].header("content-type"), Some("application/json"));
    assert_eq!(
        asked[0].header("content-length"),
        Some(event.len().to_string().as_str())
    );
    assert_eq!(asked[0].header("accept-encoding"), Some("gzip"));
    assert_eq!(lab.logged().len(), 0, "what goes well is not worth a line");
}

#[tokio::test]
async fn each_kind_has_its_place_and_a_path_prefix_stays() {
    let house = House::answering("200 OK", "", r#"{"event":{},"response":{}}"#).await;
    let lab = Lab::with(&format!("{}/ha/api/", house.url()), &[("BEARER_TOKEN", "zbsecret-own")]);
    for (event, place) in [
        (turn_on(), "POST /ha/api/alexa/smart_home"),
        (skill("LaunchRequest"), "POST /ha/api/alexa"),
        (assist(), "POST /ha/api/conversation/process"),
    ] {
        lab.ask(event).await;
        assert_eq!(house.asked().last().unwrap().line(), place);
    }
    assert_eq!(house.asked()[2].body, assist().to_string().as_bytes());
}

#[tokio::test]
async fn a_packed_discovery_is_unpacked_counted_and_warned_of() {
    for (endpoints, capabilities, level, words) in [
        (2, 3, "INFO", "discovered"),
        (301, 1, "WARN", "301 endpoints were discovered, and Alexa takes 300"),
        (1, 101, "WARN", "an endpoint has 101 capabilities, and Alexa takes 100"),
        (0, 0, "INFO", "discovered"),
    ] {
        let one = json!({ "endpointId": "x", "capabilities": vec![json!({}); capabilities] });
        let answer = json!({ "event": { "payload": { "endpoints": vec![one; endpoints] } } }).to_string();
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(answer.as_bytes()).unwrap();
        let packed = packer.finish().unwrap();
        let house = House::answering("200 OK", "content-encoding: gzip\r\n", packed).await;
        let lab = Lab::at(&house.url());
        let payload = json!({ "scope": { "type": "BearerToken", "token": TOKEN } });
        let event = directive("Alexa.Discovery", "Discover", payload);
        assert_eq!(lab.bytes(event).await, answer);
        let line = &lab.logged()[0];
        assert_eq!(line["level"], level);
        assert!(line["message"].as_str().unwrap().starts_with(words), "{line}");
        assert_eq!(line["endpoints"], endpoints);
        assert_eq!(line["bytes"], answer.len());
        assert_eq!(line["most_capabilities"], capabilities);
    }
}

#[tokio::test]
async fn a_service_token_of_cloudflare_access_goes_along() {
    let house = House::answering("200 OK", "", r#"{"event":{}}"#).await;
    let (id, secret) = (
        ("ZEROBILL_HOME_ASSISTANT_CLOUDFLARE_CLIENT_ID", "my.access"),
        ("ZEROBILL_HOME_ASSISTANT_CLOUDFLARE_CLIENT_SECRET", "zbsecret-access"),
    );
    Lab::with(&house.url(), &[id, secret]).ask(turn_on()).await;
    let asked = house.asked();
    assert_eq!(asked[0].header("cf-access-client-id"), Some("my.access"));
    assert_eq!(asked[0].header("cf-access-client-secret"), Some("zbsecret-access"));
    let lab = Lab::with(&house.url(), &[secret]);
    lab.ask(turn_on()).await;
    assert!(
        lab.logged()[0]["message"]
            .as_str()
            .unwrap()
            .contains("Cloudflare Access needs both")
    );
    assert_eq!(house.asked()[1].header("cf-access-client-secret"), None);
}
