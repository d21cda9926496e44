//! Home Assistant answers before the device has changed: what the directive decides is put right, and no other byte.

use serde_json::{Value, json};

use crate::{
    house::House,
    lab::{Lab, directive, response},
};

/// The answer to the directive where Home Assistant says `value` of the property.
async fn corrected(of: (&str, &str), payload: Value, property: (&str, &str), value: Value) -> Value {
    let other = json!({ "namespace": "Alexa.EndpointHealth", "name": "connectivity", "value": { "value": "OK" } });
    let own = json!({ "namespace": property.0, "name": property.1, "value": value, "uncertaintyInMilliseconds": 0 });
    let said = response(json!([other, own]));
    let house = House::answering("200 OK", "", &said).await;
    let answer = Lab::at(&house.url()).ask(directive(of.0, of.1, payload)).await;
    let mut expected: Value = serde_json::from_str(&said).unwrap();
    let corrected = answer["context"]["properties"][1]["value"].clone();
    expected["context"]["properties"][1]["value"] = corrected.clone();
    assert_eq!(answer, expected, "nothing else has changed");
    corrected
}

#[tokio::test]
async fn each_property_that_a_directive_decides() {
    const POWER: (&str, &str) = ("Alexa.PowerController", "powerState");
    const BRIGHTNESS: (&str, &str) = ("Alexa.BrightnessController", "brightness");
    const COLOR: (&str, &str) = ("Alexa.ColorController", "color");
    const KELVIN: (&str, &str) = ("Alexa.ColorTemperatureController", "colorTemperatureInKelvin");
    const VOLUME: (&str, &str) = ("Alexa.Speaker", "volume");
    const MUTED: (&str, &str) = ("Alexa.Speaker", "muted");
    const PLAYBACK: (&str, &str) = ("Alexa.PlaybackStateReporter", "playbackState");
    const MODE: (&str, &str) = ("Alexa.ThermostatController", "thermostatMode");
    for (directive, payload, property, said, right) in [
        ("TurnOn", json!({}), POWER, json!("OFF"), json!("ON")),
        ("TurnOff", json!({}), POWER, json!("ON"), json!("OFF")),
        (
            "SetBrightness",
            json!({ "brightness": 42 }),
            BRIGHTNESS,
            json!(71),
            json!(42),
        ),
        (
            "AdjustBrightness",
            json!({ "brightnessDelta": -25 }),
            BRIGHTNESS,
            json!(42),
            json!(17),
        ),
        (
            "AdjustBrightness",
            json!({ "brightnessDelta": -25 }),
            BRIGHTNESS,
            json!(5),
            json!(0),
        ),
        (
            "AdjustBrightness",
            json!({ "brightnessDelta": 90 }),
            BRIGHTNESS,
            json!(42),
            json!(100),
        ),
        (
            "SetColor",
            json!({ "color": { "hue": 350.5, "saturation": 0.7138, "brightness": 0.6524 } }),
            COLOR,
            json!({ "hue": 0, "saturation": 0.0, "brightness": 0.25 }),
            json!({ "hue": 350.5, "saturation": 0.7138, "brightness": 0.25 }),
        ),
        (
            "SetColorTemperature",
            json!({ "colorTemperatureInKelvin": 5000 }),
            KELVIN,
            json!(2702),
            json!(5000),
        ),
        ("SetVolume", json!({ "volume": 33 }), VOLUME, json!(100), json!(33)),
        (
            "AdjustVolume",
            json!({ "volume": -20, "volumeDefault": false }),
            VOLUME,
            json!(50),
            json!(30),
        ),
        ("SetMute", json!({ "mute": true }), MUTED, json!(false), json!(true)),
        (
            "Play",
            json!({}),
            PLAYBACK,
            json!({ "state": "PAUSED" }),
            json!({ "state": "PLAYING" }),
        ),
        (
            "Pause",
            json!({}),
            PLAYBACK,
            json!({ "state": "PLAYING" }),
            json!({ "state": "PAUSED" }),
        ),
        (
            "Stop",
            json!({}),
            PLAYBACK,
            json!({ "state": "PLAYING" }),
            json!({ "state": "STOPPED" }),
        ),
        (
            "SetThermostatMode",
            json!({ "thermostatMode": { "value": "HEAT" } }),
            MODE,
            json!("COOL"),
            json!("HEAT"),
        ),
    ] {
        let namespace = if property == PLAYBACK {
            "Alexa.PlaybackController"
        } else {
            property.0
        };
        assert_eq!(
            corrected((namespace, directive), payload, property, said).await,
            right,
            "{directive}"
        );
    }
}

#[tokio::test]
async fn what_is_not_decided_or_not_understood_stays_byte_for_byte() {
    let stale = json!([
        { "namespace": "Alexa.PowerController", "name": "powerState", "value": "OFF" },
        { "namespace": "Alexa.BrightnessController", "name": "brightness", "value": null },
        { "namespace": "Alexa.LockController", "name": "lockState", "value": "LOCKED" },
        { "namespace": "Alexa.ToggleController", "instance": "x", "name": "toggleState", "value": "OFF" },
        { "namespace": "Alexa.RangeController", "instance": "y", "name": "rangeValue", "value": 100 },
        { "namespace": "Alexa.ThermostatController", "name": "targetSetpoint", "value": null },
    ]);
    let said = response(stale);
    let house = House::answering("200 OK", "", &said).await;
    let lab = Lab::at(&house.url());
    for (namespace, name, payload) in [
        ("Alexa", "ReportState", json!({})),
        ("Alexa.LockController", "Unlock", json!({})),
        ("Alexa.ToggleController", "TurnOn", json!({})),
        ("Alexa.RangeController", "SetRangeValue", json!({ "rangeValue": 10 })),
        (
            "Alexa.ThermostatController",
            "SetTargetTemperature",
            json!({ "targetSetpoint": { "value": 22.5 } }),
        ),
        (
            "Alexa.ThermostatController",
            "AdjustTargetTemperature",
            json!({ "targetSetpointDelta": { "value": 1 } }),
        ),
        (
            "Alexa.BrightnessController",
            "SetBrightness",
            json!({ "brightness": 10 }),
        ),
        (
            "Alexa.BrightnessController",
            "AdjustBrightness",
            json!({ "brightnessDelta": "10" }),
        ),
        ("Alexa.Speaker", "SetVolume", json!({ "volume": 10 })),
        ("Alexa.ColorController", "SetColor", json!({ "color": 7 })),
    ] {
        assert_eq!(
            lab.bytes(directive(namespace, name, payload)).await,
            said,
            "{namespace} {name}"
        );
    }
}

#[tokio::test]
async fn only_the_value_s_bytes_change() {
    let said = "{\"event\":{\"header\":{\"name\":\"Response\"}},\n \"context\" : {\"properties\":[ {\"value\" :  \"OFF\" ,\"name\":\
        \"power\\u0053tate\",\"namespace\":\"Alexa.PowerController\"}], \"ü\":1.50} }";
    let house = House::answering("200 OK", "", said).await;
    let answer = Lab::at(&house.url()).bytes(crate::lab::turn_on()).await;
    assert_eq!(answer, said.replace("\"OFF\"", "\"ON\""));
}

#[tokio::test]
async fn another_event_than_a_response_is_not_touched() {
    let said = response(json!([{ "namespace": "Alexa.PowerController", "name": "powerState", "value": "OFF" }]))
        .replace("\"Response\"", "\"DeferredResponse\"");
    let house = House::answering("200 OK", "", &said).await;
    assert_eq!(Lab::at(&house.url()).bytes(crate::lab::turn_on()).await, said);
}
