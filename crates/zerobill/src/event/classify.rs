//! Tells the kind of an event from one pass over its top level, without building a value.

use super::EventKind;
use super::json::{each_member, first_element, is_object, is_text, member, text};

/// The kind of the event `payload`, and whether it came through a Function URL.
///
/// `payload` is valid JSON.
pub(super) fn classify(payload: &str) -> (EventKind, bool) {
    let top = TopLevel::read(payload);
    if top.authorizer {
        return (EventKind::Unknown, false);
    }
    let context = RequestContext::read(top.request_context);
    let kind = context
        .kind(&top)
        .or_else(|| top.records())
        .or_else(|| top.event_bridge())
        .or_else(|| top.alexa())
        .or_else(|| top.direct())
        .unwrap_or(EventKind::Unknown);
    (kind, kind == EventKind::HttpV2 && context.names_function_url())
}

/// The members of the top level that tell kinds apart, each as the JSON text of its value.
#[derive(Default)]
struct TopLevel<'a> {
    /// How many members there are, duplicates included.
    members: usize,
    /// `methodArn` or `routeArn`: a request to a Lambda authorizer, which otherwise looks like HTTP.
    authorizer: bool,
    /// A member that only an envelope has, of whatever type.
    envelope: bool,
    request_context: Option<&'a str>,
    http_method: Option<&'a str>,
    records: Option<&'a str>,
    detail_type: Option<&'a str>,
    source: Option<&'a str>,
    detail: Option<&'a str>,
    directive: Option<&'a str>,
    session: Option<&'a str>,
    context: Option<&'a str>,
    request: Option<&'a str>,
    zerobill: Option<&'a str>,
    interface: Option<&'a str>,
    operation: Option<&'a str>,
    params: Option<&'a str>,
    request_type: Option<&'a str>,
    text: Option<&'a str>,
    language: Option<&'a str>,
}

impl<'a> TopLevel<'a> {
    fn read(payload: &'a str) -> Self {
        let mut top = Self::default();
        each_member(payload, |key, value| {
            top.members += 1;
            match key {
                b"requestContext" => top.request_context = Some(value),
                b"httpMethod" => top.http_method = Some(value),
                b"Records" => top.records = Some(value),
                b"detail-type" => top.detail_type = Some(value),
                b"source" => top.source = Some(value),
                b"detail" => top.detail = Some(value),
                b"directive" => top.directive = Some(value),
                b"session" => top.session = Some(value),
                b"context" => top.context = Some(value),
                b"request" => top.request = Some(value),
                b"zerobill" => top.zerobill = Some(value),
                b"interface" => top.interface = Some(value),
                b"operation" => top.operation = Some(value),
                b"params" => top.params = Some(value),
                b"requestType" => top.request_type = Some(value),
                b"text" => top.text = Some(value),
                b"language" => top.language = Some(value),
                b"methodArn" | b"routeArn" => top.authorizer = true,
                b"headers" | b"multiValueHeaders" | b"body" | b"isBase64Encoded" | b"eventSource" | b"records" => {
                    top.envelope = true;
                }
                _ => {}
            }
        });
        top
    }

    fn records(&self) -> Option<EventKind> {
        let mut source = None;
        each_member(first_element(self.records?)?, |key, value| {
            // SNS alone spells it with a capital.
            if matches!(key, b"eventSource" | b"EventSource") {
                source = Some(value);
            }
        });
        match text(source?)?.as_ref() {
            "aws:sqs" => Some(EventKind::Sqs),
            "aws:sns" => Some(EventKind::Sns),
            "aws:s3" => Some(EventKind::S3),
            "aws:dynamodb" => Some(EventKind::DynamodbStream),
            "aws:kinesis" => Some(EventKind::Kinesis),
            _ => None,
        }
    }

    fn event_bridge(&self) -> Option<EventKind> {
        self.detail?;
        let (detail_type, source) = (text(self.detail_type?)?, text(self.source?)?);
        match (detail_type.as_ref(), source.as_ref()) {
            ("Scheduled Event", "aws.events" | "aws.scheduler") => Some(EventKind::Schedule),
            _ => Some(EventKind::EventBridge),
        }
    }

    fn alexa(&self) -> Option<EventKind> {
        let holds = |value: Option<&str>, name| value.and_then(|value| member(value, name)).is_some_and(is_object);
        if holds(self.directive, "header") {
            return Some(EventKind::AlexaSmartHome);
        }
        let in_skill = self.session.is_some_and(is_object) || holds(self.context, "System");
        (in_skill && self.request.is_some_and(is_object)).then_some(EventKind::AlexaSkill)
    }

    /// The kinds that only a direct invocation can be.
    ///
    /// What may run operations is told by an allow-list: a service that adds a key unknown here is kept out as well.
    fn direct(&self) -> Option<EventKind> {
        if self.is_enveloped() {
            return None;
        }
        let is_string = |value: Option<&str>| value.is_some_and(is_text);
        if self.members == 1 && self.zerobill.and_then(text).is_some_and(|value| value == "doctor") {
            return Some(EventKind::Doctor);
        }
        if self.members == 2 + usize::from(self.params.is_some())
            && is_string(self.interface)
            && is_string(self.operation)
        {
            return Some(EventKind::Operation);
        }
        if is_string(self.request_type) {
            return Some(EventKind::RequestType);
        }
        (is_string(self.text) && is_string(self.language)).then_some(EventKind::Assist)
    }

    fn is_enveloped(&self) -> bool {
        let of_services = [
            self.request_context,
            self.http_method,
            self.records,
            self.detail_type,
            self.directive,
            self.session,
        ];
        self.envelope || of_services.iter().any(Option::is_some)
    }
}

/// The members of `requestContext` that tell the HTTP kinds apart.
#[derive(Default)]
struct RequestContext<'a> {
    present: bool,
    elb: Option<&'a str>,
    http: Option<&'a str>,
    connection_id: Option<&'a str>,
    domain_name: Option<&'a str>,
}

impl<'a> RequestContext<'a> {
    fn read(request_context: Option<&'a str>) -> Self {
        let mut context = Self::default();
        let Some(object) = request_context.filter(|value| is_object(value)) else {
            return context;
        };
        context.present = true;
        each_member(object, |key, value| match key {
            b"elb" => context.elb = Some(value),
            b"http" => context.http = Some(value),
            b"connectionId" => context.connection_id = Some(value),
            b"domainName" => context.domain_name = Some(value),
            _ => {}
        });
        context
    }

    fn kind(&self, top: &TopLevel<'_>) -> Option<EventKind> {
        if self.elb.is_some_and(is_object) {
            Some(EventKind::Alb)
        } else if self.connection_id.is_some_and(is_text) {
            Some(EventKind::WebSocket)
        } else if self.http.is_some_and(is_object) {
            Some(EventKind::HttpV2)
        } else if self.present && top.http_method.is_some_and(is_text) {
            Some(EventKind::HttpV1)
        } else {
            None
        }
    }

    fn names_function_url(&self) -> bool {
        self.domain_name
            .and_then(text)
            .is_some_and(|name| name.contains(".lambda-url."))
    }
}
