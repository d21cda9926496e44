//! Event-source mappings: what reads queues and streams for a function.

use aws_sdk_lambda::types::EventSourceMappingConfiguration;

use super::account::{Account, is_gone, problem_with};
use crate::problem;

impl Account {
    /// The UUIDs of those of `function` that are enabled, or about to be.
    pub(super) async fn enabled_mappings(&self, function: &str) -> Result<Vec<String>, String> {
        let pages = self.lambda()?.list_event_source_mappings().function_name(function);
        let mut pages = pages.into_paginator().items().send();
        let mut enabled = Vec::new();
        while let Some(mapping) = pages.next().await {
            let mapping = mapping.map_err(|error| problem_with(&error, "lambda:ListEventSourceMappings", function))?;
            enabled.extend(mapping.uuid().filter(|_| is_enabled(&mapping)).map(str::to_owned));
        }
        Ok(enabled)
    }

    /// Enables or disables one. One that is gone is as it should be.
    pub(super) async fn set_mapping(&self, uuid: &str, enabled: bool) -> Result<(), String> {
        let request = self.lambda()?.update_event_source_mapping().uuid(uuid).enabled(enabled);
        match request.send().await {
            Err(error) if !is_gone(&error) => {
                let thing = format!("event-source mapping `{uuid}`");
                Err(problem::of(&error, "lambda:UpdateEventSourceMapping", &thing, ""))
            }
            _ => Ok(()),
        }
    }
}

fn is_enabled(mapping: &EventSourceMappingConfiguration) -> bool {
    matches!(mapping.state(), Some("Creating" | "Enabling" | "Enabled" | "Updating"))
}
