//! The layer of the source outside of the function.

use serde_json::Value;

use super::{
    error::Fault,
    layers::{Layer, Layers, Resolved, like, shown},
    source::Parameter,
};
use crate::redact::MASK;

impl Layers {
    /// Lays `parameters` over what `resolved` holds. What is wrong with one is a warning: nobody who deploys the function sees
    /// it before, so the value below holds and the function goes on.
    pub(super) fn lay_parameters(&self, parameters: &[Parameter], resolved: &mut Resolved) {
        for parameter in parameters {
            match self.value_of(parameter, resolved) {
                Ok(value) => {
                    resolved.put(parameter.key.clone(), value, Layer::Parameters, parameter.place.clone());
                    if let Some(entry) = resolved.values.get_mut(parameter.key.as_str()) {
                        entry.secret |= parameter.secret;
                    }
                }
                Err(problem) => resolved.warnings.push(Fault {
                    place: parameter.place.clone(),
                    problem,
                }),
            }
        }
    }

    fn value_of(&self, parameter: &Parameter, below: &Resolved) -> Result<Value, String> {
        let Parameter {
            key,
            text,
            place,
            secret,
        } = parameter;
        if key == "expose" || key.starts_with("config.") {
            let problem =
                "it is left out: only the file, the environment and code may say what is exposed, and where to look";
            return Err(problem.to_owned());
        }
        if let Some(setting) = self.settings.iter().find(|setting| setting.key == key) {
            let value = Value::from(text.as_str());
            let problem = || {
                if *secret {
                    format!("`{MASK}` is not {}", setting.kind.expected())
                } else {
                    setting.kind.problem(&value, &shown(key, &value))
                }
            };
            let parsed = setting.kind.parse(text);
            return parsed.ok_or_else(|| format!("{}; the value below holds", problem()));
        }
        let value = like(below.values.get(key.as_str()).map(|entry| &entry.value), text);
        self.checked(key, &value, place)
            .map_err(|fault| format!("{}; it is left out", fault.problem))
    }
}
