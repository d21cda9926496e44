//! Lambda.

use super::sources::{LAMBDA_LIST, LAMBDA_PAGE, TOOLKIT};
use crate::offer::{Offer, Source};

/// The page as it stood once it named `MicroVMs`.
const PAGE_SEEN: &str = "2026-06";

pub(super) const OFFERS: &[Offer] = &[
    Offer::monthly("lambda.requests", "requests", "request", 1_000_000)
        .usd_per(1_000_000, "0.20")
        .note("errors, timeouts, retries and tests in the console count; refused calls (429) do not; an asynchronous event counts once more for each 64 KB beyond 256 KB")
        .seen("2026-09", LAMBDA_PAGE),
    Offer::monthly("lambda.gb_seconds.x86_64", "duration on x86_64", "GB-second", 400_000)
        .up_to(6_000_000_000, 1, "0.0000166667")
        .up_to(15_000_000_000, 1, "0.000015")
        .usd("0.0000133334")
        .note("one allowance for both architectures; INIT is billed too since 2025-08-01; it does not apply to functions with provisioned concurrency")
        .seen("2025-10", LAMBDA_LIST),
    Offer::monthly("lambda.gb_seconds.arm64", "duration on arm64", "GB-second", 400_000)
        .up_to(7_500_000_000, 1, "0.0000133334")
        .up_to(18_750_000_000, 1, "0.0000120001")
        .usd("0.0000106667")
        .note("one allowance for both architectures; INIT is billed too since 2025-08-01; it does not apply to functions with provisioned concurrency")
        .seen("2026-05", LAMBDA_LIST),
    Offer::always("lambda.function_url", "Function URLs", "URL")
        .note("no charge but that of the invocations and of the data that leaves")
        .seen("2026-08", TOOLKIT),
    Offer::monthly("lambda.response_streaming", "streamed bytes beyond the first 6 MB of a reply", "GB", 100)
        .usd("0.008")
        .seen(PAGE_SEEN, LAMBDA_PAGE),
    Offer::paid("lambda.ephemeral_storage", "`/tmp` beyond 512 MB", "GB-second")
        .usd("0.0000000309")
        .note("for the configured size, used or not, times the billed duration")
        .seen("2026-05", LAMBDA_LIST),
    Offer::paid("lambda.provisioned_concurrency", "provisioned concurrency on x86_64", "GB-second")
        .usd("0.0000041667")
        .note("also while idle: about $10.95 a month for each GB; rounded up to five minutes")
        .seen("2026-05", LAMBDA_LIST),
    Offer::paid("lambda.provisioned_concurrency.arm64", "provisioned concurrency on arm64", "GB-second")
        .usd("0.0000033334")
        .note("also while idle; rounded up to five minutes")
        .seen("2026-05", LAMBDA_LIST),
    Offer::paid("lambda.provisioned_duration", "duration on provisioned concurrency, x86_64", "GB-second")
        .usd("0.0000097222")
        .note("outside the 400,000 free GB-seconds")
        .seen("2026-05", LAMBDA_LIST),
    Offer::paid("lambda.provisioned_duration.arm64", "duration on provisioned concurrency, arm64", "GB-second")
        .usd("0.0000077778")
        .note("outside the 400,000 free GB-seconds")
        .seen("2026-05", LAMBDA_LIST),
    Offer::always("lambda.snapstart.java", "SnapStart for managed Java runtimes", "function").seen("2026-08", TOOLKIT),
    Offer::paid("lambda.snapstart.cache", "SnapStart snapshots for Python and .NET", "GB-second")
        .usd("0.0000015046")
        .note("for each published version as long as it exists, at least three hours: about $4 a month for each GB")
        .seen(PAGE_SEEN, LAMBDA_PAGE),
    Offer::paid("lambda.snapstart.restore", "SnapStart restores for Python and .NET", "GB restored")
        .usd("0.0001397998")
        .seen(PAGE_SEEN, LAMBDA_PAGE),
    Offer::paid("lambda.durable.operations", "operations of durable functions", "operation")
        .usd_per(1_000_000, "8")
        .note("each start, step and wait")
        .seen(PAGE_SEEN, LAMBDA_PAGE),
    Offer::paid("lambda.durable.data_written", "data that durable functions write", "GB")
        .usd("0.25")
        .seen(PAGE_SEEN, LAMBDA_PAGE),
    Offer::paid("lambda.durable.data_retained", "data that durable functions keep", "GB-month")
        .usd("0.15")
        .note("while running and for the retention afterwards, 14 days unless set")
        .seen(PAGE_SEEN, LAMBDA_PAGE),
    Offer::paid("lambda.managed_instances", "Managed Instances", "instance-hour")
        .note("15 % on top of the EC2 price, and at least three environments; depends on the instance")
        .seen(PAGE_SEEN, LAMBDA_PAGE),
    Offer::paid("lambda.tenant_isolation", "environments made for one tenant", "GB of a new environment")
        .usd("0.000167")
        .seen(PAGE_SEEN, LAMBDA_PAGE),
    Offer::paid("lambda.microvm", "MicroVMs, processor", "vCPU-second")
        .usd("0.0000276944")
        .seen(PAGE_SEEN, LAMBDA_PAGE),
    Offer::paid("lambda.microvm.memory", "MicroVMs, memory", "GB-second")
        .usd("0.0000036667")
        .seen(PAGE_SEEN, LAMBDA_PAGE),
    Offer::paid("lambda.microvm.snapshot_write", "MicroVMs, snapshots written", "GB")
        .usd("0.0038")
        .seen(PAGE_SEEN, LAMBDA_PAGE),
    Offer::paid("lambda.microvm.snapshot_read", "MicroVMs, snapshots read", "GB")
        .usd("0.00155")
        .seen(PAGE_SEEN, LAMBDA_PAGE),
    Offer::paid("lambda.microvm.snapshot_storage", "MicroVMs, snapshots kept", "GB-month")
        .usd("0.08")
        .note("images for at least a week, also without one invocation")
        .seen(PAGE_SEEN, LAMBDA_PAGE),
    Offer::unknown("lambda.web_function", "Web Functions", "request")
        .note("billed by requests, active processor time, memory and transfer; no price was found")
        .medium("new, and the page was read without its prices")
        .seen(
            "2026-10",
            Source::page("https://docs.aws.amazon.com/lambda/latest/dg/web-functions.html"),
        ),
    Offer::paid("lambda.esm_provisioned", "provisioned pollers of SQS", "poller-hour")
        .usd("0.00925")
        .note("at least two, always on: $13.51 a month without one message")
        .seen(PAGE_SEEN, LAMBDA_PAGE),
    Offer::paid("lambda.esm_provisioned.kafka", "provisioned pollers of Kafka", "poller-hour")
        .usd("0.185")
        .note("at least one, always on: $135.05 a month")
        .seen(PAGE_SEEN, LAMBDA_PAGE),
    Offer::always("lambda.vpc", "attaching a function to a VPC", "function")
        .note("but the internet is then reached only through what is paid: NAT gateways, public addresses, endpoints")
        .seen("2026-08", TOOLKIT),
    Offer::paid("lambda.edge.requests", "Lambda@Edge requests", "request")
        .usd_per(1_000_000, "0.60")
        .seen(PAGE_SEEN, LAMBDA_PAGE),
    Offer::paid("lambda.edge.duration", "Lambda@Edge duration", "GB-second")
        .usd("0.00005001")
        .seen(PAGE_SEEN, LAMBDA_PAGE),
];
