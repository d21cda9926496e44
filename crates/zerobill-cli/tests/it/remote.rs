//! `zerobill invoke --url` at a running `zerobill dev`, and at what is none.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread::JoinHandle,
};

use insta::assert_snapshot;

use crate::{
    running::Dev,
    zerobill::{Run, run},
};

fn invoke_at(url: &str) -> Run {
    run(&["invoke", "--sample", "health", "--url", url])
}

#[test]
fn the_reply_is_data_and_the_end_of_the_log_is_talk() {
    let dev = Dev::start(&["--memory", "256"]);
    let url = dev.url();
    assert_snapshot!(run(&["invoke", "--sample", "function-url", "--url", &url]), @r#"
    exit: 0
    --- stdout
    {"body":"{\"status\":\"ok\"}","headers":{"cache-control":"no-store","content-type":"application/json"},"isBase64Encoded":false,"statusCode":200}

    --- stderr
    START RequestId: ID Version: $LATEST
    END RequestId: ID
    REPORT RequestId: ID | Duration: N ms | Billed Duration: N ms | Memory Size: 256 MB | Max Memory Used: N MB | Init Duration: N ms
    "#);
    // An address alone, and the name as AWS writes it, will do.
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:function";
    let run_again = run(&["invoke", "--sample", "health", "--url", &dev.address, "--function", arn]);
    assert_eq!(run_again.exit, Some(0), "{run_again}");
    let failed = run(&["invoke", "--sample", "sqs", "--url", &url]);
    assert_eq!(failed.exit, Some(1), "{failed}");
    assert!(
        failed.stdout.starts_with(r#"{"errorType":"unhandled_event","#),
        "{failed}"
    );
    let run = dev.stop("-TERM");
    assert_eq!(run.exit, Some(0));
    assert!(
        run.stderr.contains("\n3 invocations, 1 cold starts, 1 errors, "),
        "{run}"
    );
}

#[test]
fn an_asynchronous_event_is_only_taken() {
    let dev = Dev::start(&[]);
    let later = run(&["invoke", "--sample", "health", "--url", &dev.url(), "--async"]);
    assert_eq!(
        (later.exit, later.stdout.as_str(), later.stderr.as_str()),
        (Some(0), "", "")
    );
    dev.printed("REPORT ", 1);
    let run = dev.stop("-INT");
    assert!(run.stderr.contains("\n1 invocations, "), "{run}");
}

#[test]
fn a_failing_function_fails_each_caller_and_the_engine_lives_on() {
    let dev = Dev::start(&["--", "sh", "-c", "echo no settings; exit 1"]);
    for _ in 0..2 {
        let run = invoke_at(&dev.url());
        assert_eq!(run.exit, Some(1), "{run}");
        assert!(run.stdout.contains(r#""errorType":"Runtime.ExitError""#), "{run}");
        assert!(run.stderr.contains("no settings\n"), "the log's tail says why: {run}");
    }
    assert_eq!(dev.get("/", "").0, "HTTP/1.1 502 Bad Gateway");
    let run = dev.stop("-INT");
    assert_eq!(run.exit, Some(0));
    assert!(
        run.stderr.contains("\n3 invocations, 3 cold starts, 3 errors, "),
        "{run}"
    );
}

#[test]
fn another_function_and_a_wrong_name_are_refused() {
    let dev = Dev::start(&[]);
    let named = |name: &str| run(&["invoke", "--sample", "health", "--url", &dev.url(), "--function", name]);
    assert_snapshot!(named("other"), @r"
    exit: 1
    --- stdout

    --- stderr
    error: Function not found: arn:aws:lambda:us-east-1:123456789012:function:other
    ");
    let spaced = named("my function");
    assert_eq!((spaced.exit, spaced.stdout.as_str()), (Some(64), ""), "{spaced}");
    assert!(
        spaced
            .stderr
            .starts_with("error: `my function` is no function's name: "),
        "{spaced}"
    );
}

#[test]
fn an_event_that_the_engine_refuses_is_the_users_error() {
    let dev = Dev::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("event.json");
    std::fs::write(&file, "{oops").unwrap();
    let refused = run(&["invoke", "--event", file.to_str().unwrap(), "--url", &dev.url()]);
    assert_snapshot!(refused, @r"
    exit: 1
    --- stdout

    --- stderr
    error: could not parse request body into json: key must be a string at line 1 column 2
    ");
}

#[test]
fn an_engine_that_is_not_there_is_named() {
    assert_snapshot!(invoke_at("http://127.0.0.1:1"), @r"
    exit: 1
    --- stdout

    --- stderr
    error: cannot reach `http://127.0.0.1:1`: Connection refused (os error 111)
    hint: `zerobill dev` starts an engine
    ");
}

#[test]
fn an_address_that_no_engine_can_have_ends_with_64() {
    assert_snapshot!(invoke_at("https://127.0.0.1:9000"), @r"
    exit: 64
    --- stdout

    --- stderr
    error: `https://127.0.0.1:9000` is not the address of an engine
    hint: `--url http://127.0.0.1:9000`
    ");
    for url in [
        "",
        "/path",
        "ftp://127.0.0.1",
        "http://",
        "http://a b",
        "unix:/run/engine",
    ] {
        let run = invoke_at(url);
        assert_eq!((run.exit, run.stdout.as_str()), (Some(64), ""), "{url}: {run}");
        assert!(run.stderr.contains("is not the address of an engine"), "{run}");
    }
}

/// A server that answers one connection with `answer`.
fn server(answer: &'static str) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // A part of the request will do to answer it.
        assert!(stream.read(&mut [0; 1024]).unwrap() > 0);
        stream.write_all(answer.as_bytes()).unwrap();
    });
    (url, serving)
}

#[test]
fn a_server_that_is_no_engine_is_an_error_and_no_reply() {
    for (answer, problem) in [
        ("", "cannot reach `URL`: "),
        ("SSH-2.0-OpenSSH_9.6\r\n", "cannot reach `URL`: "),
        (
            "HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\nnope",
            "404 Not Found\n",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
            "cannot reach `URL`: ",
        ),
    ] {
        let (url, serving) = server(answer);
        let run = invoke_at(&url);
        serving.join().unwrap();
        assert_eq!((run.exit, run.stdout.as_str()), (Some(1), ""), "{run}");
        let talk = run.stderr.replace(&url, "URL");
        assert!(talk.starts_with(&format!("error: {problem}")), "{talk}");
    }
}
