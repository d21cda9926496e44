//! Secrets in events stay out of logs and replies.

use serde_json::json;

use crate::lab::Lab;

#[test]
fn a_logged_event_has_its_secrets_masked() {
    let lab = Lab::set(&[("ZEROBILL_LOG_EVENT", "true")]);
    let event = json!({
        "requestType": "health_check",
        "user": "ann",
        "password": "zbsecret-password",
        "nested": [{ "accessToken": "zbsecret-token", "room": "kitchen" }],
        "headers_of_mine": { "Authorization": "Bearer zbsecret-header", "x-api-key": "zbsecret-key" },
    });
    lab.answer(event.to_string());
    let logged = lab.logged();
    assert_eq!(logged.len(), 1);
    assert_eq!(logged[0]["message"], "event received");
    assert_eq!(
        logged[0]["event"],
        json!({
            "requestType": "health_check",
            "user": "ann",
            "password": "***",
            "nested": [{ "accessToken": "***", "room": "kitchen" }],
            "headers_of_mine": { "Authorization": "***", "x-api-key": "***" },
        })
    );
}

/// Every kind of event with secrets where they usually stand, most of which fail.
fn events() -> Vec<String> {
    let alexa = json!({ "directive": {
        "header": { "namespace": "Alexa.Discovery", "name": "Discover", "payloadVersion": "3", "messageId": "m" },
        "payload": { "scope": { "type": "BearerToken", "token": "zbsecret-alexa" } },
    }});
    let skill = json!({
        "session": { "user": { "accessToken": "zbsecret-skill" } },
        "context": { "System": { "user": { "accessToken": "zbsecret-system" }, "apiAccessToken": "zbsecret-api" } },
        "request": { "type": "LaunchRequest" },
    });
    let http = json!({
        "version": "2.0",
        "rawPath": "/health",
        "cookies": ["session=zbsecret-cookie"],
        "headers": { "authorization": "Bearer zbsecret-http", "cookie": "session=zbsecret-cookie" },
        "queryStringParameters": { "token": "zbsecret-query" },
        "requestContext": { "http": { "method": "GET" }, "requestId": "r" },
    });
    let wrong = json!({ "interface": "cache", "operation": "set", "params": { "key": 1, "token": "zbsecret-params" } });
    [alexa, skill, http, wrong].map(|event| event.to_string()).to_vec()
}

#[test]
fn no_output_and_no_reply_holds_a_secret() {
    for log_event in ["false", "true"] {
        let lab = Lab::set(&[("ZEROBILL_LOG_EVENT", log_event), ("ZEROBILL_EXPOSE", "cache.set")]);
        for event in events() {
            assert!(event.contains("zbsecret"), "the event plants a secret");
            let (reply, _) = lab.invoke(event);
            assert!(!reply.contains("zbsecret"), "{reply}");
        }
        let log = lab.log();
        assert!(log.len() > events().len(), "there is a log to look at: {log:#?}");
        for line in log {
            assert!(!line.contains("zbsecret"), "{line}");
        }
    }
}

#[test]
fn an_error_does_not_quote_the_value_that_does_not_decode() {
    let lab = Lab::new();
    let event = r#"{"requestContext":{"http":{"method":"GET"}},"rawPath":{"token":"zbsecret-path"}}"#;
    let (reply, _) = lab.invoke(event);
    assert!(reply.contains("does not decode at `rawPath`"), "{reply}");
    assert_eq!(lab.logged().len(), 1);
    assert!(!format!("{reply}{:?}", lab.log()).contains("zbsecret"));
}
