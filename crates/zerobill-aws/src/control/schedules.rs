//! Schedules of `EventBridge` Scheduler that invoke a function.

use aws_sdk_scheduler::types::{ScheduleState, TargetSummary};

use super::account::{Account, is_gone, is_of};
use crate::problem;

impl Account {
    /// Those of `function`, its versions and aliases that are enabled, as `GROUP/NAME`.
    pub(super) async fn enabled_schedules(&self, function: &str) -> Result<Vec<String>, String> {
        let pages = self.scheduler()?.list_schedules().state(ScheduleState::Enabled);
        let mut pages = pages.into_paginator().items().send();
        let mut enabled = Vec::new();
        while let Some(schedule) = pages.next().await {
            let schedule = schedule.map_err(|error| {
                problem::of(
                    &error,
                    "scheduler:ListSchedules",
                    "the region's schedules",
                    "check the region",
                )
            })?;
            if is_of(schedule.target().map(TargetSummary::arn), function) {
                let (group, name) = (schedule.group_name(), schedule.name().unwrap_or_default());
                enabled.push(format!("{}/{name}", group.unwrap_or("default")));
            }
        }
        Ok(enabled)
    }

    /// Enables or disables one. One that is gone is as it should be.
    pub(super) async fn set_schedule(&self, id: &str, enabled: bool) -> Result<(), String> {
        let (group, name) = id.split_once('/').unwrap_or(("default", id));
        let thing = format!("schedule `{id}`");
        let client = self.scheduler()?;
        let schedule = match client.get_schedule().group_name(group).name(name).send().await {
            Ok(schedule) => schedule,
            Err(error) if is_gone(&error) => return Ok(()),
            Err(error) => return Err(problem::of(&error, "scheduler:GetSchedule", &thing, "")),
        };
        // An update replaces all: what is not sent is lost.
        let state = if enabled {
            ScheduleState::Enabled
        } else {
            ScheduleState::Disabled
        };
        let update = client
            .update_schedule()
            .group_name(group)
            .name(name)
            .state(state)
            .set_schedule_expression(schedule.schedule_expression)
            .set_schedule_expression_timezone(schedule.schedule_expression_timezone)
            .set_start_date(schedule.start_date)
            .set_end_date(schedule.end_date)
            .set_description(schedule.description)
            .set_kms_key_arn(schedule.kms_key_arn)
            .set_target(schedule.target)
            .set_flexible_time_window(schedule.flexible_time_window)
            .set_action_after_completion(schedule.action_after_completion);
        match update.send().await {
            Err(error) if !is_gone(&error) => Err(problem::of(&error, "scheduler:UpdateSchedule", &thing, "")),
            _ => Ok(()),
        }
    }
}
