//! The meter's months in `DynamoDB`.

use zerobill::meter::{Account, Batch, Month, Store, StoreError, StoreFuture, Totals};

use crate::{
    client::Aws,
    table::{Addition, Item, Table, number_of},
};

const REQUESTS: &str = "requests";
const MB_MS: &str = "mb_ms";
const LOG_BYTES: &str = "log_bytes";
const SERIES: &str = "series";
const TRIPPED_AT: [&str; 4] = [
    "tripped_at_requests",
    "tripped_at_mb_ms",
    "tripped_at_log_bytes",
    "tripped_at_series",
];

/// The places in which the numbers of batches are kept. With all of them an item stays below the kilobyte that one write unit is.
const PLACES: u64 = 32;

/// So long is a month kept.
const KEPT_SECONDS: u64 = 400 * 24 * 60 * 60;

/// Adds up months in a table: one item `meter#BUDGET#MONTH` for each, such as `meter#shop#2026-11`, with the numbers `requests`,
/// `mb_ms` and `log_bytes`, the set `series`, and `tripped_at_…` for each of them once a function was stopped.
///
/// A batch is one write unit. Its number is kept in one of 32 places of the item, so that a batch that is sent again, because its
/// answer was lost, is not added again. It is where another execution environment that has the same place wrote in between: each
/// lost answer can so count one batch twice, and no more.
#[derive(Debug)]
pub struct DynamoDbMeter(Table);

impl DynamoDbMeter {
    /// The table of that name; it is not asked yet.
    pub fn new(aws: Aws, table: impl Into<String>) -> Self {
        Self(Table::new(aws, table.into()))
    }

    fn expires_at_s(&self) -> u64 {
        self.0.epoch_ms() / 1_000 + KEPT_SECONDS
    }
}

fn id(budget: &str, month: Month) -> String {
    format!("meter#{budget}#{month}")
}

/// The place of the execution environment that sends `batch`.
fn place(batch: &Batch) -> String {
    format!("w{}", (batch.id >> 32) % PLACES)
}

fn account(item: &Item) -> Account {
    // One that is negative, as corrections can make it for a moment, is none.
    let number = |name| number_of(item, name);
    let series = item.get(SERIES).and_then(|set| set.as_ns().ok());
    let totals = Totals::new(
        number(REQUESTS).unwrap_or_default(),
        number(MB_MS).unwrap_or_default(),
        number(LOG_BYTES).unwrap_or_default(),
        series.map_or(0, |set| set.len() as u64),
    );
    let [requests, mb_ms, log_bytes, series] = TRIPPED_AT.map(number);
    let tripped_at = requests.map(|requests| {
        Totals::new(
            requests,
            mb_ms.unwrap_or_default(),
            log_bytes.unwrap_or_default(),
            series.unwrap_or_default(),
        )
    });
    Account::new(totals, tripped_at)
}

impl Store for DynamoDbMeter {
    fn name(&self) -> &'static str {
        "dynamodb"
    }

    fn add<'a>(&'a self, batch: &'a Batch) -> StoreFuture<'a, Account> {
        Box::pin(async move {
            let amounts = &batch.amounts;
            let numbers = [
                (REQUESTS, amounts.requests.to_string()),
                (MB_MS, amounts.mb_ms.to_string()),
                (LOG_BYTES, amounts.log_bytes.to_string()),
            ];
            let addition = Addition {
                numbers: &numbers,
                set: (SERIES, amounts.series.iter().map(u64::to_string).collect()),
                once: (&place(batch), batch.id),
                expires_at_s: self.expires_at_s(),
            };
            let item = self.0.add(&id(&batch.budget, batch.month), &addition).await;
            item.map(|item| account(&item)).map_err(StoreError)
        })
    }

    fn read<'a>(&'a self, budget: &'a str, month: Month) -> StoreFuture<'a, Account> {
        Box::pin(async move {
            let item = self.0.get(&id(budget, month)).await.map_err(StoreError)?;
            Ok(item.as_ref().map(account).unwrap_or_default())
        })
    }

    fn mark<'a>(&'a self, budget: &'a str, month: Month, tripped_at: Totals) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let Totals {
                requests,
                mb_ms,
                log_bytes,
                series,
                ..
            } = tripped_at;
            let [of_requests, of_mb_ms, of_log_bytes, of_series] = TRIPPED_AT;
            let numbers = [
                (of_requests, requests),
                (of_mb_ms, mb_ms),
                (of_log_bytes, log_bytes),
                (of_series, series),
            ];
            let id = id(budget, month);
            let marked = self.0.set_numbers(&id, &numbers, self.expires_at_s());
            marked.await.map_err(StoreError)
        })
    }
}
