//! The kinds of event a function can be sent, and the rule that tells each.

use std::fmt;

/// What sent an event, told by the event's shape alone.
///
/// The rules are tried in the order of the variants. An event that carries the envelope of a service is never one of the
/// *direct* kinds ([`Doctor`](Self::Doctor), [`Operation`](Self::Operation), [`RequestType`](Self::RequestType),
/// [`Assist`](Self::Assist)), whatever else it holds: a caller over HTTP or a queue fills the envelope's body, headers
/// and attributes, never its top level.
///
/// A service that is configured to pass a caller's document through *without* an envelope (a non-proxy integration of
/// API Gateway, an `IoT` rule, a pipe with an input template) makes an event that cannot be told from a direct
/// invocation. What a direct invocation may do is therefore denied until it is exposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventKind {
    /// A request through an Application Load Balancer: an object `requestContext.elb`.
    ///
    /// Elastic Load Balancing, "Use Lambda functions as targets of an Application Load Balancer".
    Alb,
    /// A frame or connection change of a WebSocket API: `requestContext.connectionId` is a string.
    ///
    /// API Gateway Developer Guide, "WebSocket API mapping template reference".
    WebSocket,
    /// A request through a Function URL or an HTTP API with payload format 2.0: an object `requestContext.http`.
    ///
    /// [`Event::is_function_url`](super::Event::is_function_url) tells the two apart. AWS Lambda Developer Guide,
    /// "Invoking Lambda function URLs"; API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs".
    HttpV2,
    /// A request through a REST API, or an HTTP API with payload format 1.0: a string `httpMethod` beside an object
    /// `requestContext`.
    ///
    /// API Gateway Developer Guide, "Lambda proxy integrations in API Gateway". A request to a Lambda *authorizer* has
    /// the same shape and wants another answer; its `methodArn` or `routeArn` makes it unknown.
    HttpV1,
    /// A batch from an SQS queue: the first of `Records` has the `eventSource` `aws:sqs`.
    ///
    /// AWS Lambda Developer Guide, "Using Lambda with Amazon SQS".
    Sqs,
    /// A notification of an SNS topic: the first of `Records` has the `EventSource` `aws:sns`.
    ///
    /// AWS Lambda Developer Guide, "Invoking Lambda functions with Amazon SNS notifications".
    Sns,
    /// A change in an S3 bucket: the first of `Records` has the `eventSource` `aws:s3`.
    ///
    /// Amazon S3 User Guide, "Event message structure".
    S3,
    /// A batch from a `DynamoDB` stream: the first of `Records` has the `eventSource` `aws:dynamodb`.
    ///
    /// AWS Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB".
    DynamodbStream,
    /// A batch from a Kinesis data stream: the first of `Records` has the `eventSource` `aws:kinesis`.
    ///
    /// AWS Lambda Developer Guide, "How Lambda processes records from Amazon Kinesis Data Streams".
    Kinesis,
    /// The tick of an `EventBridge` rule or of `EventBridge` Scheduler without an input of its own: an `EventBridge` event
    /// whose `detail-type` is `Scheduled Event` and whose `source` is `aws.events` or `aws.scheduler`.
    ///
    /// Nobody but AWS can put an event whose source starts with `aws.`. Amazon `EventBridge` User Guide, "Creating a rule
    /// that runs on a schedule"; `EventBridge` Scheduler User Guide, "Customizing the schedule's target payload".
    Schedule,
    /// Any other event from an `EventBridge` bus: strings `detail-type` and `source`, and a `detail`.
    ///
    /// Amazon `EventBridge` User Guide, "Events in Amazon EventBridge".
    EventBridge,
    /// A directive of the Alexa Smart Home API: an object `directive.header`.
    ///
    /// Alexa Skills Kit, "Alexa Interface Message and Property Reference".
    AlexaSmartHome,
    /// A request to a custom Alexa skill: an object `request` beside an object `session` or `context.System`.
    ///
    /// Alexa Skills Kit, "Request and Response JSON Reference".
    AlexaSkill,
    /// The self-diagnosis, by direct invocation: `{"zerobill": "doctor"}` and no other key.
    Doctor,
    /// A direct operation, by direct invocation: strings `interface` and `operation`, perhaps `params`, and no other key.
    Operation,
    /// A built-in request, by direct invocation: a string `requestType`, for example `{"requestType": "health_check"}`.
    RequestType,
    /// A sentence for a voice assistant, by direct invocation: strings `text` and `language`.
    Assist,
    /// None of the above; also every event that is not an object.
    Unknown,
}

impl EventKind {
    /// The kind's name in logs and on the command line, for example `alexa-smart-home`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alb => "alb",
            Self::WebSocket => "web-socket",
            Self::HttpV2 => "http-v2",
            Self::HttpV1 => "http-v1",
            Self::Sqs => "sqs",
            Self::Sns => "sns",
            Self::S3 => "s3",
            Self::DynamodbStream => "dynamodb-stream",
            Self::Kinesis => "kinesis",
            Self::Schedule => "schedule",
            Self::EventBridge => "event-bridge",
            Self::AlexaSmartHome => "alexa-smart-home",
            Self::AlexaSkill => "alexa-skill",
            Self::Doctor => "doctor",
            Self::Operation => "operation",
            Self::RequestType => "request-type",
            Self::Assist => "assist",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the answer is an HTTP response: a Function URL, HTTP API, REST API or load balancer.
    pub fn is_http(self) -> bool {
        matches!(self, Self::Alb | Self::HttpV1 | Self::HttpV2)
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
