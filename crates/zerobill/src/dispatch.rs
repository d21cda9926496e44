//! Calls by name: finds an operation in the tables, runs it, and notes that it ran.

use std::time::Duration;

use serde_json::Value;

use crate::{
    error::{Error, Result, UNKNOWN_INTERFACE, UNKNOWN_OPERATION, shortened, suggestion},
    gateway::Gateway,
    interfaces::{CATALOGUE, InterfaceRow},
    operation::{Description, Operation, Reply},
    traces,
};

/// An operation that was looked up once, to be called many times.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use serde_json::json;
/// let gateway = zerobill::Gateway::builder().build().expect("the defaults are valid");
/// let (set, get) = (gateway.resolve("cache.set")?, gateway.resolve("cache.get")?);
/// for n in 0..3 {
///     set.call(json!({ "key": "n", "value": n })).await?;
///     assert_eq!(get.call(json!({ "key": "n" })).await?, json!(n));
/// }
/// # Ok::<(), zerobill::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct OperationHandle {
    gateway: Gateway,
    row: Row,
}

impl OperationHandle {
    /// Its interface's name.
    pub fn interface(&self) -> &'static str {
        self.row.interface.name
    }

    /// What it is called within the interface, takes and may be used for.
    pub fn description(&self) -> &'static Description {
        self.row.operation.description()
    }

    /// Calls it, as [`Gateway::execute_operation`] does.
    pub async fn call(&self, parameters: Value) -> Result<Value> {
        self.gateway.run(self.row, parameters).await
    }
}

impl Gateway {
    /// Looks up the operation `name`, such as `cache.get`, so that calling it needs no look-up.
    ///
    /// # Errors
    /// If there is no such interface or operation, naming the nearest right one.
    pub fn resolve(&self, name: &str) -> Result<OperationHandle> {
        let (interface, operation) = name.split_once('.').unwrap_or((name, ""));
        Ok(OperationHandle {
            gateway: self.clone(),
            row: find(interface, operation)?,
        })
    }

    /// Calls the operation of a row.
    pub(crate) async fn run(&self, row: Row, parameters: Value) -> Result<Value> {
        let base = self.base();
        let call = base.fast_path.begin(row.number, base.meter.operations(), &base.clock);
        let traced_from = base.traces.are_kept().then(|| base.clock.monotonic());
        let result = match row.operation.call(self, parameters) {
            Reply::Ready(result) => result,
            Reply::Pending(future) => future.await,
        };
        let position = base.meter.operation(result.is_err());
        base.fast_path.end(&call, position, &base.clock);
        if let Some(started) = traced_from {
            self.trace(row, started, &result);
        }
        result
    }

    #[cold]
    fn trace(&self, row: Row, started: Duration, result: &Result<Value>) {
        let base = self.base();
        let outcome = result.as_ref().map_or_else(Error::code, |_| traces::OK);
        let request_id = base.current().map(|invocation| invocation.context().request_id.clone());
        let what = qualified(row.interface, row.operation).into();
        base.traces.record(&base.clock, started, what, request_id, outcome);
    }
}

/// A row of an operation table.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    /// Its number among all rows of the catalogue.
    number: usize,
    interface: &'static InterfaceRow,
    operation: &'static dyn Operation,
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&qualified(self.interface, self.operation))
    }
}

/// How many rows there are.
pub(crate) fn count() -> usize {
    CATALOGUE.iter().map(|row| row.operations.len()).sum()
}

/// The names of all rows, in the order of their numbers.
pub(crate) fn names() -> impl Iterator<Item = String> {
    let rows = CATALOGUE
        .iter()
        .flat_map(|row| row.operations.iter().map(move |operation| (row, *operation)));
    rows.map(|(row, operation)| qualified(row, operation))
}

/// The row of that name.
pub(crate) fn find(interface: &str, operation: &str) -> Result<Row> {
    let mut before = 0;
    for row in CATALOGUE {
        if row.name != interface {
            before += row.operations.len();
            continue;
        }
        let place = row
            .operations
            .iter()
            .position(|row| row.description().name == operation);
        return match place {
            Some(place) => Ok(Row {
                number: before + place,
                interface: row,
                operation: row.operations[place],
            }),
            None => Err(unknown_operation(row, operation)),
        };
    }
    Err(unknown_interface(interface))
}

/// The interface of that name.
pub fn find_interface(name: &str) -> Result<&'static InterfaceRow> {
    let row = CATALOGUE.iter().find(|row| row.name == name);
    row.ok_or_else(|| unknown_interface(name))
}

/// The operation of that name.
pub fn find_operation(interface: &str, operation: &str) -> Result<&'static dyn Operation> {
    Ok(find(interface, operation)?.operation)
}

#[cold]
fn unknown_interface(name: &str) -> Error {
    let hint = suggestion(name, CATALOGUE.iter().map(|row| row.name));
    Error::new(
        UNKNOWN_INTERFACE,
        format!("unknown interface `{}`{hint}", shortened(name)),
    )
}

#[cold]
fn unknown_operation(row: &InterfaceRow, operation: &str) -> Error {
    let hint = suggestion(operation, row.operations.iter().map(|row| row.description().name));
    let message = format!("unknown operation `{}.{}`{hint}", row.name, shortened(operation));
    Error::new(UNKNOWN_OPERATION, message)
}

/// `interface.operation`.
pub(crate) fn qualified(interface: &InterfaceRow, operation: &dyn Operation) -> String {
    format!("{}.{}", interface.name, operation.description().name)
}
