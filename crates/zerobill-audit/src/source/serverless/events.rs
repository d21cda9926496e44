//! The events of a function, as the resources that the framework makes for them.

use std::sync::Arc;

use super::made;
use crate::{
    node::{Entry, Node, Value},
    resource::{Contents, Resource},
};

/// Adds what the events of a function, and its URL, stand for.
pub(super) fn read(contents: &mut Contents, function: &Entry, id: &str, file: &Arc<str>) {
    for (place, event) in function
        .value
        .get("events")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        // `- http: GET path`, `- sqs: {arn: …}`, and `- alexaSkill` alone.
        let Some(entry) = event.entries().first() else { continue };
        let api = match entry.key.as_str() {
            "http" => Some(("ApiGatewayRestApi", "AWS::ApiGateway::RestApi", None)),
            "httpApi" => Some(("HttpApi", "AWS::ApiGatewayV2::Api", Some("HTTP"))),
            "websocket" => Some(("WebsocketsApi", "AWS::ApiGatewayV2::Api", Some("WEBSOCKET"))),
            _ => None,
        };
        if let Some((name, kind, protocol)) = api {
            if !contents
                .resources
                .iter()
                .any(|known| known.id == name && known.file == *file)
            {
                let protocol = protocol.map(|protocol| property("ProtocolType", Node::text(entry.line, protocol)));
                let properties = protocol.into_iter().collect();
                contents.resources.push(Resource {
                    id: name.to_owned(),
                    ..made(kind, entry.line, properties, file)
                });
            }
            continue;
        }
        let own = Node::new(entry.line, Value::Reference(format!("{id}.Arn")));
        let source = entry
            .value
            .as_text()
            .map(|_| &entry.value)
            .or_else(|| entry.value.get("arn"));
        let (name, kind, properties) = match entry.key.as_str() {
            "sqs" | "stream" | "msk" | "activemq" | "rabbitmq" | "kafka" => {
                let mut properties = vec![property("FunctionName", own)];
                properties.extend(source.map(|arn| property("EventSourceArn", arn.clone())));
                // The word is enough, whatever the ARN turns out to be.
                properties
                    .extend((entry.key == "sqs").then(|| property("Queue", Node::new(entry.line, Value::Unknown))));
                ("EventSourceMapping", "AWS::Lambda::EventSourceMapping", properties)
            }
            "sns" => ("SnsTopic", "AWS::SNS::Topic", Vec::new()),
            "eventBridge"
                if entry
                    .value
                    .get("eventBus")
                    .and_then(Node::as_text)
                    .is_some_and(|bus| !bus.starts_with("arn:")) =>
            {
                ("EventBus", "AWS::Events::EventBus", Vec::new())
            }
            "schedule" if entry.value.get("method").and_then(Node::as_text) == Some("scheduler") => {
                ("Schedule", "AWS::Scheduler::Schedule", Vec::new())
            }
            // A bucket that the framework makes for the event.
            "s3" if entry.value.get("existing").and_then(Node::as_bool) != Some(true) => {
                ("S3Bucket", "AWS::S3::Bucket", Vec::new())
            }
            _ => continue,
        };
        // A topic or a queue given by its ARN is made elsewhere.
        if kind == "AWS::SNS::Topic"
            && source.is_some_and(|arn| arn.as_text().is_none_or(|text| text.starts_with("arn:")))
        {
            continue;
        }
        contents.resources.push(Resource {
            id: format!("{id}{name}{}", place + 1),
            ..made(kind, entry.line, properties, file)
        });
    }
    if let Some(url) = function.value.entry("url") {
        let authorizer = url.value.get("authorizer").and_then(Node::as_text);
        let kind = if authorizer == Some("aws_iam") {
            "AWS_IAM"
        } else {
            "NONE"
        };
        let target = Node::new(url.line, Value::Reference(format!("{id}.Arn")));
        let properties = vec![
            property("AuthType", Node::text(url.line, kind)),
            property("TargetFunctionArn", target),
        ];
        if url.value.as_bool() != Some(false) {
            contents.resources.push(Resource {
                id: format!("{id}Url"),
                ..made("AWS::Lambda::Url", url.line, properties, file)
            });
        }
    }
}

fn property(key: &str, value: Node) -> Entry {
    Entry {
        key: key.to_owned(),
        line: value.line,
        value,
    }
}
