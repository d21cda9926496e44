//! The events of a function, as the resources that the framework makes for them.

use std::sync::Arc;

use super::{capital, made};
use crate::{
    node::{Entry, Node, Value},
    resource::{Contents, Resource},
};

/// What an event stands for: the end of an id, a type, and properties.
type Made = (String, &'static str, Vec<Entry>);

/// Adds what the events of a function, and its URL, stand for.
pub(super) fn read(contents: &mut Contents, function: &Entry, provider: &Node, id: &str, file: &Arc<str>) {
    let own = Node::new(function.line, Value::Reference(format!("{id}.Arn")));
    let events = function.value.get("events").map(Node::items).unwrap_or_default();
    for (place, event) in events.iter().enumerate() {
        // `- http: GET path`, `- sqs: {arn: …}`, and `- alexaSkill` alone.
        let Some(entry) = event.entries().first() else { continue };
        if let Some((id, kind, properties)) = shared(entry, provider, &own) {
            let is_known = |known: &Resource| known.id == id && known.file == *file;
            if !contents.resources.iter().any(is_known) {
                contents.resources.push(Resource {
                    id,
                    ..made(kind, entry.line, properties, file)
                });
            }
        } else if let Some((name, kind, properties)) = of_its_own(entry, &own) {
            contents.resources.push(Resource {
                id: format!("{id}{name}{}", place + 1),
                ..made(kind, entry.line, properties, file)
            });
        }
    }
    url(contents, function, own, id, file);
}

/// What the framework makes once, however many events name it: an API, or a bucket, a topic, a bus, a pool by its name.
fn shared(event: &Entry, provider: &Node, function: &Node) -> Option<Made> {
    let given = |path: &str| !provider.values(path).is_empty();
    let protocol = |protocol| vec![property("ProtocolType", Node::text(event.line, protocol))];
    let named = |kind: &str, name: &str| format!("{kind}{}", capital(name));
    let is_elsewhere = event.value.get("existing").and_then(Node::as_bool) == Some(true);
    let name = |key: &str| {
        let name = event.value.as_text().or_else(|| event.value.get(key)?.as_text())?;
        (!name.starts_with("arn:") && !is_elsewhere).then_some(name)
    };
    let nothing = Vec::new();
    Some(match event.key.as_str() {
        "http" if !given("apiGateway.restApiId") => {
            ("ApiGatewayRestApi".to_owned(), "AWS::ApiGateway::RestApi", nothing)
        }
        "httpApi" if !given("httpApi.id") => ("HttpApi".to_owned(), "AWS::ApiGatewayV2::Api", protocol("HTTP")),
        "websocket" if !given("apiGateway.websocketApiId") => {
            let protocol = protocol("WEBSOCKET");
            ("WebsocketsApi".to_owned(), "AWS::ApiGatewayV2::Api", protocol)
        }
        "cloudFront" => {
            let associations = Node::single(event.line, "LambdaFunctionARN", function.clone());
            let behavior = Node::single(event.line, "LambdaFunctionAssociations", associations);
            let config = Node::single(event.line, "DefaultCacheBehavior", behavior);
            let config = vec![property("DistributionConfig", config)];
            (
                "CloudFrontDistribution".to_owned(),
                "AWS::CloudFront::Distribution",
                config,
            )
        }
        "s3" => (named("S3Bucket", name("bucket")?), "AWS::S3::Bucket", nothing),
        "sns" => (named("SNSTopic", name("topicName")?), "AWS::SNS::Topic", nothing),
        "cognitoUserPool" => (
            named("CognitoUserPool", name("pool")?),
            "AWS::Cognito::UserPool",
            nothing,
        ),
        "eventBridge" => {
            let bus = event.value.get("eventBus")?.as_text()?;
            let is_made = !bus.starts_with("arn:") && bus != "default";
            (
                is_made.then(|| named("EventBus", bus))?,
                "AWS::Events::EventBus",
                nothing,
            )
        }
        _ => return None,
    })
}

/// What the framework makes for each event.
fn of_its_own(event: &Entry, function: &Node) -> Option<Made> {
    let text = event.value.as_text().map(|_| &event.value);
    let (name, kind, properties) = match event.key.as_str() {
        "sqs" | "stream" | "msk" | "activemq" | "rabbitmq" | "kafka" => {
            let mut properties = vec![property("FunctionName", function.clone())];
            let source = text.or_else(|| event.value.get("arn"));
            properties.extend(source.map(|arn| property("EventSourceArn", arn.clone())));
            // The word is enough, whatever the ARN turns out to be.
            properties.extend((event.key == "sqs").then(|| property("Queue", Node::new(event.line, Value::Unknown))));
            ("EventSourceMapping", "AWS::Lambda::EventSourceMapping", properties)
        }
        "schedule" if event.value.get("method").and_then(Node::as_text) == Some("scheduler") => {
            ("Schedule", "AWS::Scheduler::Schedule", Vec::new())
        }
        "iot" => ("IotTopicRule", "AWS::IoT::TopicRule", Vec::new()),
        _ => return None,
    };
    Some((name.to_owned(), kind, properties))
}

/// The URL of a function.
fn url(contents: &mut Contents, function: &Entry, target: Node, id: &str, file: &Arc<str>) {
    let Some(url) = function
        .value
        .entry("url")
        .filter(|url| url.value.as_bool() != Some(false))
    else {
        return;
    };
    let is_closed = url.value.get("authorizer").and_then(Node::as_text) == Some("aws_iam");
    let kind = if is_closed { "AWS_IAM" } else { "NONE" };
    let properties = vec![
        property("AuthType", Node::text(url.line, kind)),
        property("TargetFunctionArn", target),
    ];
    contents.resources.push(Resource {
        id: format!("{id}Url"),
        ..made("AWS::Lambda::Url", url.line, properties, file)
    });
}

fn property(key: &str, value: Node) -> Entry {
    Entry {
        key: key.to_owned(),
        line: value.line,
        value,
    }
}
