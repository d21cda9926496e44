//! The handler: takes the events of the guard, and answers with what it found.

use std::{fmt, sync::Arc};

use serde_json::value::to_raw_value;
use zerobill::{
    Clock, Error, Event, Gateway, Handler,
    config::{Made, Setting},
    environment::Environment,
    error::{INTERNAL, UNAVAILABLE},
    handler::ReplyFuture,
};
use zerobill_aws::{
    Aws,
    control::{AwsBrake, CloudWatch, Document, DynamoDbTrips, Functions, Topic},
};

use crate::{
    account::Notifier,
    alarm::occasion,
    aws::{Region, STATE, Webhook},
    settings::{SETTINGS, Settings, is_on},
    watch::Watch,
};

/// Watches the functions of a region. Without the setting `guard.table` it takes no event.
///
/// It serves one gateway. The settings are read from it with the first event, and again after one of them has changed. What is no policy is a fault of the configuration, which
/// is found when the gateway is built.
#[derive(Default)]
pub struct Guard {
    watch: Made<Watch>,
}

impl Guard {
    /// The handler, which builds nothing before the first event.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn watch(&self, gateway: &Gateway) -> Arc<Watch> {
        self.watch
            .of(gateway.config(), || build(gateway, Settings::read(gateway)))
    }
}

fn build(gateway: &Gateway, settings: Settings) -> Watch {
    let aws = Aws::new(&Environment::process(), Clock::system());
    let trips = Arc::new(DynamoDbTrips::new(aws.clone(), settings.table.as_str()));
    let topic = settings.topic.map(|arn| Topic::new(aws.clone(), arn));
    let topic = topic.map(|topic| Box::new(topic) as Box<dyn Notifier>);
    let gateway = gateway.clone();
    let webhook = settings.webhook.map(|url| Webhook { gateway, url });
    let webhook = webhook.map(|webhook| Box::new(webhook) as Box<dyn Notifier>);
    Watch {
        policy: settings.policy,
        account: Box::new(Region {
            figures: CloudWatch::new(aws.clone()),
            functions: Functions::new(aws.clone()),
        }),
        ledger: Box::new(Document::new(aws.clone(), settings.table, STATE)),
        brake: Arc::new(AwsBrake::new(aws, trips.clone())),
        trips,
        notifiers: topic.into_iter().chain(webhook).collect(),
    }
}

impl Handler for Guard {
    fn name(&self) -> &'static str {
        "guard"
    }

    fn answers(&self) -> &'static str {
        "`{\"zerobill\":\"guard\"}`, schedules and alarms where `guard.table` is set"
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn accepts(&self, gateway: &Gateway, event: &Event) -> bool {
        is_on(gateway) && occasion(event).is_some()
    }

    fn handle<'a>(&'a self, gateway: &'a Gateway, event: &'a Event) -> ReplyFuture<'a> {
        Box::pin(async move {
            let watch = self.watch(gateway);
            let occasion = occasion(event).unwrap_or_default();
            let looked = watch.look(&occasion, Clock::system().epoch_ms()).await;
            let report = looked.map_err(|problem| Error::new(UNAVAILABLE, problem))?;
            let notices = report.notices.iter().map(|notice| &notice.text);
            for line in report.problems.iter().chain(notices) {
                gateway.logging().warning(line, ());
            }
            to_raw_value(&report.document())
                .map_err(|error| Error::new(INTERNAL, "the answer cannot be serialized").with_source(error))
        })
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").finish_non_exhaustive()
    }
}
