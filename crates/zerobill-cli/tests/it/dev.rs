//! `zerobill dev` from its banner to Ctrl-C, and `zerobill invoke --url` against it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, ChildStderr, ChildStdout, Command, Stdio},
    time::Duration,
};

use insta::assert_snapshot;

use crate::zerobill::{Run, command, run, steady};

const PATIENCE: Duration = Duration::from_secs(30);

/// A running `zerobill dev` on a free port; it is killed if a test ends before it is stopped.
struct Dev {
    process: Child,
    stdout: BufReader<ChildStdout>,
    stderr: BufReader<ChildStderr>,
    /// What it has said before it was ready.
    banner: String,
    /// `127.0.0.1:PORT`.
    address: String,
}

impl Dev {
    fn start(arguments: &[&str]) -> Self {
        let mut process = command(&[&["dev", "--port", "0"][..], arguments].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        let mut stderr = BufReader::new(process.stderr.take().unwrap());
        let mut banner = String::new();
        for _ in 0..4 {
            stderr.read_line(&mut banner).unwrap();
        }
        let address = banner
            .split_once("http://")
            .map(|(_, rest)| rest.split('/').next().unwrap().to_owned());
        Self {
            address: address.unwrap_or_else(|| panic!("no address in {banner}")),
            process,
            stdout,
            stderr,
            banner,
        }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The status line and the body of a GET.
    fn get(&self, path: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        (head.lines().next().unwrap().to_owned(), body.to_owned())
    }

    /// The next line of its standard output that begins so.
    fn printed(&mut self, start: &str) -> String {
        loop {
            let mut line = String::new();
            assert!(
                self.stdout.read_line(&mut line).unwrap() > 0,
                "it ended without a line `{start}`"
            );
            if line.starts_with(start) {
                return line;
            }
        }
    }

    /// Sends a signal and waits for the end; what it printed since.
    fn stop(mut self, signal: &str) -> Run {
        let process = self.process.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &process])
                .status()
                .unwrap()
                .success()
        );
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).unwrap();
        self.stderr.read_to_string(&mut stderr).unwrap();
        Run {
            exit: self.process.wait().unwrap().code(),
            stdout,
            stderr,
        }
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // It has ended already where the test got to its end.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// The text with `N` for every number that a summary measures.
fn without_measures(summary: &str) -> String {
    let words = summary.split(' ').map(|word| match word.parse::<f64>() {
        Ok(_) if word.contains('.') => "N",
        _ => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn it_says_where_it_listens_serves_and_sums_up_on_ctrl_c() {
    let mut dev = Dev::start(&[]);
    let banner = dev.banner.replace(&dev.address, "ADDRESS");
    assert_snapshot!(banner, @r"
    Function URL  http://ADDRESS/
    Invoke API    http://ADDRESS/2015-03-31/functions/function/invocations
    State         http://ADDRESS/_zerobill/state
    Try           curl http://ADDRESS/health
    ");
    let (status, body) = dev.get("/health");
    assert_eq!(
        (status.as_str(), body.as_str()),
        ("HTTP/1.1 200 OK", r#"{"status":"ok"}"#)
    );
    assert_snapshot!(steady(&dev.printed("START ")), @"START RequestId: ID Version: $LATEST");
    let report = dev.printed("REPORT ");
    assert!(report.contains("\tInit Duration: "), "{report}");
    let billed = report
        .split("Billed Duration: ")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .to_owned();
    let run = dev.stop("-INT");
    assert_eq!((run.exit, run.stdout.as_str()), (Some(0), ""));
    let summary = without_measures(&run.stderr.replace(&format!("billed {billed} ms"), "billed N ms"));
    assert_snapshot!(summary, @r"
    1 invocations, 1 cold starts, 0 errors, 0 timeouts, 0 throttles; billed N ms, N GB-seconds
    of the month's free tier: N % of the requests, N % of the GB-seconds
    ");
}

#[test]
fn another_zerobill_invokes_it() {
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
    let later = run(&["invoke", "--sample", "health", "--url", &url, "--async"]);
    assert_eq!((later.exit, later.stdout.as_str()), (Some(0), ""), "{later}");
    let unknown = run(&["invoke", "--sample", "health", "--url", &url, "--function", "other"]);
    assert_snapshot!(unknown, @r"
    exit: 1
    --- stdout

    --- stderr
    error: Function not found: arn:aws:lambda:us-east-1:123456789012:function:other
    ");
    let mut dev = dev;
    dev.printed("REPORT ");
    dev.printed("REPORT ");
    let run = dev.stop("-TERM");
    assert_eq!(run.exit, Some(0));
    assert!(run.stderr.starts_with("2 invocations, "), "{run}");
}

#[test]
fn a_failing_function_fails_each_caller_and_the_engine_lives_on() {
    let dev = Dev::start(&["--", "sh", "-c", "echo no settings; exit 1"]);
    for _ in 0..2 {
        let run = run(&["invoke", "--sample", "health", "--url", &dev.url()]);
        assert_eq!(run.exit, Some(1), "{run}");
        assert!(run.stdout.contains(r#""errorType":"Runtime.ExitError""#), "{run}");
        assert!(run.stderr.contains("no settings\n"), "the log's tail says why: {run}");
    }
    assert_eq!(dev.get("/").0, "HTTP/1.1 502 Bad Gateway");
    let run = dev.stop("-INT");
    assert_eq!(run.exit, Some(0));
    assert!(
        run.stderr.starts_with("3 invocations, 3 cold starts, 3 errors, "),
        "{run}"
    );
}

#[test]
fn the_demo_sends_varied_events() {
    // Takes 2 s: the demo sends a few events a second.
    let mut dev = Dev::start(&["--demo"]);
    for _ in 0..5 {
        dev.printed("REPORT ");
    }
    let run = dev.stop("-INT");
    assert_eq!(run.exit, Some(0), "{run}");
    let invocations: u32 = run.stderr.split(' ').next().unwrap().parse().unwrap();
    assert!((5..9).contains(&invocations), "{run}");
}

#[test]
fn a_port_that_is_taken_ends_with_64_and_a_hint() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let run = run(&["dev", "--port", &port]);
    assert_snapshot!(run.to_string().replace(&port, "PORT"), @r"
    exit: 64
    --- stdout

    --- stderr
    error: port PORT on 127.0.0.1 is taken
    hint: `--port 0` takes a free one
    ");
}

#[test]
fn it_warns_when_other_machines_can_reach_it() {
    let mut dev = Dev::start(&["--host", "0.0.0.0"]);
    let mut warning = String::new();
    dev.stderr.read_line(&mut warning).unwrap();
    assert_eq!(
        warning,
        "warning: other machines can reach this port and invoke the function\n"
    );
    assert_eq!(dev.stop("-INT").exit, Some(0));
}
