//! What `diagnostics` says of the process, and what it must not say.

use serde_json::{Value, json};

use super::gateway;

#[tokio::test]
async fn diagnostics_name_the_variables_and_show_no_value() {
    let gateway = gateway([
        ("API_TOKEN", "zbsecret-in-diagnostics"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
    ]);
    let diagnostics = gateway
        .execute_operation("debug", "diagnostics", Value::Null)
        .await
        .unwrap();
    assert_eq!(
        diagnostics["environment"],
        json!(["API_TOKEN", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"])
    );
    assert!(!diagnostics.to_string().contains("zbsecret"), "{diagnostics}");
    assert_eq!(diagnostics["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(diagnostics["memory"]["limit_mb"], 256);
    assert_eq!(diagnostics["process"]["id"], std::process::id());
    assert_eq!(diagnostics["process"]["architecture"], std::env::consts::ARCH);
    let executor = json!({ "flavor": "current_thread", "workers": 1, "tasks": 0 });
    assert_eq!(diagnostics["executor"], executor);
    assert_eq!(
        diagnostics["features"].as_array().unwrap().contains(&json!("jwt")),
        cfg!(feature = "jwt")
    );
}

#[cfg(target_os = "linux")]
#[test]
fn diagnostics_are_what_the_kernel_says() {
    let gateway = gateway([]);
    let diagnostics = gateway.debug().diagnostics(&gateway);
    let (open, limit) = (
        diagnostics.file_descriptors.open.unwrap(),
        diagnostics.file_descriptors.limit.unwrap(),
    );
    assert!(open >= 3 && open < limit, "{open} of {limit}");
    assert!(diagnostics.process.threads.unwrap() >= 1);
    let space = diagnostics.temporary_space.unwrap();
    assert_eq!(space.folder, std::env::temp_dir());
    assert!(space.free_bytes + space.used_bytes <= space.total_bytes, "{space:?}");
    assert!(space.total_bytes > 0);
    assert!(diagnostics.memory.resident_kib.unwrap() > 1_000);
    assert_eq!((diagnostics.executor, diagnostics.unknown), (None, vec![]));
}
