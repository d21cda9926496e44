//! Machines, databases and streams: all billed by the hour, used or not.

use super::{Check, Hit, Rule, all_month, count, units};
use crate::{finding::Severity, node::Node};

const ALL_MONTH: &str = "all month (730 hours), the smallest size";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "ec2-instance",
        severity: Severity::Paid,
        title: "An instance is billed by the second, and the free hours ended.",
        fix: "run it as a function",
        assumes: ALL_MONTH,
        offers: &["ec2.micro"],
        linters: &[],
        check: Check::Each(&["AWS::EC2::Instance"], |_, _| {
            Hit::costs(all_month("ec2.micro")).only()
        }),
    },
    Rule {
        id: "instance-group",
        severity: Severity::Info,
        title: "A group is free itself, but each instance that it starts is billed.",
        fix: "run it as a function",
        assumes: "the least number of instances, all month, the smallest size",
        offers: &["ec2.micro"],
        linters: &[],
        check: Check::Each(&["AWS::AutoScaling::AutoScalingGroup"], |_, group| {
            let sizes = group
                .values("MinSize")
                .into_iter()
                .chain(group.values("DesiredCapacity"));
            let least = sizes.filter_map(Node::as_number).map(count).max().unwrap_or(1);
            Hit::costs(all_month("ec2.micro").map(|one| one.times(least))).only()
        }),
    },
    Rule {
        id: "database",
        severity: Severity::Paid,
        title: "A database is billed by the hour, used or not.",
        fix: "use a provisioned DynamoDB table (25 GB free) or Aurora DSQL (100,000 DPU free)",
        assumes: ALL_MONTH,
        offers: &["rds", "dsql.dpu"],
        linters: &[],
        check: Check::Each(
            &[
                "AWS::RDS::DBInstance",
                "AWS::RDS::DBCluster",
                "AWS::DocDB::DBCluster",
                "AWS::DocDB::DBInstance",
                "AWS::Neptune::DBCluster",
                "AWS::Neptune::DBInstance",
            ],
            |_, database| {
                // A cluster's instances are billed; it is found with them.
                let known = database.kind.starts_with("AWS::RDS::") && database.kind.ends_with("DBInstance");
                Hit::costs(all_month("rds").filter(|_| known)).only()
            },
        ),
    },
    Rule {
        id: "cache-cluster",
        severity: Severity::Paid,
        title: "A cache cluster is billed by the hour, used or not, and needs a VPC.",
        fix: "cache in the function's memory",
        assumes: ALL_MONTH,
        offers: &["elasticache"],
        linters: &[],
        check: Check::Each(
            &[
                "AWS::ElastiCache::CacheCluster",
                "AWS::ElastiCache::ReplicationGroup",
                "AWS::ElastiCache::ServerlessCache",
            ],
            |_, cluster| {
                let serverless = cluster.kind.ends_with("ServerlessCache");
                Hit::costs(all_month("elasticache").filter(|_| !serverless)).only()
            },
        ),
    },
    Rule {
        id: "search",
        severity: Severity::Paid,
        title: "A search domain is billed by the hour, used or not.",
        fix: "search in a table's index, or in a file that the function holds",
        assumes: "serverless: two units all month",
        offers: &["opensearch.serverless"],
        linters: &[],
        check: Check::Each(
            &[
                "AWS::OpenSearchServerless::Collection",
                "AWS::OpenSearchService::Domain",
                "AWS::Elasticsearch::Domain",
            ],
            |_, search| {
                let serverless = search.kind.starts_with("AWS::OpenSearchServerless");
                Hit::costs(
                    all_month("opensearch.serverless")
                        .map(|unit| unit.times(2))
                        .filter(|_| serverless),
                )
                .only()
            },
        ),
    },
    Rule {
        id: "kinesis-stream",
        severity: Severity::Paid,
        title: "A stream is billed by the hour for each shard, or on demand for being there.",
        fix: "use SQS or SNS: 1,000,000 requests of each are free",
        assumes: "all month (730 hours), no data",
        offers: &["kinesis.shard", "kinesis.on_demand"],
        linters: &[],
        check: Check::Each(&["AWS::Kinesis::Stream"], |_, stream| {
            let on_demand = stream
                .with_text("StreamModeDetails.StreamMode", &["ON_DEMAND"])
                .is_some();
            // Without a number of shards a stream is on demand.
            let shards = stream.largest("ShardCount").map(count).filter(|_| !on_demand);
            let monthly = match shards {
                Some(shards) => all_month("kinesis.shard").map(|one| one.times(shards.max(1))),
                None => all_month("kinesis.on_demand"),
            };
            Hit::costs(monthly).only()
        }),
    },
    Rule {
        id: "firehose",
        severity: Severity::Paid,
        title: "Firehose is $0.029 for each GB, from the first.",
        fix: "let the function write where the data belongs",
        assumes: "1 GB",
        offers: &["firehose"],
        linters: &[],
        check: Check::Each(&["AWS::KinesisFirehose::DeliveryStream"], |_, _| {
            Hit::costs(units("firehose", 1)).only()
        }),
    },
    Rule {
        id: "kafka",
        severity: Severity::Paid,
        title: "A Kafka cluster bills its brokers by the hour, used or not.",
        fix: "use SQS or SNS: 1,000,000 requests of each are free",
        assumes: "two brokers of the smallest size, all month; serverless not known",
        offers: &["msk"],
        linters: &[],
        check: Check::Each(&["AWS::MSK::Cluster", "AWS::MSK::ServerlessCluster"], |_, cluster| {
            let brokers = cluster.largest("NumberOfBrokerNodes").map_or(2, count);
            let known = cluster.kind == "AWS::MSK::Cluster";
            Hit::costs(all_month("msk").map(|one| one.times(brokers)).filter(|_| known)).only()
        }),
    },
    Rule {
        id: "fargate",
        severity: Severity::Paid,
        title: "Tasks on Fargate are billed by the second for processor and memory.",
        fix: "run it as a function",
        assumes: "the tasks wanted, at least one, a quarter of a processor each, all month; memory not counted",
        offers: &["fargate"],
        linters: &[],
        check: Check::Each(&["AWS::ECS::Service"], |_, service| {
            const FARGATE: &[&str] = &["FARGATE", "FARGATE_SPOT"];
            let launch = service.with_text("LaunchType", FARGATE);
            // Otherwise it runs on instances, which are found themselves.
            if launch
                .or_else(|| service.with_text("CapacityProviderStrategy.CapacityProvider", FARGATE))
                .is_none()
            {
                return Vec::new();
            }
            let tasks = service.largest("DesiredCount").map_or(1, count);
            let quarters = units(
                "fargate",
                zerobill_free_tier::offers::HOURS_PER_MONTH.saturating_mul(tasks) / 4,
            );
            Hit::costs(quarters).only()
        }),
    },
    Rule {
        id: "container-insights",
        severity: Severity::Paid,
        title: "Container Insights makes custom metrics and logs, which are billed.",
        fix: "set `containerInsights` to `disabled`",
        assumes: "",
        offers: &["cw.container_insights_enhanced", "cw.custom_metrics"],
        linters: &["CKV_AWS_65 (Container Insights is on)"],
        check: Check::Each(&["AWS::ECS::Cluster"], |_, cluster| {
            let settings = cluster
                .values("ClusterSettings")
                .into_iter()
                .chain(cluster.values("Setting"));
            let mut on = settings.filter(|setting| {
                let value = setting.get("Value").and_then(Node::as_text);
                value.is_some_and(|value| ["enabled", "enhanced"].contains(&value))
            });
            on.next().map(|node| Hit::costs(None).at(node)).into_iter().collect()
        }),
    },
    Rule {
        id: "kubernetes",
        severity: Severity::Paid,
        title: "A Kubernetes cluster is $0.10 an hour, before its nodes.",
        fix: "run it as a function",
        assumes: "all month (730 hours), no nodes",
        offers: &["eks"],
        linters: &[],
        check: Check::Each(&["AWS::EKS::Cluster"], |_, _| Hit::costs(all_month("eks")).only()),
    },
];
