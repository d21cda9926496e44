//! Randomness that tests can fix: sampling decisions and identifiers.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// A source of random numbers: the operating system's, or a seeded one for tests.
///
/// Not for keys or nonces: those come from the cryptography library.
#[derive(Clone, Debug, Default)]
pub struct Random(Option<Arc<AtomicU64>>);

impl Random {
    /// The operating system's random numbers.
    #[must_use]
    pub fn system() -> Self {
        Self(None)
    }

    /// The same sequence for the same `seed`, for tests.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Some(Arc::new(AtomicU64::new(seed))))
    }

    /// 64 random bits.
    pub fn bits(&self) -> u64 {
        match &self.0 {
            // A kernel that refuses random bytes leaves zero: a sampling decision is no reason to fail an invocation.
            None => getrandom::u64().unwrap_or_default(),
            Some(state) => split_mix(state.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed)),
        }
    }

    /// A number from 0 up to, not including, 1.
    pub fn unit(&self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The output function of `SplitMix64` (Steele, Lea and Flood, 2014).
fn split_mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_published_sequence() {
        // The first outputs of SplitMix64 for seed 0, from the reference implementation.
        let random = Random::seeded(0);
        assert_eq!(random.bits(), 0xE220_A839_7B1D_CDAF);
        assert_eq!(random.bits(), 0x6E78_9E6A_A1B9_65F4);
    }

    #[test]
    fn units_stay_within_their_range_and_vary() {
        let random = Random::system();
        let units: Vec<f64> = (0..64).map(|_| random.unit()).collect();
        assert!(units.iter().all(|unit| (0.0..1.0).contains(unit)));
        assert!(units.iter().any(|unit| *unit < 0.5) && units.iter().any(|unit| *unit >= 0.5));
    }
}
