//! Home Assistant answers before the device has changed. What the directive itself decides is put right in its answer; every
//! other byte stays.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use crate::{
    directive::Directive,
    members::{at, text},
};

/// How a property's new value follows from the directive and from the value that was answered.
enum Rule {
    /// It is this.
    Is(Value),
    /// It is what was answered and this, from 0 to 100.
    Add(i64),
    /// Its hue and saturation are these; its brightness is as answered.
    Color(Value, Value),
}

#[derive(Deserialize)]
struct Property<'a> {
    #[serde(borrow)]
    namespace: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    value: &'a RawValue,
}

/// `answer` with the properties put right that `directive` decides; none where nothing is to be changed.
pub(crate) fn correct(directive: &Directive<'_>, answer: &RawValue) -> Option<String> {
    let (namespace, name, rule) = rule(directive)?;
    if text(answer, &["event", "header", "name"]).as_deref() != Some("Response") {
        return None;
    }
    let properties = at(answer, &["context", "properties"])?;
    let properties: Vec<Property<'_>> = serde_json::from_str(properties.get()).ok()?;
    let whole = answer.get();
    let (mut corrected, mut copied) = (String::with_capacity(whole.len() + 16), 0);
    let stale = properties
        .iter()
        .filter(|property| property.namespace == namespace && property.name == name);
    for property in stale {
        let old = property.value.get();
        let Some(new) = rule.apply(old) else { continue };
        // The value is a part of the answer: where it begins is the distance of the two.
        let start = (old.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
        corrected.push_str(whole.get(copied..start)?);
        corrected.push_str(&new);
        copied = start + old.len();
    }
    if copied == 0 {
        return None;
    }
    corrected.push_str(whole.get(copied..)?);
    Some(corrected)
}

/// The property that `directive` decides, and how.
fn rule(directive: &Directive<'_>) -> Option<(&'static str, &'static str, Rule)> {
    let payload: Value = serde_json::from_str(directive.payload?.get()).ok()?;
    let number = |name: &str| {
        payload
            .get(name)
            .filter(|value| value.is_number())
            .cloned()
            .map(Rule::Is)
    };
    let delta = |name: &str| payload.get(name)?.as_i64().map(Rule::Add);
    let playback = |state: &str| Some(Rule::Is(json!({ "state": state })));
    let is_mute = |mute: &&Value| mute.is_boolean();
    let is_mode = |mode: &&Value| mode.is_string();
    let (namespace, name, rule) = match (directive.namespace.as_str(), directive.name.as_str()) {
        (POWER, "TurnOn") => (POWER, "powerState", Some(Rule::Is("ON".into()))),
        (POWER, "TurnOff") => (POWER, "powerState", Some(Rule::Is("OFF".into()))),
        (BRIGHTNESS, "SetBrightness") => (BRIGHTNESS, "brightness", number("brightness")),
        (BRIGHTNESS, "AdjustBrightness") => (BRIGHTNESS, "brightness", delta("brightnessDelta")),
        (COLOR, "SetColor") => (COLOR, "color", color(payload.get("color")?)),
        (TEMPERATURE, "SetColorTemperature") => (
            TEMPERATURE,
            "colorTemperatureInKelvin",
            number("colorTemperatureInKelvin"),
        ),
        (SPEAKER, "SetVolume") => (SPEAKER, "volume", number("volume")),
        (SPEAKER, "AdjustVolume") => (SPEAKER, "volume", delta("volume")),
        (SPEAKER, "SetMute") => {
            let mute = payload.get("mute").filter(is_mute).cloned();
            (SPEAKER, "muted", mute.map(Rule::Is))
        }
        (PLAYBACK, "Play") => (PLAYBACK_STATE, "playbackState", playback("PLAYING")),
        (PLAYBACK, "Pause") => (PLAYBACK_STATE, "playbackState", playback("PAUSED")),
        (PLAYBACK, "Stop") => (PLAYBACK_STATE, "playbackState", playback("STOPPED")),
        (THERMOSTAT, "SetThermostatMode") => {
            let mode = payload.get("thermostatMode").and_then(|mode| mode.get("value"));
            (
                THERMOSTAT,
                "thermostatMode",
                mode.filter(is_mode).cloned().map(Rule::Is),
            )
        }
        _ => return None,
    };
    Some((namespace, name, rule?))
}

const POWER: &str = "Alexa.PowerController";
const BRIGHTNESS: &str = "Alexa.BrightnessController";
const COLOR: &str = "Alexa.ColorController";
const TEMPERATURE: &str = "Alexa.ColorTemperatureController";
const SPEAKER: &str = "Alexa.Speaker";
const PLAYBACK: &str = "Alexa.PlaybackController";
const PLAYBACK_STATE: &str = "Alexa.PlaybackStateReporter";
const THERMOSTAT: &str = "Alexa.ThermostatController";

fn color(color: &Value) -> Option<Rule> {
    let part = |name: &str| color.get(name).filter(|value| value.is_number()).cloned();
    Some(Rule::Color(part("hue")?, part("saturation")?))
}

impl Rule {
    /// The new value as JSON, if the old one is of the kind it should be.
    fn apply(&self, old: &str) -> Option<String> {
        let mut old: Value = serde_json::from_str(old).ok()?;
        let new = match self {
            Self::Is(new) => {
                // Another type than expected is something this does not know better than Home Assistant.
                let same_kind = std::mem::discriminant(&old) == std::mem::discriminant(new);
                same_kind.then(|| new.clone())?
            }
            Self::Add(delta) => old.as_i64()?.saturating_add(*delta).clamp(0, 100).into(),
            Self::Color(hue, saturation) => {
                let members = old.as_object_mut()?;
                if !(members.contains_key("hue") && members.contains_key("saturation")) {
                    return None;
                }
                members.insert("hue".to_owned(), hue.clone());
                members.insert("saturation".to_owned(), saturation.clone());
                old
            }
        };
        Some(new.to_string())
    }
}
