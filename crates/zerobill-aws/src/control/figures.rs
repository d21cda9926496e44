//! What functions used, as `CloudWatch` counted it.

use std::sync::OnceLock;

use aws_sdk_cloudwatch::types::{Datapoint, Dimension, Statistic};
use aws_smithy_types::DateTime;

use super::ControlError;
use crate::{client::Aws, problem};

/// Sums of an hour: a month has at most 744, and one call answers up to 1,440.
const PERIOD_S: i32 = 3_600;

/// Lambda's own metrics, which are free, by `GetMetricStatistics`, of which a million calls a month are free.
///
/// The figures are those of the account and region, for all functions or one. They arrive minutes after the invocations.
#[derive(Debug)]
pub struct CloudWatch {
    aws: Aws,
    client: OnceLock<aws_sdk_cloudwatch::Client>,
}

impl CloudWatch {
    /// The region's of `aws`; it is not asked yet.
    pub fn new(aws: Aws) -> Self {
        let client = OnceLock::new();
        Self { aws, client }
    }

    /// The sum of `metric` (`Invocations`, or `Duration` in milliseconds) of one function, or of all together, between two
    /// times in seconds since 1970. The first must be a whole hour, and no more than 60 days lie between.
    ///
    /// # Errors
    /// What AWS answered, with the permission that is missing.
    pub async fn sum(&self, metric: &str, function: Option<&str>, from_s: u64, to_s: u64) -> Result<f64, ControlError> {
        let time = |seconds: u64| DateTime::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
        let dimension = |name: &str| Dimension::builder().name("FunctionName").value(name).build();
        let request = self
            .client()?
            .get_metric_statistics()
            .namespace("AWS/Lambda")
            .metric_name(metric)
            .set_dimensions(function.map(|name| vec![dimension(name)]))
            .start_time(time(from_s))
            .end_time(time(to_s))
            .period(PERIOD_S)
            .statistics(Statistic::Sum);
        let answer = request.send().await.map_err(|error| {
            let thing = format!("the metric `{metric}`");
            ControlError(problem::of(
                &error,
                "cloudwatch:GetMetricStatistics",
                &thing,
                "check the region",
            ))
        })?;
        let sums = answer.datapoints().iter().filter_map(Datapoint::sum);
        Ok(sums.fold(0.0, |all, sum| all + sum))
    }

    fn client(&self) -> Result<&aws_sdk_cloudwatch::Client, ControlError> {
        let config = self.aws.patient_config().map_err(ControlError)?;
        Ok(self.client.get_or_init(|| aws_sdk_cloudwatch::Client::new(&config)))
    }
}
