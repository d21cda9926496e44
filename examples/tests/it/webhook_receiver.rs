//! `webhook_receiver`: what is signed is taken once.

use ring::hmac;
use serde_json::{Value, json};

use crate::function::{Function, Response};

const SECRET: &str = "zbsecret-of-the-webhook-example-with-32-bytes";
const PUSH: &str = r#"{"ref":"refs/heads/main","repository":{"full_name":"ann/shop"}}"#;

/// The header that GitHub sends with `body`.
fn signature(body: &str, secret: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), body.as_bytes());
    tag.as_ref()
        .iter()
        .fold("sha256=".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

fn start() -> Function {
    let variables = [("ZEROBILL_SECURITY_GITHUB_SECRET", SECRET)];
    Function::start(env!("CARGO_BIN_EXE_webhook-receiver"), &variables)
}

fn deliver(function: &Function, id: &str, body: &str, signature: &str) -> Response {
    let headers = [
        ("Content-Type", "application/json"),
        ("X-GitHub-Event", "push"),
        ("X-GitHub-Delivery", id),
        ("X-Hub-Signature-256", signature),
    ];
    function.request("POST /hooks", &headers, body)
}

fn outcome(response: &Response) -> (u16, Value) {
    (response.status, response.body["data"].clone())
}

#[test]
fn a_signed_push_is_taken_once_under_whatever_id_it_comes_again() {
    let function = start();
    let signed = signature(PUSH, SECRET);
    assert_eq!(
        outcome(&deliver(&function, "1", PUSH, &signed)),
        (200, json!({ "taken": true }))
    );
    assert_eq!(
        outcome(&deliver(&function, "1", PUSH, &signed)),
        (200, json!({ "taken": false }))
    );
    assert_eq!(
        outcome(&deliver(&function, "2", PUSH, &signed)),
        (200, json!({ "taken": false }))
    );
    let other = PUSH.replace("main", "next");
    let signed = signature(&other, SECRET);
    assert_eq!(
        outcome(&deliver(&function, "3", &other, &signed)),
        (200, json!({ "taken": true }))
    );
    let logged = function.logged();
    let pushes: Vec<_> = logged
        .iter()
        .map(|line| (&line["message"], &line["repository"], &line["branch"]))
        .collect();
    let pushed = |branch| ("pushed", "ann/shop", branch);
    let expected = [pushed("refs/heads/main"), pushed("refs/heads/next")];
    assert_eq!(
        pushes,
        expected
            .map(|(m, r, b)| (json!(m), json!(r), json!(b)))
            .each_ref()
            .map(|(m, r, b)| (m, r, b))
    );
}

#[test]
fn what_is_not_signed_for_this_receiver_is_refused() {
    let function = start();
    let signed = signature(PUSH, SECRET);
    let changed = PUSH.replace("ann", "bob");
    for (body, signature) in [
        (PUSH, signature(PUSH, "zbsecret-of-somebody-else-with-32-bytes")),
        (changed.as_str(), signed.clone()),
        (PUSH, signed[..signed.len() - 1].to_owned()),
        (PUSH, String::new()),
    ] {
        let response = deliver(&function, "1", body, &signature);
        assert_eq!(response.status, 401, "{signature}");
        assert_eq!(response.body["error"]["message"], "the signature is not valid");
    }
    assert_eq!(function.messages(), ["refused a webhook"; 4]);
}

#[test]
fn what_failed_may_be_sent_again() {
    let function = start();
    let broken = r#"{"ref":"refs/heads/main"}"#;
    let signed = signature(broken, SECRET);
    for _ in 0..2 {
        let response = deliver(&function, "1", broken, &signed);
        assert_eq!(
            (response.status, &response.body["error"]["code"]),
            (400, &json!("invalid_parameter"))
        );
    }
}
