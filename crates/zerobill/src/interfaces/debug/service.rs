//! Reports on the gateway as a whole.

use std::collections::BTreeMap;

use serde::Serialize;

use super::self_test::{self, SelfTest};
use crate::{
    gateway::{Base, Gateway, GatewayStats},
    interfaces::{Health, Service, Status},
};

/// Reports on the gateway as a whole.
///
/// It stands last and looks at every interface, so its calls take the gateway that they report on.
///
/// ```
/// let gateway = zerobill::Gateway::builder().build().expect("valid");
/// assert!(gateway.debug().health(&gateway).is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Debug(());

/// The health of a gateway.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct HealthReport {
    /// `ok` if every interface is.
    pub status: Status,
    /// The library's version.
    pub version: &'static str,
    /// Each interface by name.
    pub interfaces: BTreeMap<&'static str, Health>,
}

impl HealthReport {
    /// Whether every interface is well.
    pub fn is_ok(&self) -> bool {
        self.status == Status::Ok
    }
}

impl Debug {
    pub(crate) fn new(_base: &Base) -> Self {
        Self(())
    }

    /// How each interface is. It builds nothing.
    pub fn health(&self, gateway: &Gateway) -> HealthReport {
        let interfaces: BTreeMap<_, _> = gateway.health().into_iter().collect();
        let all_ok = interfaces.values().all(|health| health.status == Status::Ok);
        let status = if all_ok { Status::Ok } else { Status::Degraded };
        HealthReport {
            status,
            version: env!("CARGO_PKG_VERSION"),
            interfaces,
        }
    }

    /// Checks each interface with real calls whose answers are known, on a second gateway of the same environment: nothing of
    /// `gateway` is disturbed, logged or billed.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let gateway = zerobill::Gateway::builder().build().expect("valid");
    /// assert_eq!(gateway.debug().self_test(&gateway).await.failed, 0);
    /// # });
    /// ```
    pub async fn self_test(&self, gateway: &Gateway) -> SelfTest {
        self_test::run(gateway).await
    }

    /// What the gateway has done so far.
    pub fn stats(&self, gateway: &Gateway) -> GatewayStats {
        gateway.stats()
    }
}

impl Service for Debug {}
