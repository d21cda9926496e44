//! Where Home Assistant is said to be, by today's names and by older ones.

use serde_json::json;

use crate::{
    house::House,
    lab::{Lab, assist, turn_on},
};

async fn house() -> House {
    House::answering("200 OK", "", r#"{"event":{}}"#).await
}

#[tokio::test]
async fn each_name_of_the_url_counts_and_ours_wins() {
    for name in ["ZEROBILL_HOME_ASSISTANT_URL", "HOME_ASSISTANT_URL", "BASE_URL"] {
        let house = house().await;
        Lab::new(&[(name, &house.url())]).ask(turn_on()).await;
        assert_eq!(house.asked().len(), 1, "{name}");
    }
    let (house, other) = (house().await, house().await);
    let lab = Lab::new(&[
        ("BASE_URL", &other.url()),
        ("ZEROBILL_HOME_ASSISTANT_URL", &house.url()),
    ]);
    lab.ask(turn_on()).await;
    assert_eq!((house.asked().len(), other.asked().len()), (1, 0));
}

#[tokio::test]
async fn a_setting_that_changes_holds_from_the_next_event_on() {
    let (old, new) = (house().await, house().await);
    let lab = Lab::at(&old.url());
    lab.ask(turn_on()).await;
    lab.set("home_assistant.url", &new.url());
    lab.ask(turn_on()).await;
    assert_eq!((old.asked().len(), new.asked().len()), (1, 1));
}

#[tokio::test]
async fn host_counts_only_beside_a_token() {
    let house = house().await;
    let host = ("HOST", house.url());
    Lab::new(&[("HOST", &host.1), ("BEARER_TOKEN", "zbsecret-own")])
        .ask(turn_on())
        .await;
    assert_eq!(house.asked().len(), 1);
    assert!(
        !Lab::new(&[("HOST", &host.1)]).accepts("{}"),
        "any machine may have it set"
    );
}

#[tokio::test]
async fn without_a_url_alexa_is_answered_and_nothing_else_taken() {
    let lab = Lab::new(&[]);
    let answer = lab.ask(turn_on()).await;
    assert_eq!(answer["event"]["payload"]["type"], "INTERNAL_ERROR");
    assert_eq!(lab.failure().2, "set `ZEROBILL_HOME_ASSISTANT_URL`");
    for event in ["{}", &assist().to_string(), "[]"] {
        assert!(!lab.accepts(event), "{event}");
    }
    assert!(Lab::at("https://home.example").accepts("{}"));
}

#[tokio::test]
async fn a_url_that_is_none_is_told_without_quoting_it() {
    let lab = Lab::at("https://me:zbsecret-x@home.example");
    assert_eq!(lab.ask(turn_on()).await["event"]["payload"]["type"], "INTERNAL_ERROR");
    let (_, cause, hint) = lab.failure();
    assert!(cause.contains("user name or password") && hint.contains("ZEROBILL_HOME_ASSISTANT_URL"));
}

#[tokio::test]
async fn haaska_s_file_serves_as_it_did() {
    let house = house().await;
    let folder = tempfile::tempdir().unwrap();
    let file = json!({ "url": format!("{}/api", house.url()), "bearer_token": "zbsecret-haaska", "ssl_verify": true });
    std::fs::write(folder.path().join("config.json"), file.to_string()).unwrap();
    let root = folder.path().to_str().unwrap();
    let mut event = turn_on();
    event["directive"]["endpoint"]["scope"]["token"] = "Atza|zbsecret-amazon".into();
    let lab = Lab::new(&[("LAMBDA_TASK_ROOT", root)]);
    lab.ask(&event).await;
    assert_eq!(house.asked()[0].header("authorization"), Some("Bearer zbsecret-haaska"));
    assert_eq!(house.asked()[0].line(), "POST /api/alexa/smart_home");
    let other = self::house().await;
    Lab::with(&other.url(), &[("LAMBDA_TASK_ROOT", root)])
        .ask(turn_on())
        .await;
    assert_eq!(
        (house.asked().len(), other.asked().len()),
        (1, 1),
        "a variable wins over the file"
    );
    std::fs::write(folder.path().join("config.json"), "{").unwrap();
    let lab = Lab::new(&[("LAMBDA_TASK_ROOT", root)]);
    lab.ask(turn_on()).await;
    assert!(
        lab.logged()[0]["message"]
            .as_str()
            .unwrap()
            .contains("is not haaska's: line 1")
    );
}
