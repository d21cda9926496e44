//! SNS, SQS, SES, `EventBridge`, Step Functions and streams.

use super::sources::{EVENTS_LIST, EVENTS_PAGE, EVENTS_SECONDARY, FREE_TIER_PAGE, SNS_LIST, SQS_LIST};
use crate::offer::{Offer, Source};

const KINESIS: Source = Source::collected("https://aws.amazon.com/kinesis/data-streams/pricing/");
const EVENTS_OTHER: Source =
    Source::secondary("https://www.factualminds.com/blog/amazon-eventbridge-pricing-events-pipes-schema-archive/");

pub(super) const OFFERS: &[Offer] = &[
    Offer::monthly("sns.publish", "SNS publishes", "request of 64 KB", 1_000_000)
        .usd_per(1_000_000, "0.50")
        .note("deliveries to SQS and Lambda cost nothing")
        .seen("2026-10", SNS_LIST),
    Offer::monthly("sns.http", "SNS deliveries over HTTP", "delivery", 100_000)
        .usd_per(100_000, "0.06")
        .note("retries count")
        .seen("2026-10", SNS_LIST),
    Offer::monthly("sns.email", "SNS mails", "mail", 1_000)
        .usd_per(100_000, "2")
        .seen("2026-10", SNS_LIST),
    Offer::monthly("sns.mobile_push", "SNS push notifications", "notification", 1_000_000)
        .usd_per(1_000_000, "0.50")
        .medium("the amount is from secondary sources")
        .seen(
            "2026-06",
            Source::secondary("https://www.factualminds.com/blog/amazon-sns-pricing-publishes-fanout-protocols/"),
        ),
    Offer::paid("sns.sms", "SNS text messages", "message")
        .note("the price depends on the country")
        .medium("some allowance in the US may exist; its amount was not found")
        .seen("2026", FREE_TIER_PAGE),
    Offer::monthly("sqs.requests", "SQS requests", "request of 64 KB", 1_000_000)
        .usd_per(1_000_000, "0.40")
        .note("a Lambda trigger on an idle queue makes 648,000 a month, so two of them pass the million")
        .seen("2026-10", SQS_LIST),
    Offer::monthly(
        "sqs.requests.fifo",
        "SQS requests to FIFO queues",
        "request of 64 KB",
        1_000_000,
    )
    .usd_per(1_000_000, "0.50")
    .note("one allowance with the other queues")
    .seen("2026-10", SQS_LIST),
    Offer::ended("ses.outbound", "SES mails", "mail")
        .usd_per(1_000, "0.10")
        .note("an old account that begins with SES now may still have 3,000 a month for a year")
        .medium("pages of AWS contradict each other")
        .seen("2026", Source::page("https://aws.amazon.com/ses/pricing/")),
    Offer::always("eb.aws_events", "events of AWS services on the default bus", "event").seen("undated", EVENTS_PAGE),
    Offer::paid(
        "eb.custom_events",
        "events of your own, of partners and opt-in ones",
        "event of 64 KB",
    )
    .usd_per(1_000_000, "1")
    .seen("2026-10", EVENTS_LIST),
    Offer::paid("eb.cross_account", "events sent to other accounts", "event of 64 KB")
        .usd_per(1_000_000, "1")
        .low("sources disagree between $0.05 and $1.00")
        .seen("2026-10", EVENTS_SECONDARY),
    Offer::always("eb.rules_schedule", "rules on a schedule", "run")
        .note("what SAM calls `Schedule`")
        .seen("2026-09", EVENTS_PAGE),
    Offer::monthly("eb.scheduler", "EventBridge Scheduler", "run", 14_000_000)
        .usd_per(1_000_000, "1")
        .note("what SAM calls `ScheduleV2`")
        .seen("2026", FREE_TIER_PAGE),
    Offer::paid("eb.pipes", "EventBridge Pipes", "request of 64 KB")
        .usd_per(1_000_000, "0.40")
        .note("after the filter; a Lambda trigger instead costs nothing")
        .seen("2026-10", EVENTS_OTHER),
    Offer::paid("eb.api_destinations", "API destinations", "call")
        .usd_per(1_000_000, "0.20")
        .medium("secondary sources")
        .seen("2026-06", EVENTS_SECONDARY),
    Offer::paid("eb.archive", "archives of events", "GB")
        .usd("0.10")
        .note("storage comes on top; a replay is billed as events of your own")
        .medium("one secondary source")
        .seen("2026-03", EVENTS_SECONDARY),
    Offer::monthly("eb.schema_discovery", "schema discovery", "event of 8 KB", 5_000_000)
        .usd_per(1_000_000, "0.10")
        .medium("the amount is from secondary sources")
        .seen("2026", FREE_TIER_PAGE),
    Offer::monthly("sfn.standard", "Step Functions Standard", "transition", 4_000)
        .usd_per(1_000, "0.025")
        .note("retries and the start count")
        .seen("2026", FREE_TIER_PAGE),
    Offer::paid("sfn.express", "Step Functions Express", "request")
        .usd_per(1_000_000, "1")
        .note("duration comes on top")
        .seen(
            "undated",
            Source::page("https://aws.amazon.com/step-functions/pricing/"),
        ),
    Offer::paid("kinesis.shard", "Kinesis shards", "hour")
        .usd("0.015")
        .seen("2026", KINESIS),
    Offer::paid("kinesis.on_demand", "Kinesis streams on demand", "hour")
        .usd("0.04")
        .seen("2026", KINESIS),
    Offer::paid("firehose", "Firehose", "GB")
        .usd("0.029")
        .medium("known from before, not read again")
        .seen("undated", Source::page("https://aws.amazon.com/firehose/pricing/")),
    Offer::paid("msk", "MSK kafka.t3.small", "broker-hour")
        .usd("0.0456")
        .medium("known from before, not read again")
        .seen("undated", Source::page("https://aws.amazon.com/msk/pricing/")),
];
