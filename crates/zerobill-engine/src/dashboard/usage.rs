//! Which interfaces the requests of a function use: the sum of the usage analytics that its environments have logged.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

/// What stands in a line that has an export, and the version of those that are read.
const MARK: &str = "\"zerobill_analytics\"";
const VERSION: u32 = 1;

/// How many environments are remembered, the last ones.
const ENVIRONMENTS: usize = 100;

/// How many names of a kind an export may have, how long its own may be, and how many combinations are shown.
const NAMES: usize = 64;
const COMBINATIONS: usize = 6;

/// The shares of the requests above which an interface is hot, and below which it is cold.
const HOT: f64 = 0.5;
const COLD: f64 = 0.1;

/// The last export of each environment.
#[derive(Debug, Default)]
pub(super) struct Usage(VecDeque<(Arc<str>, Export)>);

/// What an environment has counted since it started.
#[derive(Debug, Deserialize)]
pub(super) struct Export {
    #[serde(rename = "zerobill_analytics")]
    version: u32,
    environment: String,
    requests: u64,
    #[serde(default)]
    interfaces: BTreeMap<String, Interface>,
    #[serde(default)]
    combinations: BTreeMap<String, u64>,
}

#[derive(Debug, Deserialize)]
struct Interface {
    #[serde(default)]
    requests: u64,
}

/// What a function uses.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct UsageView {
    requests: u64,
    environments: usize,
    interfaces: Vec<Part>,
    /// Those that are used together most often.
    combinations: Vec<Part>,
}

/// Something that a part of the requests use.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Part {
    name: String,
    requests: u64,
    share: f64,
    heat: &'static str,
}

/// The export in a log line, if there is one that can be read.
pub(super) fn export_of(line: &str) -> Option<Export> {
    #[derive(Deserialize)]
    struct Record {
        analytics: Export,
    }
    if !(line.starts_with('{') && line.contains(MARK)) {
        return None;
    }
    let export = serde_json::from_str::<Record>(line).ok()?.analytics;
    let few =
        export.environment.len() <= NAMES && export.interfaces.len() <= NAMES && export.combinations.len() <= NAMES;
    (export.version == VERSION && few).then_some(export)
}

impl Usage {
    /// Takes in an export; counts are sums, so a later one of an environment takes the place of the one before.
    pub(super) fn add(&mut self, function: &Arc<str>, export: Export) {
        let known = self
            .0
            .iter_mut()
            .find(|(name, known)| name == function && known.environment == export.environment);
        match known {
            Some((_, known)) if known.requests > export.requests => {}
            Some((_, known)) => *known = export,
            None => {
                self.0.push_back((Arc::clone(function), export));
                if self.0.len() > ENVIRONMENTS {
                    self.0.pop_front();
                }
            }
        }
    }

    /// The sum for one function; none where nothing was logged.
    pub(super) fn of(&self, function: &Arc<str>) -> Option<UsageView> {
        let own: Vec<&Export> = self
            .0
            .iter()
            .filter(|(name, _)| name == function)
            .map(|(_, export)| export)
            .collect();
        let requests = own
            .iter()
            .fold(0_u64, |sum, export| sum.saturating_add(export.requests));
        let interfaces = own.iter().flat_map(|export| &export.interfaces);
        let combinations = own.iter().flat_map(|export| &export.combinations);
        let mut combinations = parts(combinations.map(|(name, requests)| (name, *requests)), requests);
        // What is used alone is no combination.
        combinations.retain(|part| part.name.contains('+'));
        combinations.truncate(COMBINATIONS);
        (requests > 0).then(|| UsageView {
            requests,
            environments: own.len(),
            interfaces: parts(interfaces.map(|(name, interface)| (name, interface.requests)), requests),
            combinations,
        })
    }
}

/// The sums by name, the most used first.
fn parts<'a>(counts: impl Iterator<Item = (&'a String, u64)>, all: u64) -> Vec<Part> {
    let mut sums = BTreeMap::<&str, u64>::new();
    for (name, requests) in counts {
        let sum = sums.entry(name).or_default();
        *sum = sum.saturating_add(requests);
    }
    let part = |(name, requests): (&str, u64)| {
        let share = requests as f64 / all as f64;
        let heat = match share {
            share if share > HOT => "hot",
            share if share < COLD => "cold",
            _ => "warm",
        };
        Part {
            name: name.to_owned(),
            requests,
            share,
            heat,
        }
    };
    let mut parts: Vec<Part> = sums.into_iter().map(part).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.requests));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(environment: &str, requests: u64, cache: u64, debug: u64) -> String {
        format!(
            r#"{{"level":"INFO","message":"usage analytics","analytics":{{"zerobill_analytics":1,"environment":"{environment}",
            "requests":{requests},"interfaces":{{"cache":{{"requests":{cache}}},"debug":{{"requests":{debug},"built_in_init":1}}}},
            "kinds":{{"schedule":4}},"combinations":{{"cache+debug":{debug},"cache":1,"none":7}}}}}}"#
        )
    }

    fn shop() -> Arc<str> {
        "shop".into()
    }

    #[test]
    fn exports_of_environments_add_up_and_the_last_of_each_counts() {
        let mut usage = Usage::default();
        for line in [
            line("a", 10, 1, 0),
            line("b", 20, 15, 1),
            line("a", 20, 15, 2),
            line("a", 5, 1, 0),
        ] {
            usage.add(&shop(), export_of(&line).unwrap());
        }
        let view = usage.of(&shop()).unwrap();
        assert_eq!((view.requests, view.environments), (40, 2));
        let part = |name: &str, requests, heat| Part {
            name: name.to_owned(),
            requests,
            share: requests as f64 / 40.0,
            heat,
        };
        assert_eq!(view.interfaces, [part("cache", 30, "hot"), part("debug", 3, "cold")]);
        assert_eq!(view.combinations, [part("cache+debug", 3, "cold")]);
        assert_eq!(usage.of(&"other".into()), None);
    }

    #[test]
    fn other_lines_and_other_versions_are_left_alone() {
        for line in [
            "plain \"zerobill_analytics\"",
            r#"{"zerobill_analytics":1}"#,
            r#"{"analytics":{"zerobill_analytics":2,"environment":"a","requests":1}}"#,
            r#"{"analytics":{"zerobill_analytics":1,"environment":"a","requests":-1}}"#,
        ] {
            assert!(export_of(line).is_none(), "{line}");
        }
        assert!(export_of(r#"{"analytics":{"zerobill_analytics":1,"environment":"a","requests":1}}"#).is_some());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut usage = Usage::default();
        for number in 0..ENVIRONMENTS + 5 {
            usage.add(&shop(), export_of(&line(&number.to_string(), 1, 1, 0)).unwrap());
        }
        assert_eq!(usage.of(&shop()).unwrap().environments, ENVIRONMENTS);
    }
}
