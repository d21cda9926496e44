//! Queues, topics, schedules, buses and workflows.

use super::{Check, Hit, Rule, beyond_free, cost, grouped, units};
use crate::{
    finding::Severity,
    node::{Node, Value},
    resource::Resource,
    run::Run,
};
use zerobill_free_tier::Quantity;

const MAPPING: &[&str] = &["AWS::Lambda::EventSourceMapping"];

/// What the poller of an idle queue asks in a day, as measured, and in a month of 30 days.
const IDLE_REQUESTS_PER_MONTH: u64 = 21_590 * 30;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "sqs-poller",
        severity: Severity::Limit,
        title: "Lambda polls an idle queue about 648,000 times a month; 1,000,000 requests are free, so two idle queues exceed them.",
        fix: "share one queue, let the sender invoke the function, or use SNS, whose deliveries to Lambda are free",
        assumes: "queues that are idle; 21,590 empty receives a day each",
        offers: &["sqs.requests"],
        linters: &[],
        check: Check::All(MAPPING, sqs_pollers),
    },
    Rule {
        id: "sqs-queue",
        severity: Severity::Limit,
        title: "1,000,000 SQS requests are free each month, for all queues together; sending, receiving and deleting count.",
        fix: "send and delete in batches of ten",
        assumes: "",
        offers: &["sqs.requests"],
        linters: &[],
        check: Check::Each(&["AWS::SQS::Queue"], |_, _| {
            Hit::free()
                .because("a message takes three requests (send, receive, delete), so 333,333 messages a month are free, for all queues together")
                .only()
        }),
    },
    Rule {
        id: "sns-topic",
        severity: Severity::Limit,
        title: "1,000,000 publishes are free each month; deliveries to Lambda and SQS are free without limit.",
        fix: "nothing to do below that",
        assumes: "",
        offers: &["sns.publish", "sns.email", "sns.http"],
        linters: &[],
        check: Check::Each(&["AWS::SNS::Topic"], |_, _| Hit::free().only()),
    },
    Rule {
        id: "sns-delivery",
        severity: Severity::Paid,
        title: "Text messages and deliveries to Firehose are billed from the first.",
        fix: "send mail (1,000 a month are free), or call a webhook (100,000 are free)",
        assumes: "",
        offers: &["sns.sms", "firehose"],
        linters: &[],
        check: Check::Each(&["AWS::SNS::Subscription", "AWS::SNS::Topic"], |_, resource| {
            let own = resource.with_text("Protocol", &["sms", "firehose"]);
            let found = own.or_else(|| resource.with_text("Subscription.Protocol", &["sms", "firehose"]));
            found.map(|node| Hit::costs(None).at(node)).into_iter().collect()
        }),
    },
    Rule {
        id: "sns-mail",
        severity: Severity::Limit,
        title: "1,000 mails and 100,000 webhook deliveries of SNS are free each month.",
        fix: "alarms stay far below that",
        assumes: "",
        offers: &["sns.email", "sns.http"],
        linters: &[],
        check: Check::Each(&["AWS::SNS::Subscription"], |_, subscription| {
            let found = subscription.with_text("Protocol", &["email", "email-json", "http", "https"]);
            found.map(|node| Hit::free().at(node)).into_iter().collect()
        }),
    },
    Rule {
        id: "event-bus",
        severity: Severity::Paid,
        title: "Events of your own are $1.00 for a million, from the first.",
        fix: "invoke the function directly, or use SNS: 1,000,000 publishes are free",
        assumes: "the requests of `--requests`, one event of up to 64 KB each",
        offers: &["eb.custom_events"],
        linters: &[],
        check: Check::Each(&["AWS::Events::EventBus"], |run, _| {
            let reason = format!(
                "the bus is free, but events of your own are $1.00 for a million, from the first (here {})",
                grouped(run.requests)
            );
            Hit::costs(units("eb.custom_events", run.requests))
                .because(reason)
                .only()
        }),
    },
    Rule {
        id: "event-endpoint",
        severity: Severity::Paid,
        title: "A global endpoint replicates events, each of which is billed again.",
        fix: "keep the bus in one region",
        assumes: "the requests of `--requests`, one event each",
        offers: &["eb.custom_events"],
        linters: &[],
        check: Check::Each(&["AWS::Events::Endpoint"], |run, _| {
            Hit::costs(units("eb.custom_events", run.requests)).only()
        }),
    },
    Rule {
        id: "api-destination",
        severity: Severity::Paid,
        title: "An API destination is $0.20 for a million calls, from the first.",
        fix: "make the call in the function",
        assumes: "the requests of `--requests`, one call each",
        offers: &["eb.api_destinations"],
        linters: &[],
        check: Check::Each(&["AWS::Events::ApiDestination"], |run, _| {
            Hit::costs(units("eb.api_destinations", run.requests)).only()
        }),
    },
    Rule {
        id: "event-archive",
        severity: Severity::Paid,
        title: "An archive of events is $0.10 for each GB, and replaying it is billed.",
        fix: "remove it",
        assumes: "1 GB",
        offers: &["eb.archive"],
        linters: &[],
        check: Check::Each(&["AWS::Events::Archive"], |_, _| {
            Hit::costs(cost("eb.archive", Quantity::whole(1))).only()
        }),
    },
    Rule {
        id: "event-pipe",
        severity: Severity::Paid,
        title: "A pipe is $0.40 for a million requests, from the first.",
        fix: "use an event source mapping of Lambda, which is free",
        assumes: "the requests of `--requests`",
        offers: &["eb.pipes"],
        linters: &[],
        check: Check::Each(&["AWS::Pipes::Pipe"], |run, _| {
            Hit::costs(units("eb.pipes", run.requests)).only()
        }),
    },
    Rule {
        id: "schedule",
        severity: Severity::Limit,
        title: "14,000,000 invocations of EventBridge Scheduler are free each month.",
        fix: "nothing to do: one schedule a minute makes 43,200",
        assumes: "",
        offers: &["eb.scheduler"],
        linters: &[],
        check: Check::Each(&["AWS::Scheduler::Schedule"], |_, schedule| {
            let rate = schedule.first("ScheduleExpression").and_then(Node::as_text);
            let hit = Hit::free();
            match rate.and_then(super::metrics::runs_per_month) {
                Some(runs) => hit
                    .because(format!(
                        "{} invocations a month, of which 14,000,000 are free",
                        grouped(runs)
                    ))
                    .only(),
                None => hit.only(),
            }
        }),
    },
    Rule {
        id: "express-workflow",
        severity: Severity::Paid,
        title: "An express workflow is $1.00 for a million starts, and its duration is billed.",
        fix: "use a standard workflow (4,000 transitions a month are free), or call functions from a function",
        assumes: "the requests of `--requests`, no duration",
        offers: &["sfn.express"],
        linters: &[],
        check: Check::Each(STATE_MACHINES, |run, machine| {
            let express = workflow_type(machine, "EXPRESS");
            express
                .map(|node| Hit::costs(units("sfn.express", run.requests)).at(node))
                .into_iter()
                .collect()
        }),
    },
    Rule {
        id: "workflow",
        severity: Severity::Limit,
        title: "4,000 state transitions are free each month, then $0.025 for each thousand.",
        fix: "few and large states; retries count too",
        assumes: "",
        offers: &["sfn.standard"],
        linters: &[],
        check: Check::Each(STATE_MACHINES, |_, machine| {
            let types = machine
                .values("StateMachineType")
                .into_iter()
                .chain(machine.values("Type"));
            let mut types: Vec<_> = types.collect();
            types.retain(|node| node.as_text().is_none_or(|kind| !kind.eq_ignore_ascii_case("EXPRESS")));
            if types.is_empty() && workflow_type(machine, "EXPRESS").is_some() {
                return Vec::new();
            }
            Hit::free().only()
        }),
    },
];

const STATE_MACHINES: &[&str] = &["AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine"];

fn workflow_type<'r>(machine: &'r Resource, word: &str) -> Option<&'r Node> {
    machine
        .with_text("StateMachineType", &[word])
        .or_else(|| machine.with_text("Type", &[word]))
}

fn sqs_pollers<'r>(run: &Run<'r>) -> Vec<(&'r Resource, Hit)> {
    let mut pollers = run.of(MAPPING);
    // A position to start from is for streams alone.
    let unknown = pollers.iter().filter(|mapping| {
        let source = mapping.first("EventSourceArn");
        source.is_some_and(|source| matches!(source.value, Value::Unknown))
            && !mapping.has("StartingPosition")
            && !mapping.has("Queue")
    });
    let reason = "what it reads is not known; an idle queue is polled about 648,000 times a month";
    let mut hits: Vec<_> = unknown.map(|mapping| (*mapping, Hit::unknown(reason))).collect();
    pollers.retain(|mapping| is_sqs(run, mapping) && mapping.first("Enabled").and_then(Node::as_bool) != Some(false));
    let Some((first, second)) = pollers.first().map(|first| (first, pollers.get(1))) else {
        return hits;
    };
    let queues = pollers.iter().map(|mapping| u64::from(mapping.count)).sum::<u64>();
    let requests = IDLE_REQUESTS_PER_MONTH.saturating_mul(queues);
    let reason = format!(
        "{queues} polled queue{} make{} {} requests a month even when idle; 1,000,000 are free",
        if queues == 1 { "" } else { "s" },
        if queues == 1 { "s" } else { "" },
        grouped(requests)
    );
    let hit = Hit::costs(beyond_free("sqs.requests", requests)).because(reason);
    hits.push(match second {
        Some(second) => (*second, hit.severity(Severity::Trap)),
        None if queues > 1 => (*first, hit.severity(Severity::Trap)),
        None => (*first, hit),
    });
    hits
}

/// Whether a mapping reads a queue: by its ARN, by what it refers to, or because SAM says so.
fn is_sqs(run: &Run<'_>, mapping: &Resource) -> bool {
    let sources = mapping.values("EventSourceArn");
    sources.into_iter().any(|source| {
        let arn = source.as_text().is_some_and(|text| text.contains(":sqs:"));
        arn || !run.named_by(source, mapping, &["AWS::SQS::Queue"]).is_empty()
    }) || mapping.properties.get("Queue").is_some_and(|queue| {
        // SAM has `Queue` for Amazon MQ too, but `Queues` is its name there.
        !matches!(queue.value, Value::List(_))
    })
}
