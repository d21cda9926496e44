//! Exports of any number of execution environments, in any order and any number of times.

use std::collections::BTreeMap;

use super::{export::Export, tally::Tally};

/// The latest export of each execution environment.
///
/// Which export is put in first, and how often, makes no difference.
///
/// ```
/// use zerobill::{Gateway, analytics::Merged};
///
/// let gateway = Gateway::builder().build()?;
/// let mut merged = Merged::default();
/// merged.insert(gateway.analytics());
/// merged.insert(gateway.analytics());
/// assert_eq!((merged.environments(), merged.tally().requests), (1, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged(BTreeMap<String, Export>);

impl Merged {
    /// Puts one export in.
    pub fn insert(&mut self, export: Export) {
        match self.0.get_mut(&export.environment) {
            Some(known) if export.is_after(known) => *known = export,
            Some(_) => {}
            None => _ = self.0.insert(export.environment.clone(), export),
        }
    }

    /// Puts all those of `other` in.
    pub fn merge(&mut self, other: Self) {
        other.0.into_values().for_each(|export| self.insert(export));
    }

    /// How many environments there are.
    pub fn environments(&self) -> usize {
        self.0.len()
    }

    /// The export of each environment.
    pub fn exports(&self) -> impl Iterator<Item = &Export> {
        self.0.values()
    }

    /// What the requests of all environments used.
    pub fn tally(&self) -> Tally {
        let mut all = Tally::default();
        self.exports().for_each(|export| all.add(&export.tally));
        all
    }
}
