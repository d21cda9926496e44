//! Which functions there are, and what the account lets run at once.

use zerobill_free_tier::Architecture;

use super::{ControlError, account::Account};
use crate::{client::Aws, problem};

/// Lists the functions of a region.
#[derive(Debug)]
pub struct Functions(Account);

/// A function as far as its bill depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Memory in MB.
    pub memory_mb: u64,
    /// Its processors.
    pub architecture: Architecture,
}

/// What an account may run at once in a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Executions of all functions together.
    pub concurrent: u64,
    /// Those that no function has reserved.
    pub unreserved: u64,
}

impl Functions {
    /// The region's of `aws`; it is not asked yet.
    pub fn new(aws: Aws) -> Self {
        Self(Account::new(aws))
    }

    /// All functions, 50 for each call.
    ///
    /// # Errors
    /// What AWS answered, with the permission that is missing.
    pub async fn list(&self) -> Result<Vec<Listed>, ControlError> {
        let pages = self.0.lambda().map_err(ControlError)?.list_functions();
        let mut pages = pages.into_paginator().items().send();
        let mut all = Vec::new();
        while let Some(function) = pages.next().await {
            let function = function.map_err(|error| {
                ControlError(problem::of(
                    &error,
                    "lambda:ListFunctions",
                    "the region",
                    "check the region",
                ))
            })?;
            let is_arm = function.architectures().iter().any(|one| one.as_str() == "arm64");
            all.push(Listed {
                name: function.function_name().unwrap_or_default().to_owned(),
                memory_mb: function
                    .memory_size()
                    .and_then(|size| size.try_into().ok())
                    .unwrap_or(128),
                architecture: if is_arm {
                    Architecture::Arm64
                } else {
                    Architecture::X86_64
                },
            });
        }
        Ok(all)
    }

    /// What may run at once.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub async fn limits(&self) -> Result<Limits, ControlError> {
        self.0.limits().await.map_err(ControlError)
    }
}

impl Account {
    pub(super) async fn limits(&self) -> Result<Limits, String> {
        let answer = self.lambda()?.get_account_settings().send().await;
        let answer = answer
            .map_err(|error| problem::of(&error, "lambda:GetAccountSettings", "the account", "check the region"))?;
        let limit = answer
            .account_limit()
            .ok_or("AWS did not say what the account may run at once")?;
        let number = |number: i32| u64::try_from(number).unwrap_or_default();
        Ok(Limits {
            concurrent: number(limit.concurrent_executions()),
            unreserved: number(limit.unreserved_concurrent_executions().unwrap_or_default()),
        })
    }
}
