//! Event-source mappings: what reads queues and streams for a function.

use aws_sdk_lambda::types::EventSourceMappingConfiguration;

use super::account::{Account, is_gone, is_of, problem_with};
use crate::problem;

impl Account {
    /// The UUIDs of those of `function`, its versions and aliases that are enabled, or about to be.
    pub(super) async fn enabled_mappings(&self, function: &str) -> Result<Vec<String>, String> {
        // Asked for a function, AWS leaves out those of its aliases: so all of the region are read, 100 for each call.
        let mut pages = self
            .lambda()?
            .list_event_source_mappings()
            .into_paginator()
            .items()
            .send();
        let mut enabled = Vec::new();
        while let Some(mapping) = pages.next().await {
            let mapping = mapping.map_err(|error| problem_with(&error, "lambda:ListEventSourceMappings", function))?;
            let stops = is_enabled(&mapping) && is_of(mapping.function_arn(), function);
            enabled.extend(mapping.uuid().filter(|_| stops).map(str::to_owned));
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
