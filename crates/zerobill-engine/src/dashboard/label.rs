//! What an event is, in a few words for a list: read from the places by which services mark their events.

use serde::Deserialize;
use serde_json::Value;

/// Larger events are not read for their name.
const READ_BYTES: usize = 256 * 1024;

/// As long as a label gets.
const LABEL_CHARACTERS: usize = 80;

/// Where the services say who they are. What else an event holds is skipped.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Marks {
    request_context: Value,
    raw_path: Option<String>,
    path: Option<String>,
    http_method: Option<String>,
    #[serde(rename = "Records")]
    records: Records,
    directive: Value,
    request: Value,
    #[serde(rename = "requestType")]
    request_type: Option<String>,
    source: Option<String>,
    #[serde(rename = "detail-type")]
    detail_type: Option<String>,
    interface: Option<String>,
    operation: Option<String>,
}

/// How many records there are, and where the first is from.
#[derive(Default)]
struct Records(usize, Option<String>);

impl<'de> Deserialize<'de> for Records {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let records = Vec::<Value>::deserialize(deserializer)?;
        let first = records.first();
        let source = first.and_then(|record| text(&record["eventSource"]).or_else(|| text(&record["EventSource"])));
        Ok(Self(records.len(), source))
    }
}

/// A few words for `event`.
pub(super) fn of(event: &[u8]) -> String {
    let label = if event.len() > READ_BYTES {
        None
    } else {
        serde_json::from_slice::<Marks>(event).ok().and_then(named)
    };
    let label = label.unwrap_or_else(|| match event.len() {
        0..=READ_BYTES => "event".to_owned(),
        bytes => format!("event of {} KB", bytes / 1_024),
    });
    label.chars().take(LABEL_CHARACTERS).collect()
}

/// The `errorType` of an error document.
pub(super) fn error_type(reply: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Document {
        #[serde(rename = "errorType")]
        error_type: Option<String>,
    }
    let document: Document = serde_json::from_slice(reply).ok()?;
    document
        .error_type
        .map(|name| name.chars().take(LABEL_CHARACTERS).collect())
}

fn named(marks: Marks) -> Option<String> {
    let http = &marks.request_context["http"];
    if let (Some(method), Some(path)) = (text(&http["method"]), &marks.raw_path) {
        return Some(format!("{method} {path}"));
    }
    if let (Some(method), Some(path)) = (&marks.http_method, &marks.path) {
        return Some(format!("{method} {path}"));
    }
    if let Records(count, Some(source)) = &marks.records {
        let service = source.strip_prefix("aws:").unwrap_or(source);
        return Some(match count {
            1 => format!("{service}, 1 record"),
            count => format!("{service}, {count} records"),
        });
    }
    let header = &marks.directive["header"];
    if let (Some(namespace), Some(name)) = (text(&header["namespace"]), text(&header["name"])) {
        return Some(format!("{namespace} {name}"));
    }
    if let Some(kind) = text(&marks.request["type"]) {
        return Some(format!("Alexa skill {kind}"));
    }
    if let (Some(source), Some(kind)) = (&marks.source, &marks.detail_type) {
        return Some(format!("{source} {kind}"));
    }
    if let (Some(interface), Some(operation)) = (&marks.interface, &marks.operation) {
        return Some(format!("operation {interface}.{operation}"));
    }
    marks.request_type
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_named_by_the_marks_of_their_service() {
        for (event, label) in [
            (
                r#"{"requestContext":{"http":{"method":"GET"}},"rawPath":"/a"}"#,
                "GET /a",
            ),
            (r#"{"httpMethod":"POST","path":"/b"}"#, "POST /b"),
            (r#"{"Records":[{"eventSource":"aws:sqs"},{}]}"#, "sqs, 2 records"),
            (r#"{"Records":[{"EventSource":"aws:sns"}]}"#, "sns, 1 record"),
            (
                r#"{"directive":{"header":{"namespace":"Alexa.PowerController","name":"TurnOn"}}}"#,
                "Alexa.PowerController TurnOn",
            ),
            (r#"{"request":{"type":"IntentRequest"}}"#, "Alexa skill IntentRequest"),
            (
                r#"{"source":"aws.events","detail-type":"Scheduled Event"}"#,
                "aws.events Scheduled Event",
            ),
            (r#"{"interface":"cache","operation":"stats"}"#, "operation cache.stats"),
            (r#"{"requestType":"health"}"#, "health"),
            (r#"{"requestType":7}"#, "event"),
            ("{}", "event"),
            ("[1]", "event"),
            ("", "event"),
        ] {
            assert_eq!(of(event.as_bytes()), label, "{event}");
        }
    }

    #[test]
    fn what_is_large_is_cut_or_not_read() {
        let event = format!(r#"{{"requestType":"{}"}}"#, "ä".repeat(200));
        assert_eq!(of(event.as_bytes()).chars().count(), LABEL_CHARACTERS);
        let event = format!(r#"{{"requestType":"health","padding":"{}"}}"#, "x".repeat(READ_BYTES));
        assert_eq!(of(event.as_bytes()), "event of 256 KB");
    }

    #[test]
    fn an_error_document_says_its_type() {
        assert_eq!(
            error_type(br#"{"errorType":"KeyError","errorMessage":"x"}"#).as_deref(),
            Some("KeyError")
        );
        assert_eq!(error_type(b"nothing"), None);
    }
}
