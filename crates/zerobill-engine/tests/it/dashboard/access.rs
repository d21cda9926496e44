//! Who is told anything, and that what functions say is never a page.

use serde_json::json;

use super::get;
use crate::{client::request, lab::Lab};

#[test]
fn what_functions_say_is_sent_as_data_and_never_as_a_page() {
    let lab = Lab::new("echo");
    let script = "<script>alert(1)</script>";
    lab.invoke(&json!({ "requestType": script, "print": script }));
    for path in ["/_zerobill/state", "/_zerobill/invocations", "/_zerobill/invocations/1"] {
        assert_eq!(
            get(&lab, path).header("content-type"),
            Some("application/json"),
            "{path}"
        );
    }
    let page = get(&lab, "/_zerobill/");
    assert!(!page.text().contains(script));
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; "),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
}

#[test]
fn only_the_files_of_the_page_are_served() {
    let lab = Lab::new("echo");
    let page = get(&lab, "/_zerobill/");
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, Some("text/html; charset=utf-8"))
    );
    assert_eq!(get(&lab, "/_zerobill").header("location"), Some("/_zerobill/"));
    for path in [
        "/_zerobill/../Cargo.toml",
        "/_zerobill/%2e%2e/Cargo.toml",
        "/_zerobill/page/index.html",
        "/_zerobill//etc/passwd",
    ] {
        assert_eq!(get(&lab, path).status, 404, "{path}");
    }
    assert_eq!(lab.state().invocations, 0, "the function is not asked either");
}

#[test]
fn pages_elsewhere_may_neither_read_nor_replay() {
    let lab = Lab::new("echo");
    lab.invoke(&json!({}));
    for head in ["Origin: https://evil.example\r\n", "Origin: null\r\n"] {
        for path in [
            "/_zerobill/",
            "/_zerobill/state",
            "/_zerobill/events",
            "/_zerobill/logs",
            "/_zerobill/invocations/1",
        ] {
            assert_eq!(request(lab.address, "GET", path, head, b"").status, 403, "{path}");
        }
        assert_eq!(
            request(lab.address, "POST", "/_zerobill/invocations/1/replay", head, b"").status,
            403
        );
    }
    assert_eq!(lab.state().invocations, 1);
}
