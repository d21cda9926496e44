//! What Alexa is told, and what the log says, where Home Assistant does not answer as it should.

use serde_json::json;
use tokio::net::TcpListener;

use crate::{
    house::{Act, House, answer},
    lab::{Lab, TOKEN, assist, directive, error, now_seconds, skill, token_until, turn_on},
};

const PAGE: &str = "<!DOCTYPE html><html><body>Just a moment</body></html>";

#[tokio::test]
async fn each_answer_that_is_none_has_its_type_and_words_that_help() {
    for (status, headers, body, wanted, cause, hint) in [
        (
            "400 Bad Request",
            "",
            "400: Bad Request",
            "INTERNAL_ERROR",
            "(400)",
            "trusted_proxies",
        ),
        (
            "401 Unauthorized",
            "",
            "401: Unauthorized",
            "INVALID_AUTHORIZATION_CREDENTIAL",
            "(401)",
            "enable it again",
        ),
        (
            "403 Forbidden",
            "",
            "403: Forbidden",
            "INVALID_AUTHORIZATION_CREDENTIAL",
            "(403)",
            "ip_bans.yaml",
        ),
        (
            "403 Forbidden",
            "content-type: text/html\r\n",
            PAGE,
            "BRIDGE_UNREACHABLE",
            "a firewall",
            "/api/alexa/smart_home",
        ),
        (
            "404 Not Found",
            "",
            "404: Not Found",
            "INTERNAL_ERROR",
            "(404)",
            "`alexa: smart_home:`",
        ),
        (
            "405 Method Not Allowed",
            "",
            "",
            "INTERNAL_ERROR",
            "(405)",
            "Home Assistant itself",
        ),
        ("413 Payload Too Large", "", "", "INTERNAL_ERROR", "(413)", ""),
        ("418 I'm a teapot", "", "", "INTERNAL_ERROR", "418", ""),
        ("429 Too Many Requests", "", "", "INTERNAL_ERROR", "429", ""),
        (
            "500 Internal Server Error",
            "",
            "500",
            "INTERNAL_ERROR",
            "(500)",
            "own log",
        ),
        (
            "502 Bad Gateway",
            "content-type: text/html\r\n",
            PAGE,
            "BRIDGE_UNREACHABLE",
            "(502)",
            "leads to it",
        ),
        (
            "503 Service Unavailable",
            "",
            PAGE,
            "BRIDGE_UNREACHABLE",
            "(503)",
            "leads to it",
        ),
        (
            "504 Gateway Timeout",
            "",
            "",
            "BRIDGE_UNREACHABLE",
            "(504)",
            "leads to it",
        ),
        ("522 Origin", "", "", "BRIDGE_UNREACHABLE", "(522)", "leads to it"),
        (
            "530 Tunnel",
            "",
            "error code: 1033",
            "BRIDGE_UNREACHABLE",
            "(530)",
            "leads to it",
        ),
        (
            "200 OK",
            "content-type: text/html\r\n",
            PAGE,
            "INTERNAL_ERROR",
            "a web page",
            "login",
        ),
        ("200 OK", "", "", "INTERNAL_ERROR", "empty", ""),
        ("200 OK", "", "ok", "INTERNAL_ERROR", "not JSON", ""),
        (
            "200 OK",
            "",
            "[]",
            "INTERNAL_ERROR",
            "no `event`",
            "Home Assistant itself",
        ),
        (
            "200 OK",
            "",
            r#"{"event":7}"#,
            "INTERNAL_ERROR",
            "no `event`",
            "Home Assistant itself",
        ),
        ("200 OK", "", r#"{"event":{}"#, "INTERNAL_ERROR", "not JSON", ""),
    ] {
        let house = House::answering(status, headers, body).await;
        let lab = Lab::at(&house.url());
        let (error_type, message) = error(&lab.ask(turn_on()).await);
        assert_eq!(error_type, wanted, "{status} {body}");
        assert!(!message.is_empty() && !message.contains("127.0.0.1"), "{message}");
        assert_eq!(house.asked().len(), 1, "{status}: asked once");
        let (level, logged, advice) = lab.failure();
        assert_eq!(level, "ERROR");
        assert!(
            logged.contains(cause) && advice.contains(hint),
            "{status}: {logged} / {advice}"
        );
    }
}

#[tokio::test]
async fn bytes_that_are_no_utf_8_or_no_gzip_are_no_answer() {
    let house = House::answering("200 OK", "", b"{\"event\":{\"x\":\"\xff\"}}").await;
    assert_eq!(error(&Lab::at(&house.url()).ask(turn_on()).await).0, "INTERNAL_ERROR");
    let house = House::answering("200 OK", "content-encoding: gzip\r\n", "no gzip").await;
    assert_eq!(
        error(&Lab::at(&house.url()).ask(turn_on()).await).0,
        "BRIDGE_UNREACHABLE"
    );
}

#[tokio::test]
async fn no_redirect_is_followed_and_no_token_goes_elsewhere() {
    let other = House::answering("200 OK", "", r#"{"event":{}}"#).await;
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let location = format!("location: {}/login\r\n", other.url());
        let house = House::answering(status, &location, "").await;
        let lab = Lab::at(&house.url());
        assert_eq!(error(&lab.ask(turn_on()).await).0, "INTERNAL_ERROR", "{status}");
        assert!(lab.failure().1.contains("leads elsewhere"));
        assert_eq!((house.asked().len(), other.asked().len()), (1, 0), "{status}");
    }
    for (location, words) in [
        ("https://127.0.0.1/api/alexa/smart_home", "from `http` to `https`"),
        (
            "https://me.cloudflareaccess.com/cdn-cgi/access/login",
            "Cloudflare Access",
        ),
        ("", "leads elsewhere"),
        ("::::", "leads elsewhere"),
    ] {
        let house = House::answering("302 Found", &format!("location: {location}\r\n"), "").await;
        let lab = Lab::at(&house.url());
        assert_eq!(error(&lab.ask(turn_on()).await).0, "INTERNAL_ERROR");
        assert!(lab.failure().1.contains(words), "{location}: {:?}", lab.failure());
    }
}

#[tokio::test]
async fn an_expired_token_is_told_from_one_that_is_wrong() {
    let house = House::answering("401 Unauthorized", "", "401: Unauthorized").await;
    for (token, wanted) in [
        (token_until(now_seconds() - 60), "EXPIRED_AUTHORIZATION_CREDENTIAL"),
        (token_until(now_seconds() + 600), "INVALID_AUTHORIZATION_CREDENTIAL"),
    ] {
        let mut event = turn_on();
        event["directive"]["endpoint"]["scope"]["token"] = token.as_str().into();
        let lab = Lab::at(&house.url());
        assert_eq!(error(&lab.ask(event).await).0, wanted);
        assert_eq!(lab.failure().0, "ERROR");
    }
}

#[tokio::test]
async fn no_way_to_home_assistant_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let house = House::start(Act::Close).await;
    let broken = House::start(Act::Answer(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{".to_vec())).await;
    let no_tls = House::answering("200 OK", "", "{}").await;
    for (url, cause, hint) in [
        (gone, "no connection", "only at home"),
        (
            "http://no-such-name.invalid".to_owned(),
            "no connection",
            "has no address",
        ),
        (house.url(), "the connection was lost", "restarted"),
        (
            no_tls.url().replace("http:", "https:"),
            "no trusted connection",
            "speaks no TLS",
        ),
    ] {
        let lab = Lab::at(&url);
        assert_eq!(error(&lab.ask(turn_on()).await).0, "BRIDGE_UNREACHABLE", "{url}");
        let (level, logged, advice) = lab.failure();
        assert_eq!(level, "ERROR");
        assert!(
            logged.contains(cause) && advice.contains(hint),
            "{url}: {logged} / {advice}"
        );
    }
    assert_eq!(house.asked().len(), 1, "what may have arrived is not sent again");
    drop(broken);
}

#[tokio::test]
async fn what_is_not_http_is_a_matter_of_the_address() {
    let house = House::start(Act::Answer(b"SSH-2.0-OpenSSH_9\r\n\r\n".to_vec())).await;
    let lab = Lab::at(&house.url());
    assert_eq!(error(&lab.ask(turn_on()).await).0, "INTERNAL_ERROR");
    assert!(lab.failure().1.contains("no web server"));
}

#[tokio::test]
async fn a_bad_event_is_told_before_anybody_is_asked() {
    let house = House::answering("200 OK", "", r#"{"event":{}}"#).await;
    let lab = Lab::at(&house.url());
    let mut of_version_2 = turn_on();
    of_version_2["directive"]["header"]["payloadVersion"] = "2".into();
    let mut of_number_3 = turn_on();
    of_number_3["directive"]["header"]["payloadVersion"] = 3.into();
    let mut without_payload = turn_on();
    without_payload["directive"]["payload"] = json!("none");
    let mut without_name = turn_on();
    without_name["directive"]["header"]["name"] = json!(7);
    for event in [of_version_2, of_number_3, without_payload, without_name] {
        assert_eq!(error(&lab.ask(&event).await).0, "INVALID_DIRECTIVE", "{event}");
    }
    for event in [
        "{}",
        "[]",
        "null",
        "7",
        "\"x\"",
        r#"{"directive":{}}"#,
        r#"{"directive":{"header":[]}}"#,
    ] {
        let answer = lab.ask(event).await;
        assert_eq!(answer["event"]["header"]["name"], "ErrorResponse", "{event}");
        assert_eq!(answer["event"]["payload"]["type"], "INVALID_DIRECTIVE", "{event}");
        assert_eq!(answer["event"]["endpoint"], json!(null));
    }
    assert_eq!(house.asked().len(), 0);
    assert!(lab.logged().iter().all(|line| line["level"] == "WARN"));
}

#[tokio::test]
async fn a_grant_fails_in_its_own_way() {
    let house = House::answering("500 Oops", "", "").await;
    let payload = json!({
        "grant": { "type": "OAuth2.AuthorizationCode", "code": "zbsecret-code" },
        "grantee": { "type": "BearerToken", "token": TOKEN },
    });
    let mut event = directive("Alexa.Authorization", "AcceptGrant", payload);
    event["directive"].as_object_mut().unwrap().remove("endpoint");
    let lab = Lab::at(&house.url());
    let answer = lab.ask(event).await;
    assert_eq!(answer["event"]["header"]["namespace"], "Alexa.Authorization");
    assert_eq!(answer["event"]["header"]["name"], "ErrorResponse");
    assert_eq!(answer["event"]["payload"]["type"], "ACCEPT_GRANT_FAILED");
    assert_eq!(house.asked()[0].header("authorization"), Some("Bearer zbsecret-alexa"));
    lab.failure();
}

#[tokio::test]
async fn a_skill_speaks_and_on_a_matter_of_the_account_shows_the_card() {
    for (status, card, words) in [
        (
            "401 Unauthorized",
            json!({ "type": "LinkAccount" }),
            "link your Home Assistant account",
        ),
        ("502 Bad Gateway", json!(null), "can't reach"),
        ("404 Not Found", json!(null), "did not answer properly"),
    ] {
        let house = House::answering(status, "", "").await;
        let lab = Lab::at(&house.url());
        let answer = lab.ask(skill("IntentRequest")).await;
        assert_eq!(answer["version"], "1.0");
        assert_eq!(answer["response"]["outputSpeech"]["type"], "PlainText");
        assert!(
            answer["response"]["outputSpeech"]["text"]
                .as_str()
                .unwrap()
                .contains(words),
            "{answer}"
        );
        assert_eq!(answer["response"]["shouldEndSession"], true);
        assert_eq!(answer["response"]["card"], card);
        lab.failure();
    }
    let house = House::answering("200 OK", "", "").await;
    let lab = Lab::at(&house.url());
    let ended = lab.ask(skill("SessionEndedRequest")).await;
    assert_eq!(
        ended,
        json!({ "version": "1.0", "response": {} }),
        "nothing is said to the end"
    );
    let mut german = skill("LaunchRequest");
    german["request"]["locale"] = "de-DE".into();
    let answer = lab.ask(german).await;
    let text = &answer["response"]["outputSpeech"]["text"];
    assert_eq!(text, "Home Assistant hat nicht richtig geantwortet.");
}

#[tokio::test]
async fn assist_is_answered_as_assist_answers() {
    let house = House::answering("503 Down", "", "").await;
    let lab = Lab::with(&house.url(), &[("HOME_ASSISTANT_TOKEN", "zbsecret-own")]);
    let answer = lab.ask(assist()).await;
    assert_eq!(answer["response"]["response_type"], "error");
    assert_eq!(answer["response"]["language"], "en");
    assert_eq!(answer["response"]["data"]["code"], "failed_to_handle");
    let speech = &answer["response"]["speech"]["plain"]["speech"];
    assert_eq!(speech, "I can't reach Home Assistant right now.");
    assert_eq!(lab.failure().0, "ERROR");
}

#[tokio::test]
async fn home_assistant_s_own_errors_pass_unchanged() {
    let own = r#"{"event": {"header":{"namespace":"Alexa","name":"ErrorResponse"},"payload":{"type":"INTERNAL_ERROR","message":""}}}"#;
    let house = House::start(Act::Answer(answer("200 OK", "", own))).await;
    let lab = Lab::at(&house.url());
    assert_eq!(lab.bytes(turn_on()).await, own);
    assert_eq!(lab.logged().len(), 0);
}
