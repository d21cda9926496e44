//! `zerobill dev` and `zerobill invoke` with the functions of a file.

use std::{fs, path::Path, process::Stdio};

use serde_json::Value;
use tempfile::tempdir;

use crate::{
    running::Dev,
    zerobill::{Run, command, finish, run},
};

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

/// How the built-in function begins its answer.
const HEALTHY: &str = r#"{"status":"ok","#;

/// `zerobill invoke` of the sample `health` in a folder.
fn invoke_in(folder: &Path, arguments: &[&str]) -> Run {
    let mut command = command(&[&["invoke", "--sample", "health"][..], arguments].concat());
    command
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    finish(&mut command)
}

#[test]
fn one_event_goes_to_the_function_of_the_file_that_is_named() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("zerobill.toml");
    let orders = format!(
        "[functions.orders]\ncommand = [\"sh\", \"-c\", '''{GREETS}''']\nmemory = 256\n\
         environment = {{ GREETING = \"hello\" }}\nschedule = \"rate(1 minute)\"\n"
    );
    fs::write(&file, format!("[functions.health]\n{orders}")).unwrap();
    let orders_run = invoke_in(folder.path(), &["--function", "orders"]);
    assert_eq!(
        (orders_run.exit, orders_run.stdout.as_str()),
        (Some(0), "\"hello\"\n"),
        "{orders_run}"
    );
    assert!(orders_run.stderr.contains("\tMemory Size: 256 MB\t"), "{orders_run}");
    let health = invoke_in(folder.path(), &["--function", "health", "--memory", "512"]);
    assert!(health.stdout.starts_with(HEALTHY), "{health}");
    assert!(health.stderr.contains("\tMemory Size: 512 MB\t"), "{health}");

    let unsaid = invoke_in(folder.path(), &[]);
    assert_eq!(unsaid.exit, Some(64), "{unsaid}");
    let expected =
        "error: `zerobill.toml` has several functions\nhint: `--function NAME` takes one of `health`, `orders`\n";
    assert_eq!(unsaid.stderr, expected);
    fs::write(&file, orders).unwrap();
    assert_eq!(invoke_in(folder.path(), &[]).stdout, "\"hello\"\n");
    let elsewhere = ["invoke", "--sample", "health", "--config", file.to_str().unwrap()];
    assert_eq!(run(&elsewhere).stdout, "\"hello\"\n");
}

#[test]
fn a_function_that_is_not_in_the_file_gets_the_nearest_name() {
    let folder = tempdir().unwrap();
    fs::write(
        folder.path().join("zerobill.toml"),
        "[functions.orders]\n[functions.shop]\n",
    )
    .unwrap();
    let wrong = |name: &str| {
        let run = invoke_in(folder.path(), &["--function", name]);
        assert_eq!((run.exit, run.stdout.as_str()), (Some(64), ""), "{run}");
        run.stderr
    };
    let all = "hint: `--function NAME` takes one of `orders`, `shop`\n";
    assert_eq!(
        wrong("ordrs"),
        format!("error: `zerobill.toml` has no function `ordrs`, did you mean `orders`\n{all}")
    );
    assert_eq!(
        wrong("zzz"),
        format!("error: `zerobill.toml` has no function `zzz`\n{all}")
    );
    fs::remove_file(folder.path().join("zerobill.toml")).unwrap();
    assert_eq!(
        wrong("orders"),
        "error: `zerobill.toml` has no function `orders`\nhint: there is none; `[functions.NAME]` describes one\n"
    );
    let built_in = invoke_in(folder.path(), &["--function", "function"]);
    assert!(built_in.stdout.starts_with(HEALTHY), "{built_in}");
}

#[test]
fn a_function_of_the_file_has_its_share_of_the_cpu_or_it_is_said_why_not() {
    let folder = tempdir().unwrap();
    let tells = GREETS.replace("cat event; echo", "cat /proc/$$/cgroup");
    let file = folder.path().join("zerobill.toml");
    let text = format!("[functions.orders]\ncommand = [\"sh\", \"-c\", '''{tells}''']\n");
    fs::write(&file, format!("{text}cpu_share = true\n")).unwrap();
    let run = invoke_in(folder.path(), &[]);
    let shares = run.stderr.contains("/zerobill-");
    let warns = run
        .stderr
        .contains("warning: functions have whole CPUs, whatever their memory: no control group");
    assert!(shares != warns, "{run}");
    fs::write(&file, text).unwrap();
    let whole = invoke_in(folder.path(), &[]);
    assert!(!whole.stderr.contains("/zerobill-"), "{whole}");
    let asked = invoke_in(folder.path(), &["--cpu-share"]);
    assert_eq!(asked.stderr.contains("/zerobill-"), shares, "{asked}");
}
