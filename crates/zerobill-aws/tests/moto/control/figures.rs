//! Figures, functions, notices and the document that several write.

use std::fmt::Write as _;

use serde_json::json;
use zerobill_aws::control::{CloudWatch, Document, Functions, Topic};
use zerobill_free_tier::Architecture;

use super::{brake::aws, create_function, rest};
use crate::lab::{call, create_table, moto};

/// Midnight of a month's first day, in seconds since 1970.
const MONTH: u64 = 1_793_491_200;

/// Figures of a minute, as Lambda would have sent them.
async fn put(metric: &str, function: &str, at_s: u64, value: u64) {
    let mut body = "Action=PutMetricData&Version=2010-08-01&Namespace=AWS%2FLambda".to_owned();
    let datum = [
        ("MetricName", metric.to_owned()),
        ("Dimensions.member.1.Name", "FunctionName".to_owned()),
        ("Dimensions.member.1.Value", function.to_owned()),
        ("Timestamp", at_s.to_string()),
        ("Value", value.to_string()),
    ];
    for (name, value) in datum {
        write!(body, "&MetricData.member.1.{name}={value}").unwrap();
    }
    let (status, answer) = rest("monitoring", "POST", "/", Some(body.into())).await;
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn sums_are_of_one_function_or_of_all_and_of_the_month_alone() {
    for (function, at_s, value) in [
        ("sum-one", MONTH - 1, 1_000_000),
        ("sum-one", MONTH, 1),
        ("sum-one", MONTH + 3_599, 20),
        ("sum-one", MONTH + 200 * 3_600, 300),
        ("sum-other", MONTH + 60, 4_000),
        ("sum-other", MONTH + 300 * 3_600, 50_000),
    ] {
        put("Invocations", function, at_s, value).await;
    }
    let figures = CloudWatch::new(aws());
    let until = MONTH + 250 * 3_600;
    let sum = async |function| {
        format!(
            "{:.3}",
            figures.sum("Invocations", function, MONTH, until).await.unwrap()
        )
    };
    assert_eq!(sum(Some("sum-one")).await, "321.000");
    assert_eq!(sum(Some("sum-other")).await, "4000.000");
    assert_eq!(sum(None).await, "4321.000");
    assert_eq!(sum(Some("sum-none")).await, "0.000");
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn functions_are_listed_with_what_they_are_billed_by() {
    create_function("listed-arm", 512, "arm64").await;
    create_function("listed-intel", 1_024, "x86_64").await;
    let mut listed = Functions::new(aws()).list().await.unwrap();
    listed.retain(|function| function.name.starts_with("listed-"));
    listed.sort_by(|one, other| one.name.cmp(&other.name));
    let facts: Vec<_> = listed
        .iter()
        .map(|one| (one.name.as_str(), one.memory_mb, one.architecture))
        .collect();
    assert_eq!(
        facts,
        [
            ("listed-arm", 512, Architecture::Arm64),
            ("listed-intel", 1_024, Architecture::X86_64)
        ]
    );
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn a_notice_reaches_who_has_subscribed() {
    call(
        &moto(),
        "sqs",
        "AmazonSQS.CreateQueue",
        json!({ "QueueName": "notices" }),
    )
    .await;
    let (_, _) = rest(
        "sns",
        "POST",
        "/",
        Some("Action=CreateTopic&Version=2010-03-31&Name=notices".into()),
    )
    .await;
    let arn = "arn:aws:sns:eu-west-1:123456789012:notices";
    let subscribe = format!(
        "Action=Subscribe&Version=2010-03-31&Protocol=sqs&TopicArn={arn}&Endpoint=arn:aws:sqs:eu-west-1:123456789012:notices"
    );
    assert_eq!(rest("sns", "POST", "/", Some(subscribe.into())).await.0, 200);
    let subject = format!("80 % \u{2014}\n{}", "x".repeat(200));
    Topic::new(aws(), arn)
        .publish(&subject, "80 % of 1,000 requests")
        .await
        .unwrap();

    let url = format!("{}/123456789012/notices", moto());
    let received = call(&moto(), "sqs", "AmazonSQS.ReceiveMessage", json!({ "QueueUrl": url })).await;
    let body: serde_json::Value = serde_json::from_str(received["Messages"][0]["Body"].as_str().unwrap()).unwrap();
    assert_eq!(body["Message"], "80 % of 1,000 requests");
    assert_eq!(body["Subject"], format!("80 % {}", "x".repeat(95)));
    let error = Topic::new(aws(), format!("{arn}-not"))
        .publish("x", "y")
        .await
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        format!("`sns:Publish` failed: there is no topic `{arn}-not`; check its ARN")
    );
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn of_two_writers_of_a_document_one_does() {
    create_table("documents").await;
    let document = |id: &str| Document::new(aws(), "documents", id);
    let (one, other) = (document("guard"), document("guard"));
    assert_eq!(one.read().await.unwrap(), None);
    assert!(!one.write("{}", 2).await.unwrap(), "there is no version 1");
    assert!(one.write(r#"{"a":1}"#, 1).await.unwrap());
    assert!(!other.write(r#"{"b":1}"#, 1).await.unwrap());
    assert!(other.write(r#"{"b":2}"#, 2).await.unwrap());
    assert_eq!(one.read().await.unwrap(), Some((r#"{"b":2}"#.to_owned(), 2)));
    assert_eq!(document("another").read().await.unwrap(), None);
}
