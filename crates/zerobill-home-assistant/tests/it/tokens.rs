//! Whose token a request is sent with.

use serde_json::{Value, json};

use crate::{
    house::House,
    lab::{Lab, assist, directive, skill, turn_on},
};

/// A house that takes everything.
async fn house() -> House {
    House::answering("200 OK", "", r#"{"event":{},"response":{}}"#).await
}

/// The token that `event` is sent with.
async fn sent(variables: &[(&str, &str)], event: &Value) -> Option<String> {
    let house = house().await;
    let lab = Lab::with(&house.url(), variables);
    lab.ask(event).await;
    lab.logged();
    let asked = house.asked();
    let header = asked.first()?.header("authorization")?;
    Some(header.strip_prefix("Bearer ").unwrap().to_owned())
}

fn without_tokens(mut event: Value) -> Value {
    event["directive"]["endpoint"].as_object_mut().unwrap().remove("scope");
    event
}

#[tokio::test]
async fn a_directive_s_tokens_have_an_order() {
    let payload = json!({ "grantee": { "token": "zbsecret-grantee" }, "scope": { "token": "zbsecret-scope" } });
    let mut event = directive("Alexa.Authorization", "AcceptGrant", payload);
    for (next, remove) in [
        ("zbsecret-alexa", ("endpoint", "scope")),
        ("zbsecret-grantee", ("payload", "grantee")),
        ("zbsecret-scope", ("payload", "scope")),
    ] {
        assert_eq!(sent(&[], &event).await.as_deref(), Some(next));
        event["directive"][remove.0].as_object_mut().unwrap().remove(remove.1);
    }
    assert_eq!(sent(&[], &event).await, None);
}

#[tokio::test]
async fn a_skill_s_token_is_the_session_s_and_then_the_context_s() {
    let mut event = skill("LaunchRequest");
    event["context"]["System"]["user"] = json!({ "accessToken": "zbsecret-context" });
    assert_eq!(sent(&[], &event).await.as_deref(), Some("zbsecret-alexa"));
    event["session"]["user"] = json!({ "accessToken": "" });
    assert_eq!(sent(&[], &event).await.as_deref(), Some("zbsecret-context"));
    event["context"]["System"]["user"] = json!(null);
    assert_eq!(sent(&[], &event).await, None);
}

#[tokio::test]
async fn the_configured_token_serves_alexa_only_where_that_was_allowed() {
    let own = ("LONG_LIVED_ACCESS_TOKEN", "zbsecret-own");
    let event = without_tokens(turn_on());
    for (more, wanted) in [
        (("IGNORED", "x"), None),
        (("DEBUG", "False"), None),
        (("DEBUG", "True"), Some("zbsecret-own")),
        (("ZEROBILL_HOME_ASSISTANT_TOKEN_FALLBACK", "yes"), Some("zbsecret-own")),
    ] {
        assert_eq!(sent(&[own, more], &event).await.as_deref(), wanted, "{more:?}");
        let brings = sent(&[own, more], &turn_on()).await;
        assert_eq!(brings.as_deref(), Some("zbsecret-alexa"), "its own wins");
    }
    assert_eq!(sent(&[("DEBUG", "True")], &event).await, None);
}

#[tokio::test]
async fn a_directive_without_a_token_is_not_sent() {
    let house = house().await;
    let lab = Lab::at(&house.url());
    let answer = lab.ask(without_tokens(turn_on())).await;
    assert_eq!(answer["event"]["payload"]["type"], "INVALID_AUTHORIZATION_CREDENTIAL");
    assert_eq!(house.asked().len(), 0);
    assert!(lab.failure().2.contains("link the skill's account"));
}

#[tokio::test]
async fn a_token_of_amazon_is_not_shown_to_home_assistant() {
    let mut event = turn_on();
    event["directive"]["endpoint"]["scope"]["token"] = "Atza|zbsecret-amazon".into();
    assert_eq!(sent(&[], &event).await, None);
    let allowed = [("HOME_ASSISTANT_TOKEN", "zbsecret-own"), ("DEBUG", "1")];
    assert_eq!(sent(&allowed, &event).await.as_deref(), Some("zbsecret-own"));
}

#[tokio::test]
async fn a_token_with_a_line_break_is_not_sent() {
    let mut event = turn_on();
    event["directive"]["endpoint"]["scope"]["token"] = "zbsecret-a\r\nx: y".into();
    let house = house().await;
    let lab = Lab::at(&house.url());
    let answer = lab.ask(event).await;
    assert_eq!(answer["event"]["payload"]["type"], "INVALID_AUTHORIZATION_CREDENTIAL");
    assert_eq!(house.asked().len(), 0);
    assert!(lab.failure().1.contains("characters that no token has"));
}

#[tokio::test]
async fn assist_needs_the_configured_token() {
    assert_eq!(sent(&[], &assist()).await, None);
    let own = [("ZEROBILL_HOME_ASSISTANT_TOKEN", "zbsecret-own")];
    assert_eq!(sent(&own, &assist()).await.as_deref(), Some("zbsecret-own"));
}
