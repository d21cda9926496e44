//! Rules of the default event bus that invoke a function.

use aws_sdk_eventbridge::types::RuleState;

use super::account::{Account, is_gone, problem_with};
use crate::problem;

/// The bus that schedules and AWS's own events come by.
const BUS: &str = "default";

impl Account {
    /// Those of `function` that are enabled, as `BUS/NAME`.
    pub(super) async fn enabled_rules(&self, function: &str) -> Result<Vec<String>, String> {
        let arn = self.arn(function).await?;
        let client = self.events()?;
        let (mut enabled, mut token) = (Vec::new(), None);
        loop {
            let request = client.list_rule_names_by_target().target_arn(&arn).event_bus_name(BUS);
            let answer = request.set_next_token(token).send().await;
            let answer = answer.map_err(|error| problem_with(&error, "events:ListRuleNamesByTarget", function))?;
            for name in answer.rule_names() {
                if self.is_rule_enabled(name).await? {
                    enabled.push(format!("{BUS}/{name}"));
                }
            }
            token = answer.next_token;
            if token.is_none() {
                return Ok(enabled);
            }
        }
    }

    /// Enables or disables one. One that is gone is as it should be.
    pub(super) async fn set_rule(&self, id: &str, enabled: bool) -> Result<(), String> {
        let (bus, name) = id.split_once('/').unwrap_or((BUS, id));
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

    async fn is_rule_enabled(&self, name: &str) -> Result<bool, String> {
        let answer = self
            .events()?
            .describe_rule()
            .event_bus_name(BUS)
            .name(name)
            .send()
            .await;
        let rule = answer.map_err(|error| {
            problem::of(
                &error,
                "events:DescribeRule",
                &format!("rule `{BUS}/{name}`"),
                "it was removed meanwhile",
            )
        })?;
        Ok(rule.state().is_some_and(|state| *state != RuleState::Disabled))
    }

    async fn arn(&self, function: &str) -> Result<String, String> {
        let answer = self
            .lambda()?
            .get_function_configuration()
            .function_name(function)
            .send()
            .await;
        let answer = answer.map_err(|error| problem_with(&error, "lambda:GetFunctionConfiguration", function))?;
        answer
            .function_arn
            .ok_or_else(|| format!("AWS did not say the ARN of function `{function}`"))
    }
}
