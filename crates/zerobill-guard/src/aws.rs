//! The account, the ledger and the ways to people, as AWS and the gateway have them.

use zerobill::Gateway;
use zerobill_aws::control::{CloudWatch, Document, Functions, Topic};

use crate::{
    account::{Account, Answer, Billed, Metric, Notifier},
    ledger::{Ledger, State},
};

/// The item of the table that holds the state.
pub(crate) const STATE: &str = "guard";

/// A region of an account.
pub(crate) struct Region {
    pub(crate) figures: CloudWatch,
    pub(crate) functions: Functions,
}

impl Account for Region {
    fn sum<'a>(&'a self, metric: Metric, function: Option<&'a str>, from_s: u64, to_s: u64) -> Answer<'a, f64> {
        Box::pin(async move {
            let sum = self.figures.sum(metric.name(), function, from_s, to_s).await;
            sum.map_err(|error| error.0)
        })
    }

    fn functions(&self) -> Answer<'_, Vec<Billed>> {
        Box::pin(async move {
            let listed = self.functions.list().await.map_err(|error| error.0)?;
            let sized = listed.into_iter().map(|function| Billed {
                name: function.name,
                memory_mb: function.memory_mb,
                architecture: function.architecture,
            });
            Ok(sized.collect())
        })
    }
}

impl Ledger for Document {
    fn read(&self) -> Answer<'_, Option<(State, u64)>> {
        Box::pin(async move {
            let Some((json, version)) = Document::read(self).await.map_err(|error| error.0)? else {
                return Ok(None);
            };
            // What cannot be read is begun anew: the figures are read anyway, and a notice may come twice.
            Ok(Some((serde_json::from_str(&json).unwrap_or_default(), version)))
        })
    }

    fn write<'a>(&'a self, state: &'a State, version: u64) -> Answer<'a, bool> {
        Box::pin(async move {
            let json = serde_json::to_string(state).map_err(|error| error.to_string())?;
            let written = Document::write(self, &json, version).await;
            written.map_err(|error| error.0)
        })
    }
}

impl Notifier for Topic {
    fn notify<'a>(&'a self, subject: &'a str, text: &'a str) -> Answer<'a, ()> {
        Box::pin(async move { self.publish(subject, text).await.map_err(|error| error.0) })
    }
}

/// A URL that takes `{"text": …}`, as Slack, Mattermost and many others do.
pub(crate) struct Webhook {
    pub(crate) gateway: Gateway,
    pub(crate) url: String,
}

impl Notifier for Webhook {
    fn notify<'a>(&'a self, subject: &'a str, text: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let body = serde_json::json!({ "text": format!("{subject}\n{text}") });
            // The URL is a secret, and the client's errors name it.
            match self.gateway.http_client().post(&self.url).json(&body).send().await {
                Ok(answer) if answer.is_success() => Ok(()),
                Ok(answer) => Err(format!(
                    "the webhook answered {}; check `guard.webhook_secret_url`",
                    answer.status()
                )),
                Err(_) => Err("the webhook did not answer; check `guard.webhook_secret_url`".to_owned()),
            }
        })
    }
}
