//! What answers where the feature `jwt` is off.

use serde_json::json;

use super::bench::{Bench, vector};

#[tokio::test]
async fn without_the_feature_a_web_token_is_refused_and_an_opaque_one_is_not() {
    let bench = Bench::new([("security.opaque_token", "zbsecret-opaque-token".into())]);
    let error = bench
        .call("validate_token", json!({ "token": vector(&["example"]) }))
        .await;
    let error = error.expect_err("it is not built in");
    assert_eq!(
        (error.code(), error.to_string()),
        (
            "feature_disabled",
            "reading JSON Web Tokens is not built in; build with the feature `jwt`".to_owned()
        )
    );
    let opaque = bench
        .call("validate_token", json!({ "token": "zbsecret-opaque-token" }))
        .await;
    assert_eq!(opaque.expect("accepted")["kind"], "opaque");
}
