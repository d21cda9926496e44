//! Conditions, decided with the defaults of the parameters. What cannot be decided is neither true nor false.

use super::resolve::Resolver;
use crate::node::Node;

/// How many conditions may wait for each other.
const MOST_CONDITIONS: usize = 50;

impl Resolver<'_> {
    /// What a condition comes to, if it can be known.
    pub(super) fn condition(&mut self, name: &str) -> Option<bool> {
        if let Some(decided) = self.decided.get(name) {
            return *decided;
        }
        self.deciding += 1;
        // A chain too long to follow is not known either.
        if self.deciding > MOST_CONDITIONS {
            self.deciding -= 1;
            return None;
        }
        // While it is being decided it is not known, so that a circle of conditions ends.
        self.decided.insert(name.to_owned(), None);
        let rule = self.conditions.and_then(|conditions| conditions.get(name));
        let decided = rule.and_then(|rule| self.decide(rule));
        self.deciding -= 1;
        self.decided.insert(name.to_owned(), decided);
        decided
    }

    fn decide(&mut self, rule: &Node) -> Option<bool> {
        let [only] = rule.entries() else {
            return rule.as_bool();
        };
        let arguments = only.value.items();
        match only.key.as_str() {
            "Condition" => self.condition(only.value.as_text()?),
            "Fn::Not" => self.decide(arguments.first()?).map(|decided| !decided),
            "Fn::And" => {
                let all: Vec<_> = arguments.iter().map(|argument| self.decide(argument)).collect();
                match () {
                    () if all.contains(&Some(false)) => Some(false),
                    () if all.contains(&None) => None,
                    () => Some(true),
                }
            }
            "Fn::Or" => {
                let any: Vec<_> = arguments.iter().map(|argument| self.decide(argument)).collect();
                match () {
                    () if any.contains(&Some(true)) => Some(true),
                    () if any.contains(&None) => None,
                    () => Some(false),
                }
            }
            "Fn::Equals" => {
                let [one, other] = arguments else {
                    return None;
                };
                let (one, other) = (known_text(&self.resolve(one))?, known_text(&self.resolve(other))?);
                Some(one == other)
            }
            _ => None,
        }
    }
}

/// A text with nothing unknown in it.
fn known_text(node: &Node) -> Option<String> {
    node.to_text().filter(|text| !text.contains("${"))
}
