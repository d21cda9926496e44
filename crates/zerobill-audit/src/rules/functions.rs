//! What functions cost beyond requests and duration.

use zerobill_free_tier::{MbMs, Quantity, free_invocations};

use super::{Check, Hit, Rule, all_month, cost, count, grouped, units};
use crate::{
    finding::Severity,
    node::Node,
    resource::Resource,
    run::{FUNCTIONS, Run},
};

const SECONDS_PER_MONTH: u64 = zerobill_free_tier::offers::HOURS_PER_MONTH * 3_600;

/// What an invocation is taken to last where the estimate needs it.
const TYPICAL_MS: u64 = 100;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "lambda-free-tier",
        severity: Severity::Limit,
        title: "1,000,000 requests and 400,000 GB-seconds a month are free, for all functions together.",
        fix: "nothing to do below that; less memory and shorter runs stretch the GB-seconds, nothing the million",
        assumes: "",
        offers: &["lambda.requests", "lambda.gb_seconds.arm64", "lambda.gb_seconds.x86_64"],
        linters: &[],
        check: Check::Each(FUNCTIONS, free_tier),
    },
    Rule {
        id: "provisioned-concurrency",
        severity: Severity::Paid,
        title: "Provisioned concurrency is billed all month, used or not, and its invocations are outside the free tier.",
        fix: "remove it; make the cold start cheap instead",
        assumes: "all month (730 hours), no invocations",
        offers: &[
            "lambda.provisioned_concurrency",
            "lambda.provisioned_concurrency.arm64",
            "lambda.provisioned_duration",
        ],
        linters: &[],
        check: Check::Each(
            &[
                "AWS::Lambda::Function",
                "AWS::Serverless::Function",
                "AWS::Lambda::Alias",
                "AWS::Lambda::Version",
            ],
            provisioned_concurrency,
        ),
    },
    Rule {
        id: "snapstart",
        severity: Severity::Paid,
        title: "SnapStart is free for Java alone; elsewhere each version's snapshot is billed as long as it exists.",
        fix: "remove it, or delete old versions; a native function starts faster than a snapshot is restored",
        assumes: "one version for all month, no restores",
        offers: &["lambda.snapstart.cache", "lambda.snapstart.restore"],
        linters: &[],
        check: Check::Each(FUNCTIONS, snapstart),
    },
    Rule {
        id: "ephemeral-storage",
        severity: Severity::Paid,
        title: "`/tmp` beyond 512 MB is billed for the time of each invocation.",
        fix: "set 512 MB, which is free",
        assumes: "the requests of `--requests`, 100 ms each",
        offers: &["lambda.ephemeral_storage"],
        linters: &[],
        check: Check::Each(FUNCTIONS, ephemeral_storage),
    },
    Rule {
        id: "durable-function",
        severity: Severity::Paid,
        title: "Each start, step and wait of a durable function is billed, and what it keeps.",
        fix: "keep the state in a provisioned DynamoDB table",
        assumes: "the requests of `--requests`, one operation each",
        offers: &[
            "lambda.durable.operations",
            "lambda.durable.data_written",
            "lambda.durable.data_retained",
        ],
        linters: &[],
        check: Check::Each(FUNCTIONS, |run, function| {
            let found = function.properties.entry("DurableConfig");
            let hit = |node| Hit::costs(units("lambda.durable.operations", run.requests)).at(node);
            found.map(|entry| hit(&entry.value)).into_iter().collect()
        }),
    },
    Rule {
        id: "managed-instances",
        severity: Severity::Paid,
        title: "Managed Instances are EC2 instances, billed by the hour with 15 % on top.",
        fix: "remove the capacity provider",
        assumes: "",
        offers: &["lambda.managed_instances"],
        linters: &[],
        check: Check::Each(
            &[
                "AWS::Lambda::Function",
                "AWS::Serverless::Function",
                "AWS::Lambda::CapacityProvider",
                "AWS::Serverless::CapacityProvider",
            ],
            |_, resource| {
                let is_provider = resource.kind.ends_with("CapacityProvider");
                let set = is_provider || resource.has("CapacityProviderConfig");
                if set { Hit::costs(None).only() } else { Vec::new() }
            },
        ),
    },
    Rule {
        id: "tenant-isolation",
        severity: Severity::Paid,
        title: "Each environment made for one tenant is billed.",
        fix: "remove the tenancy configuration, and keep tenants apart in the function",
        assumes: "1,000 environments",
        offers: &["lambda.tenant_isolation"],
        linters: &[],
        check: Check::Each(FUNCTIONS, |_, function| {
            let quantity = Quantity::parts(u128::from(memory_mb(function)) * 1_000, 1_024);
            let hit = |node| Hit::costs(cost("lambda.tenant_isolation", quantity)).at(node);
            function.properties.get("TenancyConfig").map(hit).into_iter().collect()
        }),
    },
    Rule {
        id: "lambda-insights",
        severity: Severity::Paid,
        title: "Lambda Insights makes up to 16 custom metrics for each function; 10 are free in the whole account.",
        fix: "remove the `LambdaInsightsExtension` layer; the REPORT lines say the same",
        assumes: "16 metrics all month",
        offers: &["cw.lambda_insights"],
        linters: &[],
        check: Check::Each(FUNCTIONS, |_, function| {
            let layers = function.values("Layers");
            let found = layers.into_iter().find(|layer| {
                layer
                    .as_text()
                    .is_some_and(|arn| arn.contains("LambdaInsightsExtension"))
            });
            found
                .map(|node| Hit::costs(units("cw.lambda_insights", 1)).at(node))
                .into_iter()
                .collect()
        }),
    },
    Rule {
        id: "provisioned-pollers",
        severity: Severity::Paid,
        title: "Provisioned pollers of an event source are billed by the hour, messages or not.",
        fix: "remove `ProvisionedPollerConfig`",
        assumes: "all month (730 hours), the minimum of pollers",
        offers: &["lambda.esm_provisioned", "lambda.esm_provisioned.kafka"],
        linters: &[],
        check: Check::Each(&["AWS::Lambda::EventSourceMapping"], |_, mapping| {
            let Some(config) = mapping.properties.get("ProvisionedPollerConfig") else {
                return Vec::new();
            };
            let kafka = mapping.has("SelfManagedEventSource")
                || mapping.has("AmazonManagedKafkaEventSourceConfig")
                || mapping.has("Topics");
            let (offer, least) = if kafka {
                ("lambda.esm_provisioned.kafka", 1)
            } else {
                ("lambda.esm_provisioned", 2)
            };
            let pollers = config
                .get("MinimumPollers")
                .and_then(Node::as_number)
                .map_or(least, count)
                .max(least);
            Hit::costs(all_month(offer).map(|one| one.times(pollers)))
                .at(config)
                .only()
        }),
    },
    Rule {
        id: "container-image",
        severity: Severity::Paid,
        title: "A container image lies in ECR, where storage is billed from the first byte.",
        fix: "deploy a ZIP, which costs nothing",
        assumes: "an image of 250 MB",
        offers: &["ecr.private"],
        linters: &[],
        check: Check::Each(FUNCTIONS, |run, function| {
            let image = function
                .with_text("PackageType", &["Image"])
                .or_else(|| function.first("ImageUri"));
            match image {
                // A repository of the run is a finding of its own.
                Some(node) if !run.has("AWS::ECR::Repository") => Hit::costs(super::storage::image()).at(node).only(),
                _ => Vec::new(),
            }
        }),
    },
];

/// The memory of a function in MB; 128 where none is set.
pub(super) fn memory_mb(function: &Resource) -> u64 {
    function.largest("MemorySize").map_or(128, count)
}

/// The timeout of a function in seconds; 3 where none is set.
pub(super) fn timeout_s(function: &Resource) -> u64 {
    function.largest("Timeout").map_or(3, count)
}

fn free_tier(_: &Run<'_>, function: &Resource) -> Vec<Hit> {
    let (memory, timeout) = (memory_mb(function), timeout_s(function));
    let typical = grouped(free_invocations(memory, TYPICAL_MS));
    let longest = grouped(free_invocations(memory, timeout.saturating_mul(1_000)));
    let unknown = |key| function.first(key).is_some_and(|node| node.as_number().is_none());
    let reason = if unknown("MemorySize") || unknown("Timeout") {
        "its memory or its timeout is not known; 400,000 GB-seconds are free each month, and all functions share them"
            .to_owned()
    } else {
        format!(
            "at {memory} MB {typical} invocations of {TYPICAL_MS} ms are free each month, or {longest} that take the whole timeout of \
             {timeout} s; all functions share it"
        )
    };
    Hit::free().because(reason).only()
}

fn provisioned_concurrency(run: &Run<'_>, resource: &Resource) -> Vec<Hit> {
    const SETTINGS: &[&str] = &["ProvisionedConcurrencyConfig", "ProvisionedConcurrencyConfiguration"];
    let Some(setting) = SETTINGS.iter().find_map(|setting| resource.properties.get(setting)) else {
        return Vec::new();
    };
    let environments = setting.values("ProvisionedConcurrentExecutions");
    let environments = environments
        .into_iter()
        .filter_map(Node::as_number)
        .map(count)
        .max()
        .unwrap_or(1);
    if environments == 0 {
        return Vec::new();
    }
    let function = run
        .named_by(&resource.properties, resource, FUNCTIONS)
        .into_iter()
        .next();
    let memory = memory_mb(function.unwrap_or(resource));
    let used = MbMs::of(environments, memory, SECONDS_PER_MONTH * 1_000);
    let reason = format!("{environments} environments of {memory} MB are kept ready and billed all month");
    let arm = function
        .unwrap_or(resource)
        .with_text("Architectures", &["arm64"])
        .is_some();
    let offer = if arm {
        "lambda.provisioned_concurrency.arm64"
    } else {
        "lambda.provisioned_concurrency"
    };
    Hit::costs(cost(offer, Quantity::gb_seconds(used)))
        .because(reason)
        .at(setting)
        .only()
}

fn snapstart(_: &Run<'_>, function: &Resource) -> Vec<Hit> {
    let Some(setting) = function.with_text("SnapStart.ApplyOn", &["PublishedVersions"]) else {
        return Vec::new();
    };
    let runtimes = function.values("Runtime");
    if !runtimes.is_empty()
        && runtimes
            .iter()
            .all(|runtime| runtime.as_text().is_some_and(|name| name.starts_with("java")))
    {
        return Vec::new();
    }
    let used = MbMs::of(1, memory_mb(function), SECONDS_PER_MONTH * 1_000);
    Hit::costs(cost("lambda.snapstart.cache", Quantity::gb_seconds(used)))
        .at(setting)
        .only()
}

fn ephemeral_storage(run: &Run<'_>, function: &Resource) -> Vec<Hit> {
    const FREE_MB: u64 = 512;
    let size = function.largest("EphemeralStorage.Size").map_or(FREE_MB, count);
    let paid_mb = size.saturating_sub(FREE_MB);
    let Some(setting) = function.first("EphemeralStorage.Size").filter(|_| paid_mb > 0) else {
        return Vec::new();
    };
    let used = MbMs::of(run.requests, paid_mb, TYPICAL_MS);
    let reason = format!("`/tmp` has {size} MB, {paid_mb} MB more than is free");
    Hit::costs(cost("lambda.ephemeral_storage", Quantity::gb_seconds(used)))
        .because(reason)
        .at(setting)
        .only()
}
