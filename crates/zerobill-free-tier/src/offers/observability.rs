//! `CloudWatch`, its Logs, and X-Ray.

use super::sources::{
    CLOUDWATCH_BILLING, CLOUDWATCH_LIST, CLOUDWATCH_PAGE, CLOUDWATCH_SECONDARY, FREE_TIER_API, XRAY_PAGE,
};
use crate::offer::{Offer, Source};

pub(super) const OFFERS: &[Offer] = &[
    Offer::monthly("cw.custom_metrics", "custom metrics", "metric, all month", 10)
        .up_to(10_000, 1, "0.30")
        .up_to(250_000, 1, "0.10")
        .up_to(1_000_000, 1, "0.05")
        .usd("0.02")
        .note("ten for the account, not for a namespace; each name with each set of dimensions is one; EMF, metric filters, detailed monitoring and Lambda Insights count; by the hour, only hours with data")
        .seen("2026-05", CLOUDWATCH_LIST),
    Offer::monthly("cw.api_requests", "API requests", "request", 1_000_000)
        .usd_per(1_000, "0.01")
        .note("GetMetricStatistics, PutMetricData, List and Describe calls; never GetMetricData")
        .seen("2026", CLOUDWATCH_BILLING),
    Offer::paid("cw.get_metric_data", "GetMetricData", "metric asked for")
        .usd_per(1_000, "0.01")
        .note("from the first call; GetMetricStatistics is within the million free requests")
        .seen("2025", CLOUDWATCH_PAGE),
    Offer::paid("cw.get_metric_widget_image", "GetMetricWidgetImage", "metric asked for")
        .usd_per(1_000, "0.02")
        .seen("2026-05", CLOUDWATCH_LIST),
    Offer::monthly("cw.alarms_standard", "alarms of standard resolution", "metric of an alarm, all month", 10)
        .usd("0.10")
        .note("an alarm on metric math counts each of its metrics, an anomaly alarm three")
        .seen("2025", CLOUDWATCH_PAGE),
    Offer::paid("cw.alarms_highres", "alarms of high resolution", "metric of an alarm, all month")
        .usd("0.30")
        .note("periods of 10 or 30 seconds")
        .seen("2026-05", CLOUDWATCH_LIST),
    Offer::paid("cw.alarms_composite", "composite alarms", "alarm, all month")
        .usd("0.50")
        .note("the alarms it is made of come on top")
        .seen("2026-05", CLOUDWATCH_LIST),
    Offer::paid("cw.alarms_anomaly", "alarms on anomalies", "alarm, all month")
        .usd("0.30")
        .note("billed as three standard metrics; may draw on the ten that are free")
        .seen("2026", CLOUDWATCH_BILLING),
    Offer::paid("cw.alarms_metrics_insights", "alarms on Metrics Insights queries", "metric looked at, all month")
        .usd("0.10")
        .seen("2026-05", CLOUDWATCH_LIST),
    Offer::monthly("cw.dashboards", "dashboards of up to 50 metrics", "dashboard, all month", 3)
        .usd("3")
        .seen("2026", CLOUDWATCH_BILLING),
    Offer::paid("cw.dashboards_large", "dashboards of more than 50 metrics", "dashboard, all month")
        .usd("3")
        .note("never one of the three that are free")
        .seen("2026", CLOUDWATCH_BILLING),
    Offer::paid("cw.lambda_insights", "Lambda Insights", "function, all month")
        .usd("4.80")
        .note("up to 16 custom metrics for one function with one version, and a log event for each invocation")
        .medium("derived: 16 custom metrics at $0.30")
        .seen(
            "undated",
            Source::page("https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Lambda-Insights-example-event.html"),
        ),
    Offer::monthly("logs.ingest_lambda_standard", "logs of Lambda taken in", "GB", 5)
        .up_to(10_000, 1, "0.50")
        .up_to(30_000, 1, "0.25")
        .up_to(50_000, 1, "0.10")
        .usd("0.05")
        .unproven()
        .note("free up to 5 GB, not proven: since 2025-05 these are vended logs, and no bill was found that shows them free; at worst $0.50 for each GB from the first byte")
        .medium("implied by AWS, proven by no bill")
        .seen("2026-09", CLOUDWATCH_LIST),
    Offer::unknown("logs.ingest_lambda_ia", "logs of Lambda in the class Infrequent Access", "GB")
        .up_to(10_000, 1, "0.25")
        .up_to(30_000, 1, "0.15")
        .up_to(50_000, 1, "0.075")
        .usd("0.05")
        .note("not among what is free for ever: take it as paid; the class of a log group cannot be changed")
        .medium("absent from the list of what is free")
        .seen("2026-05", CLOUDWATCH_LIST),
    Offer::paid("logs.lambda_to_s3_firehose", "logs of Lambda sent to S3 or Firehose", "GB")
        .usd("0.50")
        .low("sources disagree between $0.25 and $0.50")
        .seen("2026-05", CLOUDWATCH_LIST),
    Offer::monthly("logs.ingest_custom", "other logs taken in", "GB", 5)
        .usd("0.50")
        .note("what an agent, an SDK or a container sends")
        .seen("2026-09", CLOUDWATCH_LIST),
    Offer::monthly("logs.storage", "logs kept", "GB-month", 5)
        .usd("0.03")
        .note("compressed, and 26 bytes for each event; an allowance of its own beside that for logs taken in")
        .seen("2026-09", CLOUDWATCH_LIST),
    Offer::monthly("logs.insights", "logs searched by Logs Insights", "GB", 5)
        .usd("0.005")
        .seen("2026-05", CLOUDWATCH_LIST),
    Offer::monthly("logs.live_tail", "Live Tail", "minute", 1_800)
        .usd("0.01")
        .seen("2025", CLOUDWATCH_PAGE),
    Offer::paid("logs.data_protection", "data protection of logs", "GB")
        .usd("0.12")
        .medium("one secondary source")
        .seen("2026-02", CLOUDWATCH_SECONDARY),
    Offer::monthly("cw.contributor_insights", "rules of Contributor Insights", "rule, all month", 1)
        .usd("0.50")
        .note("rules of DynamoDB are paid from the first")
        .seen("2026-05", CLOUDWATCH_LIST),
    Offer::monthly("cw.synthetics", "runs of canaries", "run", 100)
        .usd("0.0012")
        .note("one every five minutes makes 8,640 a month; Lambda, S3 and logs come on top")
        .seen("2026-05", CLOUDWATCH_LIST),
    Offer::paid("cw.metric_streams", "metric streams", "update")
        .usd_per(1_000, "0.003")
        .seen("2026-02", CLOUDWATCH_SECONDARY),
    Offer::unknown("cw.otel_metrics", "OpenTelemetry metrics", "GB")
        .low("no price and no allowance was found")
        .seen("2026", CLOUDWATCH_BILLING),
    Offer::unknown("cw.application_signals", "Application Signals", "signal")
        .note("a trial of three months; afterwards paid, at a price that was not found")
        .medium("only the trial was read")
        .seen("2025", CLOUDWATCH_PAGE),
    Offer::paid("cw.database_insights", "Database Insights, Advanced", "vCPU-hour")
        .usd("0.0125")
        .seen("2026-05", CLOUDWATCH_LIST),
    Offer::unknown("cw.container_insights_enhanced", "Container Insights, enhanced", "observation")
        .low("no price was found")
        .seen("2026", CLOUDWATCH_BILLING),
    Offer::monthly("xray.recorded", "traces recorded", "trace", 100_000)
        .usd_per(1_000_000, "5")
        .note("the default samples the first request of each second and 5 % of the rest: little traffic is recorded whole")
        .seen("2026-08", FREE_TIER_API),
    Offer::monthly("xray.retrieved", "traces retrieved or scanned", "trace", 1_000_000)
        .usd_per(1_000_000, "0.50")
        .note("each query scans the traces of its time range")
        .seen("2025", XRAY_PAGE),
    Offer::paid("xray.insights", "traces that X-Ray Insights looks at", "trace")
        .usd_per(1_000_000, "1")
        .seen("2025", XRAY_PAGE),
];
