//! The brake, the figures and the notices.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

mod account;
mod brake;
mod figures;

use serde_json::{Value, json};
use zerobill::Gateway;
use zerobill::environment::Environment;
use zerobill::output::Output;

use crate::lab::moto;

/// Calls a REST action of the stand-in without our code; the status and the answer.
async fn rest(service: &str, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let gateway = Gateway::builder()
        .environment(Environment::default())
        .output(Output::captured())
        .build()
        .unwrap();
    let scope = format!("Credential=test/20260101/eu-west-1/{service}/aws4_request");
    let authorization = format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0");
    let kind = if matches!(service, "iam" | "monitoring" | "sns") {
        "application/x-www-form-urlencoded"
    } else {
        "application/json"
    };
    let mut request = gateway
        .http_client()
        .request(method, &format!("{}{path}", moto()))
        .header("content-type", kind)
        .header("authorization", &authorization);
    if let Some(body) = body {
        request = request.body(match body {
            Value::String(text) => text,
            body => body.to_string(),
        });
    }
    let answer = request.send().await.unwrap();
    (
        answer.status(),
        serde_json::from_slice(answer.bytes()).unwrap_or_default(),
    )
}

/// The same of an action that must work.
async fn done(service: &str, method: &str, path: &str, body: Value) -> Value {
    let (status, answer) = rest(service, method, path, Some(body)).await;
    assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
    answer
}

/// The ARN of a function of the stand-in.
fn arn(function: &str) -> String {
    format!("arn:aws:lambda:eu-west-1:123456789012:function:{function}")
}

/// Makes a function in the stand-in; nothing runs it.
pub(crate) async fn create_function(name: &str, memory_mb: u64, architecture: &str) {
    let trust = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D";
    let role = format!("Action=CreateRole&Version=2010-05-08&RoleName={name}&AssumeRolePolicyDocument={trust}");
    let (status, _) = rest("iam", "POST", "/", Some(role.into())).await;
    assert_eq!(status, 200);
    let body = json!({
        "FunctionName": name,
        "Runtime": "python3.12",
        "Role": format!("arn:aws:iam::123456789012:role/{name}"),
        "Handler": "app.handler",
        "MemorySize": memory_mb,
        "Architectures": [architecture],
        // An empty zip file.
        "Code": { "ZipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==" },
    });
    done("lambda", "POST", "/2015-03-31/functions", body).await;
}

/// The reserved concurrency, as the stand-in has it.
async fn concurrency(function: &str) -> Option<u64> {
    let path = format!("/2019-09-30/functions/{function}/concurrency");
    let (status, answer) = rest("lambda", "GET", &path, None).await;
    assert_eq!(status, 200, "{answer}");
    answer["ReservedConcurrentExecutions"].as_u64()
}

async fn reserve(function: &str, number: u64) {
    let path = format!("/2017-10-31/functions/{function}/concurrency");
    done(
        "lambda",
        "PUT",
        &path,
        json!({ "ReservedConcurrentExecutions": number }),
    )
    .await;
}

async fn unreserve(function: &str) {
    let path = format!("/2017-10-31/functions/{function}/concurrency");
    assert_eq!(rest("lambda", "DELETE", &path, None).await.0, 204);
}
