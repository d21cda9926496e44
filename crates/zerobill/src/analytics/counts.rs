//! Counts by name, for as many names as there is room for.

use std::collections::BTreeMap;

use super::OTHER;

/// So many names are told apart.
const MAX_NAMES: usize = 32;

/// How often each name came; those that came when there was no room are counted together.
#[derive(Debug, Default)]
pub(super) struct Counts {
    named: Vec<(&'static str, u64)>,
    other: u64,
}

impl Counts {
    pub(super) fn add(&mut self, name: &'static str) {
        let same = |(known, _): &&mut (&'static str, u64)| std::ptr::eq(*known, name) || *known == name;
        if let Some((_, count)) = self.named.iter_mut().find(same) {
            *count += 1;
        } else if self.named.len() < MAX_NAMES {
            self.named.push((name, 1));
        } else {
            self.other += 1;
        }
    }

    pub(super) fn export(&self) -> BTreeMap<String, u64> {
        let named = self.named.iter().map(|(name, count)| ((*name).to_owned(), *count));
        let mut all: BTreeMap<_, _> = named.collect();
        if self.other > 0 {
            *all.entry(OTHER.to_owned()).or_default() += self.other;
        }
        all
    }
}
