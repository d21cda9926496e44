//! Signed calls of AWS. Nothing of it is made before the first one.

use std::{cell::OnceCell, time::Duration};

use ureq::Agent;

use crate::{
    clock::{self, End},
    settings::AwsSettings,
    sign::Unsigned,
    transport::{self, Answer, Failed},
};

/// The least that is worth a call.
pub(crate) const CALL_LEAST: Duration = Duration::from_millis(50);

/// Calls AWS.
pub(crate) struct Aws {
    settings: AwsSettings,
    agent: OnceCell<Agent>,
}

/// One call.
pub(crate) struct Call<'a> {
    pub(crate) service: &'a str,
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: &'a str,
}

impl Aws {
    pub(crate) fn new(settings: AwsSettings) -> Self {
        Self {
            settings,
            agent: OnceCell::new(),
        }
    }

    /// Where `DynamoDB` is.
    pub(crate) fn dynamodb(&self) -> String {
        format!("{}/", self.settings.dynamodb)
    }

    /// Where a path of the Lambda API is.
    pub(crate) fn lambda(&self, path: &str) -> String {
        format!("{}{path}", self.settings.lambda)
    }

    /// Signs and sends a call, and waits for its answer until `end`.
    pub(crate) fn call(&self, call: &Call<'_>, end: End) -> Result<Answer, Failed> {
        let credentials = self.settings.credentials.as_ref();
        let credentials = credentials.ok_or_else(|| Failed("the variables hold no credentials".to_owned()))?;
        let limit = end.left();
        if limit < CALL_LEAST {
            return Err(Failed("no time is left for the call".to_owned()));
        }
        let mut headers: Vec<_> = call
            .headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let request = Unsigned {
            service: call.service,
            region: &self.settings.region,
            method: call.method,
            url: call.url,
            headers: &headers,
            body: call.body,
        };
        let signed = credentials.sign(&request, clock::epoch_ms());
        headers.extend(signed);
        let agent = match self.agent.get() {
            Some(agent) => agent.clone(),
            None => transport::remote(self.settings.ca_bundle.as_deref())?,
        };
        let agent = self.agent.get_or_init(|| agent);
        transport::exchange(agent, (call.method, call.url), &headers, call.body, limit)
    }
}
