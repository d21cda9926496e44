//! The event documents that the `aws_lambda_events` crate tests its types with.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use zerobill::event::EventKind;

use super::event;

/// What a document of the folder is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Document {
    /// An event of a kind we tell.
    Event(EventKind),
    /// An event of a service whose kind we do not tell.
    Other,
    /// No event: what a function answers, or a part of an event.
    NotAnEvent,
}

use Document::{Event, NotAnEvent, Other};

/// What each document is, by the start of its name after `example-`; the first row that fits counts.
const DOCUMENTS: &[(&str, Document)] = &[
    ("activemq-", Other),
    ("alb-lambda-target-request-", Event(EventKind::Alb)),
    ("alb-lambda-target-response", NotAnEvent),
    ("apigw-console-", Event(EventKind::HttpV1)),
    ("apigw-custom-auth-request", Other),
    ("apigw-custom-auth-response", NotAnEvent),
    ("apigw-request", Event(EventKind::HttpV1)),
    ("apigw-response", NotAnEvent),
    ("apigw-restapi-openapi-request", Event(EventKind::HttpV1)),
    ("apigw-sam-http-request", Event(EventKind::HttpV2)),
    ("apigw-sam-rest-request", Event(EventKind::HttpV1)),
    ("apigw-v2-custom-authorizer-", Other),
    ("apigw-v2-request-", Event(EventKind::HttpV2)),
    ("apigw-websocket-request", Event(EventKind::WebSocket)),
    ("appsync-batchinvoke", Other),
    ("appsync-direct-resolver", Other),
    ("appsync-identity-", NotAnEvent),
    ("appsync-invoke", Other),
    ("appsync-lambda-auth-request", Other),
    ("appsync-lambda-auth-response", NotAnEvent),
    ("autoscaling-event-", Event(EventKind::EventBridge)),
    ("bedrock-agent-runtime-event", Other),
    ("clientvpn-connectionhandler-request", Other),
    ("cloudformation-custom-resource-provider-response", NotAnEvent),
    ("cloudformation-custom-resource-response", NotAnEvent),
    ("cloudformation-custom-resource-", Other),
    ("cloudwatch-alarm-sns-payload-", Event(EventKind::Sns)),
    ("cloudwatch-alarm-", Other),
    // The `detail` of an event, without the event around it.
    ("cloudwatch-cloudtrail-", NotAnEvent),
    ("cloudwatch_logs-event", Other),
    ("code_commit-event", Other),
    ("codebuild-", Event(EventKind::EventBridge)),
    ("codedeploy-deployment-event", Event(EventKind::EventBridge)),
    ("codedeploy-instance-event", Event(EventKind::EventBridge)),
    ("codedeploy-lifecycle-event", Other),
    ("codepipeline_job-event", Other),
    ("codepipeline-", Event(EventKind::EventBridge)),
    ("cognito-event", Other),
    ("config-event", Other),
    ("connect-event", Other),
    // The `detail` of an event, without the event around it.
    ("controltower-", NotAnEvent),
    ("documentdb-", Other),
    ("dynamodb-event-record-with-optional-fields", NotAnEvent),
    ("dynamodb-event", Event(EventKind::DynamodbStream)),
    ("ecr-image-scan-event", Event(EventKind::EventBridge)),
    ("eventbridge-event-obj", Event(EventKind::EventBridge)),
    ("eventbridge-schedule", Event(EventKind::Schedule)),
    ("firehose-event", Other),
    ("iot-custom-auth-request", Other),
    ("iot-custom-auth-response", NotAnEvent),
    ("iot_1_click-event", Other),
    ("iot_button-event", Other),
    ("kafka-event", Other),
    ("kinesis-event", Event(EventKind::Kinesis)),
    ("kinesis-firehose-event", Other),
    ("kinesis-firehose-response", NotAnEvent),
    ("lex-event", Other),
    ("lex-response", NotAnEvent),
    ("rabbitmq-event", Other),
    ("s3-event", Event(EventKind::S3)),
    ("s3-object-lambda-event-", Other),
    ("secretsmanager-secret-rotation-event", Other),
    ("ses-", Other),
    ("sns-event", Event(EventKind::Sns)),
    // What an HTTP endpoint is sent, not a function.
    ("sns-subscription-confirmation", NotAnEvent),
    ("sns-unsubscribe-confirmation", NotAnEvent),
    // What the queue's own interface returns.
    ("sqs-api-event-obj", NotAnEvent),
    ("sqs-batch-response", NotAnEvent),
    ("sqs-event", Event(EventKind::Sqs)),
    ("vpc-lattice-response", NotAnEvent),
    ("vpc-lattice-", Other),
];

#[test]
fn each_document_is_named_by_a_row_and_has_its_kind() {
    let mut used = vec![false; DOCUMENTS.len()];
    let (mut unnamed, mut wrong) = (Vec::new(), Vec::new());
    for file in documents() {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let start = name.strip_prefix("example-").unwrap_or(&name);
        let Some(row) = DOCUMENTS.iter().position(|(prefix, _)| start.starts_with(prefix)) else {
            unnamed.push(name);
            continue;
        };
        used[row] = true;
        let expected = match DOCUMENTS[row].1 {
            Event(kind) => kind,
            Other | NotAnEvent => EventKind::Unknown,
        };
        let text = std::fs::read_to_string(&file).unwrap();
        let event = event(&text);
        if event.kind() != expected {
            wrong.push(format!("{name}: {} instead of {expected}", event.kind()));
        }
        assert_eq!(event.bytes(), text.trim().as_bytes(), "{name}");
    }
    assert!(unnamed.is_empty(), "no row names {unnamed:?}: look at them and add one");
    assert!(wrong.is_empty(), "{wrong:#?}");
    let unused: Vec<_> = DOCUMENTS
        .iter()
        .zip(used)
        .filter(|(_, used)| !used)
        .map(|((prefix, _), _)| prefix)
        .collect();
    assert!(unused.is_empty(), "rows that name no document: {unused:?}");
}

/// The JSON documents in the source of `aws_lambda_events`, in the version this crate is tested with.
fn documents() -> Vec<PathBuf> {
    let manifest = manifest_of("aws_lambda_events");
    let folder = Path::new(&manifest).with_file_name("src").join("fixtures");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: String,
}

fn manifest_of(name: &str) -> String {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        ])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Metadata = serde_json::from_slice(&output.stdout).unwrap();
    let mut found = metadata.packages.into_iter().filter(|package| package.name == name);
    let package = found.next().unwrap_or_else(|| panic!("`{name}` is no dependency"));
    assert!(found.next().is_none(), "two versions of `{name}`");
    package.manifest_path
}
