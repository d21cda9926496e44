//! What the tests need around them: moto, what stands in it, and gateways with a clock that has a hand.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test fails like a test"
)]

use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use zerobill::{
    Clock, ClockHand, Gateway,
    environment::{AWS_ENDPOINT_URL, Environment},
    gateway::Builder,
    output::Output,
};
use zerobill_aws::{Aws, ParameterStore, SETTINGS};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// Where moto listens.
pub(crate) fn moto() -> String {
    let environment = Environment::process();
    let (_, url) = environment
        .read(&AWS_ENDPOINT_URL)
        .expect("`AWS_ENDPOINT_URL` names moto: run `cargo xtask test --only aws`");
    url.to_owned()
}

/// A moto of one's own, which can be stopped.
pub(crate) struct OwnMoto {
    process: Child,
    pub(crate) url: String,
}

impl OwnMoto {
    pub(crate) fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let environment = Environment::process();
        let python = environment
            .get("MOTO_PYTHON")
            .expect("`MOTO_PYTHON` is a Python with moto");
        let process = Command::new(python)
            .args(["-m", "moto.server", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let url = format!("http://127.0.0.1:{port}");
        let own = Self { process, url };
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return own;
            }
            std::thread::sleep(SECOND / 10);
        }
        panic!("moto did not listen within a minute");
    }

    pub(crate) fn stop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for OwnMoto {
    fn drop(&mut self) {
        // It may have been stopped.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// Calls an action of the stand-in without our code: what the tests find there was not put there by what they test.
pub(crate) async fn call(url: &str, service: &str, target: &str, body: Value) -> Value {
    let gateway = Gateway::builder()
        .environment(Environment::default())
        .output(Output::captured());
    let scope = format!("Credential=test/20260101/eu-west-1/{service}/aws4_request");
    let answer = gateway
        .build()
        .unwrap()
        .http_client()
        .post(url)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", target)
        .header(
            "authorization",
            &format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"),
        )
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    assert!(answer.is_success(), "{target}: {}", answer.text().unwrap());
    answer.json().unwrap()
}

pub(crate) async fn put_parameter(url: &str, name: &str, value: &str, kind: &str) {
    let body = json!({ "Name": name, "Value": value, "Type": kind, "Overwrite": true });
    call(url, "ssm", "AmazonSSM.PutParameter", body).await;
}

pub(crate) async fn create_table(name: &str) {
    let body = json!({
        "TableName": name,
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
        "ProvisionedThroughput": { "ReadCapacityUnits": 5, "WriteCapacityUnits": 5 },
    });
    call(&moto(), "dynamodb", "DynamoDB_20120810.CreateTable", body).await;
}

/// The item of that id, as the table has it.
pub(crate) async fn item(table: &str, id: &str) -> Value {
    let body = json!({ "TableName": table, "Key": { "id": { "S": id } } });
    call(&moto(), "dynamodb", "DynamoDB_20120810.GetItem", body).await["Item"].clone()
}

/// One execution environment.
pub(crate) struct Place {
    pub(crate) gateway: Gateway,
    pub(crate) hand: ClockHand,
    pub(crate) output: Output,
}

impl Place {
    /// With these settings, where `url` stands in for AWS.
    pub(crate) async fn at<const N: usize>(url: &str, settings: [(&str, &str); N]) -> Self {
        let environment = Environment::from_pairs([
            ("AWS_ENDPOINT_URL", url),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "zbsecret-access-key"),
        ]);
        Self::of(environment, settings).await
    }

    /// With these settings, where moto stands in for AWS.
    pub(crate) async fn new<const N: usize>(settings: [(&str, &str); N]) -> Self {
        Self::at(&moto(), settings).await
    }

    pub(crate) async fn of<const N: usize>(environment: Environment, settings: [(&str, &str); N]) -> Self {
        let (clock, hand) = Clock::manual(SystemTime::UNIX_EPOCH + 1_800_000_000 * SECOND);
        let output = Output::captured();
        let aws = Aws::new(&environment, clock.clone());
        let set = |builder: Builder, (key, value): (&str, &str)| builder.setting(key, value);
        let builder = Gateway::builder()
            .environment(environment)
            .clock(clock)
            .output(output.clone())
            .declare(SETTINGS)
            .config_source(ParameterStore::new(aws.clone()));
        let (gateway, faults) = settings.into_iter().fold(builder, set).build_resolved().await;
        assert!(faults.is_empty(), "{faults:?}");
        zerobill_aws::share(&gateway, &aws);
        Self { gateway, hand, output }
    }

    /// The warnings so far.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let lines = self.output.lines();
        let parsed = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let warned = parsed.filter(|line| line["level"] == "WARN");
        warned
            .map(|line| line["message"].as_str().unwrap().to_owned())
            .collect()
    }
}
