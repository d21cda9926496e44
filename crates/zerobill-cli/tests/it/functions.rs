//! `zerobill dev` with the functions of a file.

use std::fs;

use serde_json::Value;
use tempfile::tempdir;

use crate::{running::Dev, zerobill::run};

/// A program in the shell that prints every event and answers with the variable `GREETING`.
const GREETS: &str = r#"
    cd "$TMPDIR"
    api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
    while curl -s -D head "$api/next" > event; do
        id=$(grep -i '^lambda-runtime-aws-request-id' head | tr -d '\r' | cut -d' ' -f2)
        cat event; echo
        curl -s -d "\"$GREETING\"" "$api/$id/response" > answer
    done
"#;

#[test]
fn each_function_of_the_file_has_its_url_its_limits_and_its_variables() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("functions.toml");
    let text = format!(
        "[settings]\nservice = \"shop\"\n\n\
         [functions.health]\nurl = \"/\"\n\n\
         [functions.orders]\ncommand = [\"sh\", \"-c\", '''{GREETS}''']\nmemory = 256\nurl = \"/orders\"\n\
         environment = {{ GREETING = \"hello\", COUNT = 7 }}\nschedule = \"rate(5 minutes)\"\n\
         [functions.orders.sqs]\nqueue = \"incoming\"\nbatch_size = 1\n"
    );
    fs::write(&file, text).unwrap();
    let dev = Dev::start(&["--config", file.to_str().unwrap()]);
    let address = dev.address.clone();
    for line in [
        format!("Function URL  http://{address}/  health"),
        format!("Function URL  http://{address}/orders  orders"),
        format!("Invoke API    http://{address}/2015-03-31/functions/orders/invocations"),
        "Schedule      rate(5 minutes)  orders".to_owned(),
        format!("Queue         http://{address}/123456789012/incoming  orders"),
    ] {
        dev.said(&line, 1);
    }
    dev.said("Try", 1);
    assert_eq!(dev.get("/health", "").1, r#"{"status":"ok"}"#);
    assert_eq!(dev.get("/orders/7", "").1, "hello");
    assert_eq!(dev.get("/lambda-url/orders/", "").1, "hello");
    let event = dev.printed("{\"version\":\"2.0\"", 1);
    let event: Value = serde_json::from_str(&event).unwrap();
    assert_eq!(event["rawPath"], "/7");
    let report = dev.printed("REPORT ", 2);
    assert!(report.contains("\tMemory Size: 256 MB\t"), "{report}");
    let run = dev.stop("-INT");
    assert!(
        run.stderr.contains("3 invocations, 2 cold starts, 0 errors"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_is_wrong_with_the_file_is_said_with_its_place() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("zerobill.toml");
    let said = |text: &str| {
        fs::write(&file, text).unwrap();
        let run = run(&["dev", "--port", "0", "--config", file.to_str().unwrap()]);
        assert_eq!(run.exit, Some(64), "{run}");
        run.stderr.replace(file.to_str().unwrap(), "FILE")
    };
    for (text, expected) in [
        ("", "`FILE` has no `[functions.NAME]`"),
        ("[functions.a]\n\nmemry = 1\n", "`FILE`, line 3: unknown field `memry`"),
        (
            "[functions.a]\nschedule = \"rate(1 minutes)\"\n",
            "`FILE`: function `a`: schedule `rate(1 minutes)`: a rate is `1 minute`",
        ),
        (
            "[functions.a]\ntimeout = -1\n",
            "`FILE`: function `a`: -1 is no number of seconds",
        ),
        (
            "[functions.a]\nmemory = 64\n",
            "function `a`: 64 MB of memory are not from 128 to 10240",
        ),
        ("[functions.a\n", "`FILE`, line 1: "),
    ] {
        let stderr = said(text);
        assert!(stderr.contains(expected), "{text}: {stderr}");
    }
    let secret = said("[functions.a]\nenvironment = { KEY = [\"zbsecret-in-a-file\"] }\n");
    assert!(secret.contains("`FILE`, line 2: "), "{secret}");
    assert!(!secret.contains("zbsecret"), "{secret}");
    let missing = run(&["dev", "--port", "0", "--config", "/nonexistent.toml"]);
    assert_eq!(missing.exit, Some(64), "{missing}");
    assert!(
        missing.stderr.contains("`/nonexistent.toml` cannot be read: "),
        "{missing}"
    );
}
