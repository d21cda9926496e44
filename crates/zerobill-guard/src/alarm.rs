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
    let dimensions = message["Trigger"]["Dimensions"].as_array().into_iter().flatten();
    let function = dimensions
        .filter(|dimension| dimension["name"] == "FunctionName")
        .find_map(|dimension| dimension["value"].as_str().map(str::to_owned));
    Some(Occasion {
        at_ms: time(&notification["Timestamp"]),
        alarm: (message["NewStateValue"] == "ALARM").then_some(Alarm { name, function }),
        dry_run: false,
    })
}

/// The occasion that `CloudWatch` describes, as it does for `EventBridge` and for a function that it invokes.
fn described(alarm: &Value, at: &Value) -> Occasion {
    let metrics = alarm["configuration"]["metrics"].as_array().into_iter().flatten();
    let function = metrics.map(|metric| &metric["metricStat"]["metric"]["dimensions"]["FunctionName"]);
    let function = function.into_iter().find_map(|name| name.as_str().map(str::to_owned));
    let name = alarm["alarmName"].as_str().unwrap_or("without a name").to_owned();
    Occasion {
        at_ms: time(at),
        alarm: (alarm["state"]["value"] == "ALARM").then_some(Alarm { name, function }),
        dry_run: false,
    }
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
}
