//! Notices to a topic of SNS.

use std::sync::OnceLock;

use super::ControlError;
use crate::{client::Aws, problem};

/// The longest subject that SNS takes.
const SUBJECT: usize = 100;

/// A topic, of whose notices to email a thousand a month are free.
#[derive(Debug)]
pub struct Topic {
    aws: Aws,
    arn: String,
    client: OnceLock<aws_sdk_sns::Client>,
}

impl Topic {
    /// The topic of that ARN; it is not asked yet.
    pub fn new(aws: Aws, arn: impl Into<String>) -> Self {
        Self {
            aws,
            arn: arn.into(),
            client: OnceLock::new(),
        }
    }

    /// Sends a notice to all that have subscribed. A subject is one line of ASCII; what is more is cut off.
    ///
    /// # Errors
    /// What AWS answered, with the permission that is missing.
    pub async fn publish(&self, subject: &str, message: &str) -> Result<(), ControlError> {
        let config = self.aws.patient_config().map_err(ControlError)?;
        let client = self.client.get_or_init(|| aws_sdk_sns::Client::new(&config));
        let is_plain = |character: &char| matches!(character, ' '..='~');
        let subject: String = subject.chars().filter(is_plain).take(SUBJECT).collect();
        let request = client.publish().topic_arn(&self.arn).subject(subject).message(message);
        let thing = format!("topic `{}`", self.arn);
        let problem = |error| ControlError(problem::of(&error, "sns:Publish", &thing, "check its ARN"));
        request.send().await.map(drop).map_err(problem)
    }
}
