//! Rules of event buses that invoke a function.

use aws_sdk_eventbridge::types::RuleState;

use super::account::{Account, is_gone, problem_with};
use crate::problem;

/// The bus that schedules and AWS's own events come by.
const BUS: &str = "default";

impl Account {
    /// Those of `function` and its aliases that are enabled, on all buses, as `BUS/NAME`.
    pub(super) async fn enabled_rules(&self, function: &str) -> Result<Vec<String>, String> {
        let arns = self.arns(function).await?;
        let mut enabled = Vec::new();
        for bus in self.buses().await? {
            for arn in &arns {
                for name in self.rules_of(&bus, arn, function).await? {
                    let id = format!("{bus}/{name}");
                    // One rule may have several of the targets.
                    if !enabled.contains(&id) && self.is_rule_enabled(&bus, &name).await? {
                        enabled.push(id);
                    }
                }
            }
        }
        Ok(enabled)
    }

    /// The names of the rules of a bus that have this target.
    async fn rules_of(&self, bus: &str, arn: &str, function: &str) -> Result<Vec<String>, String> {
        let (mut names, mut token) = (Vec::new(), None);
        loop {
            let request = self.events()?.list_rule_names_by_target();
            let request = request.target_arn(arn).event_bus_name(bus).set_next_token(token);
            let answer = request.send().await;
            let answer = answer.map_err(|error| problem_with(&error, "events:ListRuleNamesByTarget", function))?;
            names.extend(answer.rule_names.unwrap_or_default());
            token = answer.next_token;
            if token.is_none() {
                return Ok(names);
            }
        }
    }

    /// The names of the region's buses.
    async fn buses(&self) -> Result<Vec<String>, String> {
        let (mut names, mut token) = (Vec::new(), None);
        loop {
            let answer = self.events()?.list_event_buses().set_next_token(token).send().await;
            let answer = answer.map_err(|error| {
                problem::of(
                    &error,
                    "events:ListEventBuses",
                    "the region's event buses",
                    "check the region",
                )
            })?;
            let buses = answer.event_buses.unwrap_or_default();
            names.extend(buses.into_iter().filter_map(|bus| bus.name));
            token = answer.next_token;
            if token.is_none() {
                return Ok(names);
            }
        }
    }

    /// Enables or disables one. One that is gone is as it should be.
    pub(super) async fn set_rule(&self, id: &str, enabled: bool) -> Result<(), String> {
        // The names of partners' buses have slashes too.
        let (bus, name) = id.rsplit_once('/').unwrap_or((BUS, id));
        let thing = format!("rule `{id}`");
        let client = self.events()?;
        if enabled {
            let answer = client.enable_rule().event_bus_name(bus).name(name).send().await;
            let Err(error) = answer else { return Ok(()) };
            return if is_gone(&error) {
                Ok(())
            } else {
                Err(problem::of(&error, "events:EnableRule", &thing, ""))
            };
        }
        let answer = client.disable_rule().event_bus_name(bus).name(name).send().await;
        match answer {
            Err(error) if !is_gone(&error) => Err(problem::of(&error, "events:DisableRule", &thing, "")),
            _ => Ok(()),
        }
    }

    async fn is_rule_enabled(&self, bus: &str, name: &str) -> Result<bool, String> {
        let rule = self
            .events()?
            .describe_rule()
            .event_bus_name(bus)
            .name(name)
            .send()
            .await;
        let rule = rule.map_err(|error| {
            let thing = format!("rule `{bus}/{name}`");
            problem::of(&error, "events:DescribeRule", &thing, "it was removed meanwhile")
        })?;
        Ok(rule.state().is_some_and(|state| *state != RuleState::Disabled))
    }

    /// The ARNs of the function and of its aliases. A rule that names a numbered version is not found: each deployment makes another.
    async fn arns(&self, function: &str) -> Result<Vec<String>, String> {
        let configuration = self.lambda()?.get_function_configuration().function_name(function);
        let configuration = configuration.send().await;
        let configuration =
            configuration.map_err(|error| problem_with(&error, "lambda:GetFunctionConfiguration", function))?;
        let arn = configuration.function_arn;
        let mut arns = vec![arn.ok_or_else(|| format!("AWS did not say the ARN of function `{function}`"))?];
        let aliases = self.lambda()?.list_aliases().function_name(function);
        let mut aliases = aliases.into_paginator().items().send();
        while let Some(alias) = aliases.next().await {
            let alias = alias.map_err(|error| problem_with(&error, "lambda:ListAliases", function))?;
            arns.extend(alias.alias_arn);
        }
        Ok(arns)
    }
}
