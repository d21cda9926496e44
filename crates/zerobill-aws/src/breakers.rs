//! The states of circuit breakers in `DynamoDB`.

use zerobill::circuit_breaker::{Shared, Store, StoreError, StoreFuture};

use crate::{
    client::Aws,
    table::{Item, Table, number, number_of},
};

const OPEN_UNTIL: &str = "open_until_ms";
const VERSION: &str = "version";

/// A state that has not changed for so long after its end is as good as closed: no environment lives to remember it.
const KEPT_SECONDS: u64 = 7 * 24 * 60 * 60;

/// Shares the states of circuit breakers through a table: one item `breaker#NAME` for each that ever opened.
///
/// Items are read with strong consistency and written under a condition when a state changes, so that of several execution
/// environments one probes.
#[derive(Debug)]
pub struct DynamoDbBreakers(Table);

impl DynamoDbBreakers {
    /// The table of that name; it is not asked yet.
    pub fn new(aws: Aws, table: impl Into<String>) -> Self {
        Self(Table::new(aws, table.into()))
    }
}

fn id(name: &str) -> String {
    format!("breaker#{name}")
}

impl Store for DynamoDbBreakers {
    fn read<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<Shared>> {
        Box::pin(async move {
            let item = self.0.get(&id(name)).await.map_err(StoreError)?;
            Ok(item.and_then(|item| Some(Shared::new(number_of(&item, OPEN_UNTIL)?, number_of(&item, VERSION)?))))
        })
    }

    fn write<'a>(&'a self, name: &'a str, shared: Shared) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let item = Item::from([
                (OPEN_UNTIL.to_owned(), number(shared.open_until_ms)),
                (VERSION.to_owned(), number(shared.version)),
            ]);
            let expires_at_s = shared.open_until_ms.max(self.0.epoch_ms()) / 1_000 + KEPT_SECONDS;
            // An item that has expired is gone: whoever is first begins anew, whatever version it remembers.
            let expected = (VERSION, shared.version.saturating_sub(1));
            self.0
                .put_if(&id(name), item, expires_at_s, expected)
                .await
                .map_err(StoreError)
        })
    }
}
