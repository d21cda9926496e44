//! `zerobill forecast --aws` against a stand-in for the Free Tier API, which keeps what it was asked.

use std::{
    fs,
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::Stdio,
    sync::{Arc, Mutex},
    thread,
};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::{Value, json};

use crate::zerobill::{Run, command, finish, run};

const ANNOUNCEMENT: &str = r#"this calls `freetier:GetFreeTierUsage` in us-east-1, once for each 1,000 allowances in use: most likely once
AWS documents no charge for it; nothing else is called, neither Cost Explorer at $0.01 a request nor GetMetricData, which is never free
the credentials need this policy:
  {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"freetier:GetFreeTierUsage","Resource":"*"}]}
"#;

/// A request that came: its first line, its headers with names in lower case, its body.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    line: String,
    headers: Vec<(String, String)>,
    body: Value,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }
}

/// Answers one request after the other with what it was given, the last answer again and again.
pub(crate) struct Amazon {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Amazon {
    pub(crate) fn answering(answers: Vec<(u16, Value)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut kept = kept.lock().unwrap();
                let (status, body) = &answers[kept.len().min(answers.len() - 1)];
                kept.push(request(&stream));
                let body = body.to_string();
                let head = format!(
                    "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.0\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                stream.write_all((head + &body).as_bytes()).unwrap();
            }
        });
        Self { url, asked }
    }

    fn failing(status: u16, code: &str, message: &str) -> Self {
        let kind = format!("com.amazonaws.awsfreetierservice#{code}");
        Self::answering(vec![(status, json!({ "__type": kind, "message": message }))])
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    fn forecast(&self, arguments: &[&str]) -> Run {
        let mut command = command(&[&["forecast", "--aws"], arguments].concat());
        finish(
            with_credentials(&mut command, &self.url)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped()),
        )
    }
}

fn with_credentials<'a>(command: &'a mut std::process::Command, url: &str) -> &'a mut std::process::Command {
    command
        .env("AWS_ENDPOINT_URL_FREETIER", url)
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "zbsecret-forecast-key")
        .env("AWS_SESSION_TOKEN", "zbsecret-forecast-session")
        .env_remove("AWS_REGION")
        .env_remove("AWS_DEFAULT_REGION")
}

fn request(stream: &TcpStream) -> Asked {
    let mut reader = BufReader::new(stream);
    let mut next = || {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    };
    let line = next();
    let mut headers = Vec::new();
    loop {
        let header = next();
        let Some((name, value)) = header.split_once(':') else {
            break;
        };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let body = length.map_or(Value::Null, |(_, length)| {
        let mut body = vec![0; length.parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    });
    Asked { line, headers, body }
}

/// A row as AWS documents it.
fn row(service: &str, kind: &str, used: f64, forecast: f64, limit: f64, unit: &str) -> Value {
    json!({
        "actualUsageAmount": used,
        "description": format!("{limit} {unit} are always free per month as part of AWS Free Usage Tier ({kind})"),
        "forecastedUsageAmount": forecast,
        "freeTierType": "Always Free",
        "limit": limit,
        "operation": "",
        "region": "global",
        "service": service,
        "unit": unit,
        "usageType": kind,
    })
}

fn rows() -> [Value; 3] {
    [
        row(
            "AWS Lambda",
            "Global-Request",
            1_200_000.0,
            2_000_000.0,
            1_000_000.0,
            "Requests",
        ),
        row("AmazonCloudWatch", "CW:AlarmMonitorUsage", 2.5, 3.0, 10.0, "Alarms"),
        row("AWS Glue", "Catalog-Request", 287.0, 2_224.25, 1_000_000.0, "Request"),
    ]
}

#[test]
fn the_account_is_asked_page_by_page_and_nothing_else() {
    let [lambda, alarms, glue] = rows();
    let amazon = Amazon::answering(vec![
        (
            200,
            json!({ "freeTierUsages": [alarms, glue], "nextToken": "page two" }),
        ),
        (200, json!({ "freeTierUsages": [lambda] })),
    ]);
    let run = amazon.forecast(&["--yes", "--format", "json"]);
    assert_eq!((run.exit, run.stderr.as_str()), (Some(0), ANNOUNCEMENT));
    let printed: Value = serde_json::from_str(&run.stdout).unwrap();
    let ids: Vec<_> = printed["allowances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["id"])
        .collect();
    assert_eq!(ids, ["Global-Request", "CW:AlarmMonitorUsage", "Catalog-Request"]);
    assert_eq!(printed["first_to_end"]["id"], "Global-Request");
    let second = &printed["allowances"][1];
    assert_eq!(
        [&second["used"], &second["forecast"], &second["free"]],
        [2.5, 3.0, 10.0]
    );

    let asked = amazon.asked();
    let bodies: Vec<_> = asked.iter().map(|asked| asked.body.clone()).collect();
    assert_eq!(
        bodies,
        [
            json!({ "maxResults": 1_000 }),
            json!({ "maxResults": 1_000, "nextToken": "page two" })
        ]
    );
    for asked in asked {
        assert_eq!(asked.line, "POST / HTTP/1.1");
        assert_eq!(asked.header("x-amz-target"), "AWSFreeTierService.GetFreeTierUsage");
        assert_eq!(asked.header("content-type"), "application/x-amz-json-1.0");
        assert_eq!(asked.header("x-amz-security-token"), "zbsecret-forecast-session");
        let signature = asked.header("authorization");
        assert!(
            signature.starts_with("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/")
                && signature.contains("/us-east-1/freetier/aws4_request, SignedHeaders="),
            "{signature}"
        );
    }
}

#[test]
fn the_account_is_shown_as_the_file_that_the_aws_cli_writes() {
    let answer = json!({ "freeTierUsages": rows() });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("usage.json");
    fs::write(&file, answer.to_string()).unwrap();
    let amazon = Amazon::answering(vec![(200, answer)]);
    for format in ["table", "json"] {
        let of_file = run(&["forecast", "--usage", &file.display().to_string(), "--format", format]);
        let of_account = amazon.forecast(&["--yes", "--format", format]);
        assert_eq!((of_account.exit, of_account.stdout), (Some(0), of_file.stdout));
    }
}

#[test]
fn nothing_is_asked_before_someone_agrees() {
    let amazon = Amazon::answering(vec![(200, json!({ "freeTierUsages": [] }))]);
    let refused = amazon.forecast(&[]);
    let expected = format!("{ANNOUNCEMENT}error: there is no terminal to ask on\nhint: `--yes` asks AWS without\n");
    assert_eq!(
        (refused.exit, refused.stdout, refused.stderr),
        (Some(64), String::new(), expected)
    );
    for (typed, exit, calls) in [("\n", 1, 0), ("no\n", 1, 0), ("y\n", 0, 1)] {
        let mut keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).map(File::from).unwrap();
        grantpt(&keyboard).unwrap();
        unlockpt(&keyboard).unwrap();
        let name = ptsname(&keyboard, Vec::new()).unwrap().into_string().unwrap();
        let terminal = File::options().read(true).write(true).open(name).unwrap();
        keyboard.write_all(typed.as_bytes()).unwrap();
        let mut command = command(&["forecast", "--aws"]);
        with_credentials(&mut command, &amazon.url).stdin(terminal);
        let run = finish(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
        assert_eq!(
            (run.exit, amazon.asked().len()),
            (Some(exit), calls),
            "{typed:?}: {run}"
        );
        let asked = format!("{ANNOUNCEMENT}ask AWS now? [y/N]\n");
        assert_eq!(
            run.stderr.strip_prefix(&asked).map(str::is_empty),
            Some(exit == 0),
            "{run}"
        );
    }
}

#[test]
fn the_readme_shows_what_is_said_first() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    let shown = format!("$ zerobill forecast --aws\n{ANNOUNCEMENT}ask AWS now? [y/N]\n");
    assert!(readme.contains(&shown), "{shown}");
}

#[test]
fn an_account_without_use_says_what_that_may_mean() {
    let amazon = Amazon::answering(vec![(200, json!({ "freeTierUsages": [] }))]);
    let run = amazon.forecast(&["--yes"]);
    assert_eq!(
        (run.exit, run.stdout.as_str()),
        (
            Some(0),
            "AWS counts no use of any allowance this month; in a member of an organization, ask its management account\n"
        )
    );
}

#[test]
fn each_refusal_says_what_to_do() {
    let why = "User: arn:aws:iam::123456789012:user/ada is not authorized to perform: freetier:GetFreeTierUsage";
    for (status, code, message, calls, expected) in [
        (
            400,
            "AccessDeniedException",
            why,
            1,
            format!(
                "error: `freetier:GetFreeTierUsage` is denied: {why}\n\
                 hint: give the user or the role the policy above; in a member of an organization it is the organization's policy \
                 that denies it, or the management account that must be asked\n"
            ),
        ),
        (
            400,
            "ThrottlingException",
            "Rate exceeded",
            3,
            "error: AWS throttles `freetier:GetFreeTierUsage`, also at attempt 3\nhint: try again in a minute\n".to_owned(),
        ),
        (
            400,
            "ExpiredTokenException",
            "The security token included in the request is expired",
            1,
            "error: the AWS credentials do not work: ExpiredTokenException: The security token included in the request is expired\n\
             hint: `eval \"$(aws configure export-credentials --format env)\"` exports those of a profile or a login\n"
                .to_owned(),
        ),
        (
            400,
            "ValidationException",
            "1 validation error detected",
            1,
            "error: `freetier:GetFreeTierUsage` failed: ValidationException: 1 validation error detected\n".to_owned(),
        ),
        (
            500,
            "InternalServerException",
            "an unexpected error",
            3,
            "error: `freetier:GetFreeTierUsage` failed: InternalServerException: an unexpected error\n".to_owned(),
        ),
    ] {
        let amazon = Amazon::failing(status, code, message);
        let run = amazon.forecast(&["--yes"]);
        assert_eq!(
            (run.exit, run.stdout, run.stderr),
            (Some(1), String::new(), format!("{ANNOUNCEMENT}{expected}"))
        );
        assert_eq!(amazon.asked().len(), calls, "{code}");
    }
}

#[test]
fn without_credentials_the_policy_is_still_shown() {
    let mut command = command(&["forecast", "--aws", "--yes"]);
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        command.env_remove(name);
    }
    let run = finish(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
    let expected = format!(
        "{ANNOUNCEMENT}error: there are no AWS credentials: the variable `AWS_ACCESS_KEY_ID` is not set, and no profile has keys\n\
         hint: `eval \"$(aws configure export-credentials --format env)\"` exports those of a profile or a login\n"
    );
    assert_eq!((run.exit, run.stderr), (Some(64), expected));
}

#[test]
fn no_answer_names_the_call() {
    let mut command = command(&["forecast", "--aws", "--yes"]);
    with_credentials(&mut command, "http://127.0.0.1:9");
    let run = finish(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
    let problem = run.stderr.strip_prefix(ANNOUNCEMENT).unwrap();
    assert!(
        run.exit == Some(1) && problem.starts_with("error: `freetier:GetFreeTierUsage` failed: no answer: "),
        "{run}"
    );
}

#[test]
fn what_does_not_go_with_the_account_ends_with_64() {
    for arguments in [
        &["--aws", "--month", "2026-11"][..],
        &["--aws", "--requests", "1"],
        &["--aws", "--usage", "usage.json"],
        &["--yes", "--usage", "usage.json"],
        &["--yes", "--requests", "1", "--duration-ms", "1"],
    ] {
        let run = run(&[&["forecast"], arguments].concat());
        assert_eq!((run.exit, run.stdout.as_str()), (Some(64), ""), "{arguments:?}: {run}");
    }
}
