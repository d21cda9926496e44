//! The series that are admitted: each combination of a name and dimension values is billed as one metric.

use std::{
    collections::HashSet,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use super::metric::Metric;

/// Remembers admitted series by their hash; there are never more than the limit, so its memory is bounded.
#[derive(Debug, Default)]
pub(super) struct Series {
    admitted: RwLock<HashSet<u64>>,
    refused: AtomicU64,
}

impl Series {
    /// Admits every series of `metric` if they are, or become, among at most `max`, and hands out those that are new. A refusal is
    /// counted.
    pub(super) fn admit(&self, namespace: &str, service: &str, metric: &Metric, max: u64) -> Option<HashSet<u64>> {
        let keys = metric.sets.iter().map(|set| {
            BuildHasherDefault::<DefaultHasher>::default().hash_one((namespace, service, metric.name.as_str(), set))
        });
        {
            let admitted = self.admitted.read().unwrap_or_else(PoisonError::into_inner);
            if keys.clone().all(|key| admitted.contains(&key)) {
                return Some(HashSet::new());
            }
        }
        let mut admitted = self.admitted.write().unwrap_or_else(PoisonError::into_inner);
        let new: HashSet<u64> = keys.filter(|key| !admitted.contains(key)).collect();
        if (admitted.len() + new.len()) as u64 > max {
            self.refused.fetch_add(1, Relaxed);
            return None;
        }
        admitted.extend(&new);
        Some(new)
    }

    /// How many series there are.
    pub(super) fn admitted(&self) -> u64 {
        self.admitted.read().unwrap_or_else(PoisonError::into_inner).len() as u64
    }

    /// How many values were refused because their series was one too many.
    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Relaxed)
    }
}
