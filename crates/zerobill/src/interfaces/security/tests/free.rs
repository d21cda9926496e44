//! The free functions, which ask the running invocation's gateway.

use serde_json::json;

use super::bench::{Bench, KEY_1};
use crate::gateway::{decrypt_data, encrypt_data, validate_request, validate_token};

#[tokio::test]
async fn the_free_functions_use_the_keys_of_the_running_invocation() {
    let bench = Bench::new([
        ("security.encryption_secrets", KEY_1.into()),
        ("security.opaque_token", "zbsecret-opaque-token".into()),
        ("security.max_request_bytes", 8.into()),
    ]);
    let work = async {
        let text = encrypt_data("4711", "order")?;
        assert_eq!(bench.security().decrypt(&text, "order").expect("decrypts"), b"4711");
        assert_eq!(decrypt_data(&text, "order")?, b"4711");
        assert_eq!(validate_request("[1]", None)?, json!([1]));
        assert_eq!(
            validate_request("[1,2,3,4]", None).map_err(|error| error.code()),
            Err("too_large")
        );
        validate_token("zbsecret-opaque-token").await
    };
    let token = bench.gateway.invoke(lambda_runtime::Context::default(), work).await;
    assert_eq!(token.expect("accepted").claims.len(), 0);
}
