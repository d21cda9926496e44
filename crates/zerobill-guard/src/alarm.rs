//! What an event asks of the guard: its own events, schedules, and alarms of `CloudWatch` by each way they come.

use serde_json::Value;
use zerobill::{Event, EventKind};

/// Why the guard looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Occasion {
    /// The time that AWS gave it, in milliseconds since 1970.
    pub(crate) at_ms: Option<u64>,
    /// The alarm that went off.
    pub(crate) alarm: Option<Alarm>,
    /// Nothing is to be stopped, sent or remembered.
    pub(crate) dry_run: bool,
}

/// An alarm that went off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alarm {
    pub(crate) name: String,
    /// The function whose metric it watches; none for the whole account's.
    pub(crate) function: Option<String>,
}

/// The occasion of an event; none if it is not for the guard.
pub(crate) fn occasion(event: &Event) -> Option<Occasion> {
    let document = || serde_json::from_slice::<Value>(event.bytes()).ok();
    match event.kind() {
        EventKind::Schedule => Some(Occasion {
            at_ms: time(&document()?["time"]),
            ..Occasion::default()
        }),
        EventKind::Sns => by_topic(&document()?["Records"][0]["Sns"]),
        EventKind::EventBridge => {
            let document = document()?;
            let is_alarm =
                document["source"] == "aws.cloudwatch" && document["detail-type"] == "CloudWatch Alarm State Change";
            is_alarm.then(|| described(&document["detail"], &document["time"]))
        }
        EventKind::Unknown => {
            let document = document()?;
            if document["source"] == "aws.cloudwatch" && document["alarmData"].is_object() {
                return Some(described(&document["alarmData"], &document["time"]));
            }
            (document["zerobill"] == "guard").then(|| Occasion {
                at_ms: time(&document["time"]),
                alarm: None,
                dry_run: document["dry_run"] == true,
            })
        }
        _ => None,
    }
}

/// The occasion of an alarm's notification.
fn by_topic(notification: &Value) -> Option<Occasion> {
    let message: Value = serde_json::from_str(notification["Message"].as_str()?).ok()?;
    let name = message["AlarmName"].as_str()?.to_owned();
    let trigger = &message["Trigger"];
    // A list where the alarm looks at more than one metric, or at a band around one.
    let several = trigger["Metrics"].as_array().into_iter().flatten();
    let several = several.map(|metric| &metric["MetricStat"]["Metric"]);
    let metrics = several.chain([trigger]).map(|metric| {
        let dimensions = metric["Dimensions"].as_array().into_iter().flatten();
        let pairs =
            dimensions.filter_map(|dimension| Some((dimension["name"].as_str()?, dimension["value"].as_str()?)));
        (metric["Namespace"].as_str(), pairs.collect())
    });
    let metrics: Vec<_> = metrics.collect();
    let is_on = message["NewStateValue"] == "ALARM";
    Some(Occasion {
        at_ms: time(&notification["Timestamp"]),
        alarm: alarm_of(name, &metrics).filter(|_| is_on),
        dry_run: false,
    })
}

/// The occasion that `CloudWatch` describes, as it does for `EventBridge` and for a function that it invokes.
fn described(alarm: &Value, at: &Value) -> Occasion {
    let metrics = alarm["configuration"]["metrics"].as_array().into_iter().flatten();
    let metrics = metrics.map(|metric| {
        let metric = &metric["metricStat"]["metric"];
        let dimensions = metric["dimensions"].as_object().into_iter().flatten();
        let pairs = dimensions.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
        (metric["namespace"].as_str(), pairs.collect())
    });
    let metrics: Vec<_> = metrics.collect();
    let name = alarm["alarmName"].as_str().unwrap_or("without a name").to_owned();
    let is_on = alarm["state"]["value"] == "ALARM";
    Occasion {
        at_ms: time(at),
        alarm: alarm_of(name, &metrics).filter(|_| is_on),
        dry_run: false,
    }
}

/// A metric's namespace, and its dimensions with their values.
type Metric<'a> = (Option<&'a str>, Vec<(&'a str, &'a str)>);

/// An alarm of these metrics, if it is of a function or of all functions, and not of something else, as a queue or other alarms.
fn alarm_of(name: String, metrics: &[Metric<'_>]) -> Option<Alarm> {
    let named = |(_, dimensions): &Metric<'_>| {
        let function = dimensions.iter().find(|(name, _)| *name == "FunctionName");
        function.map(|(_, value)| (*value).to_owned())
    };
    if let Some(function) = metrics.iter().find_map(named) {
        let function = Some(function);
        return Some(Alarm { name, function });
    }
    let of_all = |(namespace, dimensions): &Metric<'_>| *namespace == Some("AWS/Lambda") && dimensions.is_empty();
    metrics.iter().any(of_all).then_some(Alarm { name, function: None })
}

/// A time such as `2026-11-14T02:46:00Z`, or with `+0000` as alarms have it.
fn time(text: &Value) -> Option<u64> {
    let text = text.as_str()?;
    let with_colon = || format!("{}Z", text.strip_suffix("+0000")?).parse().ok();
    let time: jiff::Timestamp = text.parse().ok().or_else(with_colon)?;
    u64::try_from(time.as_millisecond()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{json, value::to_raw_value};

    use super::*;

    fn of(event: Value) -> Option<Occasion> {
        occasion(&Event::new(to_raw_value(&event).unwrap()))
    }

    const AT: Option<u64> = Some(1_794_624_360_000);

    fn tick() -> Occasion {
        Occasion {
            at_ms: AT,
            ..Occasion::default()
        }
    }

    fn alarm(function: Option<&str>) -> Occasion {
        let (name, function) = ("busy".to_owned(), function.map(str::to_owned));
        Occasion {
            alarm: Some(Alarm { name, function }),
            ..tick()
        }
    }

    #[test]
    fn the_guards_own_events_and_schedules_are_read() {
        let own = json!({ "zerobill": "guard", "time": "2026-11-14T02:46:00Z" });
        assert_eq!(of(own), Some(tick()));
        let dry = of(json!({ "zerobill": "guard", "dry_run": true })).unwrap();
        assert_eq!((dry.at_ms, dry.dry_run), (None, true));
        let rule = json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {}, "time": "2026-11-14T02:46:00Z" });
        assert_eq!(of(rule), Some(tick()));
        for other in [
            json!({ "zerobill": "doctor" }),
            json!({ "zerobill": "other" }),
            json!({}),
            json!([1]),
        ] {
            assert_eq!(of(other), None);
        }
    }

    #[test]
    fn an_alarm_is_read_by_each_way_it_comes() {
        let described = |dimensions: Value, state: &str| {
            let metric = json!({ "namespace": "AWS/Lambda", "name": "Invocations", "dimensions": dimensions });
            json!({
                "alarmName": "busy",
                "state": { "value": state },
                "configuration": { "metrics": [{ "metricStat": { "metric": metric } }] },
            })
        };
        let direct = |dimensions, state| {
            let time = "2026-11-14T02:46:00.000+0000";
            json!({ "source": "aws.cloudwatch", "time": time, "alarmData": described(dimensions, state) })
        };
        let shop = json!({ "FunctionName": "shop" });
        assert_eq!(of(direct(json!({}), "ALARM")), Some(alarm(None)));
        assert_eq!(of(direct(shop.clone(), "ALARM")), Some(alarm(Some("shop"))));
        assert_eq!(of(direct(json!({}), "OK")), Some(tick()));
        let bridged = json!({
            "source": "aws.cloudwatch",
            "detail-type": "CloudWatch Alarm State Change",
            "time": "2026-11-14T02:46:00Z",
            "detail": described(shop, "ALARM"),
        });
        assert_eq!(of(bridged), Some(alarm(Some("shop"))));
        let message = json!({
            "AlarmName": "busy",
            "NewStateValue": "ALARM",
            "Trigger": { "Dimensions": [{ "name": "FunctionName", "value": "shop" }] },
        });
        let sns = json!({ "Message": message.to_string(), "Timestamp": "2026-11-14T02:46:00.000Z" });
        let by_topic = json!({ "Records": [{ "EventSource": "aws:sns", "Sns": sns }] });
        assert_eq!(of(by_topic), Some(alarm(Some("shop"))));
        let other = json!({ "Records": [{ "EventSource": "aws:sns", "Sns": { "Message": "hello" } }] });
        assert_eq!(of(other), None);
    }

    #[test]
    fn an_alarm_of_something_else_is_no_alarm_of_the_account() {
        let by_topic = |trigger: Value| {
            let message = json!({ "AlarmName": "busy", "NewStateValue": "ALARM", "Trigger": trigger });
            let sns = json!({ "Message": message.to_string(), "Timestamp": "2026-11-14T02:46:00.000Z" });
            of(json!({ "Records": [{ "EventSource": "aws:sns", "Sns": sns }] }))
        };
        let metric = |namespace: &str, dimensions: Value| {
            json!({ "Metrics": [
                { "Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)" },
                { "Id": "m1", "MetricStat": { "Metric": { "Namespace": namespace, "Dimensions": dimensions } } },
            ] })
        };
        let shop = json!([{ "name": "FunctionName", "value": "shop" }]);
        assert_eq!(by_topic(metric("AWS/Lambda", shop)), Some(alarm(Some("shop"))));
        assert_eq!(by_topic(metric("AWS/Lambda", json!([]))), Some(alarm(None)));
        let simple = |namespace| json!({ "Namespace": namespace, "MetricName": "Invocations", "Dimensions": [] });
        assert_eq!(by_topic(simple("AWS/Lambda")), Some(alarm(None)));
        let queue = json!([{ "name": "QueueName", "value": "incoming" }]);
        for other in [metric("AWS/SQS", queue), simple("AWS/Billing"), json!({}), Value::Null] {
            assert_eq!(by_topic(other.clone()), Some(tick()), "{other}");
        }
        let composite = json!({
            "source": "aws.cloudwatch",
            "detail-type": "CloudWatch Alarm State Change",
            "time": "2026-11-14T02:46:00Z",
            "detail": { "alarmName": "both", "state": { "value": "ALARM" }, "configuration": { "alarmRule": "ALARM(a)" } },
        });
        assert_eq!(of(composite), Some(tick()));
    }
}
