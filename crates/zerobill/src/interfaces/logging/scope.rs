//! What logging keeps for one invocation: keys, the sampling decision, held-back lines, and the byte budget.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU64, AtomicUsize},
    },
};

use super::fields::FieldWriter;
use crate::invocation::State;

#[derive(Debug, Default)]
pub(crate) struct Scope {
    pub(super) keys: Mutex<FieldWriter>,
    pub(super) head: OnceLock<Vec<u8>>,
    pub(super) sampled: OnceLock<bool>,
    pub(super) held: Mutex<Held>,
    /// Bytes written in this invocation.
    pub(super) written: AtomicUsize,
    /// Lines left out because the budget was used up.
    pub(super) left_out: AtomicU64,
}

impl State for Scope {
    const PLACE: usize = 0;
}

/// Lines held back until an error, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Held {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    evicted: u64,
}

impl Held {
    /// Keeps `line` within `limit` bytes, dropping the oldest; gives it back if it is larger than the limit itself.
    pub(super) fn keep(&mut self, line: &[u8], limit: usize) -> Result<(), TooLong> {
        if line.len() > limit {
            return Err(TooLong);
        }
        while self.bytes + line.len() > limit {
            let Some(oldest) = self.lines.pop_front() else { break };
            self.bytes -= oldest.len();
            self.evicted += 1;
        }
        self.bytes += line.len();
        self.lines.push_back(line.to_vec());
        Ok(())
    }

    /// The lines, and how many were dropped; nothing is held any more.
    pub(super) fn take(&mut self) -> (VecDeque<Vec<u8>>, u64) {
        let held = std::mem::take(self);
        (held.lines, held.evicted)
    }
}

/// A line is larger than all that may be held back.
#[derive(Debug)]
pub(super) struct TooLong;
