//! What a function has used of its month: counted in this execution environment, added up in a store that all of them share,
//! and compared with a budget.
//!
//! Invocations count in plain atomics ([`Usage`]). From time to time what came together since is handed to a [`Store`] as one
//! [`Batch`], which answers with the month's [`Account`]. The interface `lambda` says when, and does what its settings ask for at
//! 50, 80 and 95 % of a budget.
//!
//! | store | keeps | for |
//! |---|---|---|
//! | [`MemoryStore`] | what this execution environment used | tests, and where nothing else is set |
//! | [`FileStore`] | a JSON file, exact for any number of processes | `zerobill dev` |
//! | `zerobill_aws::DynamoDbMeter` | one item for each budget and month | functions on AWS |

mod batch;
mod budget;
mod counters;
mod file;
mod ledger;
mod month;
mod policy;
mod store;
#[cfg(test)]
mod tests;

pub use zerobill_free_tier::Month;

pub use self::{
    batch::{Account, Amounts, Batch, Totals},
    budget::{Budget, Dimension},
    counters::Usage,
    file::FileStore,
    store::{MemoryStore, Store, StoreError, StoreFuture},
};
pub(crate) use self::{
    counters::{Charge, Meter},
    policy::{Crossing, Policy, PolicyFault},
};
