//! DynamoDB. 25 read and 25 write units are free in each region, and only in provisioned mode.

use zerobill_free_tier::Quantity;

use super::{Check, Hit, Rule, beyond_free, cost, count, grouped, together, units};
use crate::{
    finding::Severity,
    node::{Node, Value},
    resource::Resource,
    run::Run,
};

const TABLES: &[&str] = &["AWS::DynamoDB::Table", "AWS::Serverless::SimpleTable"];

/// Read or write units that are free.
const FREE_UNITS: u64 = 25;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "dynamodb-on-demand",
        severity: Severity::Paid,
        title: "A table on demand has no free requests; only a provisioned one has.",
        fix: "set `BillingMode: PROVISIONED` with at most 25 read and 25 write units over all tables and indexes",
        assumes: "the requests of `--requests`, one read and one write each",
        offers: &["ddb.wru", "ddb.rru"],
        linters: &[],
        check: Check::Each(TABLES, |run, table| match mode(table) {
            Mode::OnDemand(node) => {
                let monthly = together([units("ddb.wru", run.requests), units("ddb.rru", run.requests)]);
                let reason = format!(
                    "on demand, writes are $0.625 and reads $0.125 for a million, from the first (here {} of each)",
                    grouped(run.requests)
                );
                let hit = Hit::costs(monthly).because(reason);
                vec![node.map_or(hit.clone(), |node| hit.at(node))]
            }
            Mode::Unknown => {
                Hit::unknown("`BillingMode` is not known; on demand it is paid from the first request").only()
            }
            Mode::Provisioned => Vec::new(),
        }),
    },
    Rule {
        id: "dynamodb-capacity",
        severity: Severity::Limit,
        title: "25 read and 25 write units are free in each region, over all provisioned tables and indexes.",
        fix: "lower the units, or put several tables into one",
        assumes: "all month (730 hours); no other tables in the region",
        offers: &["ddb.rcu", "ddb.wcu", "ddb.storage"],
        linters: &[],
        check: Check::All(TABLES, capacity),
    },
    Rule {
        id: "dynamodb-autoscaling",
        severity: Severity::Trap,
        title: "Auto scaling may raise a table above the 25 free units, and makes alarms of its own.",
        fix: "set its maximum so that all tables together stay at 25, or leave it out",
        assumes: "",
        offers: &["ddb.rcu", "ddb.wcu", "cw.alarms_standard"],
        linters: &["CKV2_AWS_16 (auto scaling is on for tables)"],
        check: Check::Each(&["AWS::ApplicationAutoScaling::ScalableTarget"], |_, target| {
            let dynamodb = target.with_text("ServiceNamespace", &["dynamodb"]).is_some()
                || target
                    .values("ScalableDimension")
                    .iter()
                    .any(|node| node.as_text().is_some_and(|text| text.starts_with("dynamodb:")));
            let most = target.largest("MaxCapacity").map_or(0, count);
            if !dynamodb || most <= FREE_UNITS {
                return Vec::new();
            }
            let reason = format!("it may raise the table to {most} units; {FREE_UNITS} are free");
            Hit::free().because(reason).only()
        }),
    },
    Rule {
        id: "dynamodb-pitr",
        severity: Severity::Info,
        title: "Point-in-time recovery is $0.20 a month for each GB of the table, from the first.",
        fix: "turn it off, or accept it: a table of a few MB costs less than a cent",
        assumes: "a table of 10 MB",
        offers: &["ddb.pitr"],
        linters: &["CKV_AWS_28 (point-in-time recovery is on)"],
        check: Check::Each(TABLES, |_, table| {
            let on = table.switched_on("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled");
            let hit = |node| Hit::costs(cost("ddb.pitr", Quantity::gb(10_000_000))).at(node);
            on.map(hit).into_iter().collect()
        }),
    },
    Rule {
        id: "dynamodb-table-class",
        severity: Severity::Paid,
        title: "The class Standard-IA has no free storage, and dearer requests.",
        fix: "set `TableClass: STANDARD`: 25 GB are free",
        assumes: "",
        offers: &["ddb.storage"],
        linters: &[],
        check: Check::Each(TABLES, |_, table| {
            let class = table.with_text("TableClass", &["STANDARD_INFREQUENT_ACCESS"]);
            class.map(|node| Hit::costs(None).at(node)).into_iter().collect()
        }),
    },
    Rule {
        id: "dynamodb-global-table",
        severity: Severity::Paid,
        title: "A global table pays for each replicated write.",
        fix: "keep the table in one region",
        assumes: "",
        offers: &["ddb.rwcu"],
        linters: &[],
        check: Check::Each(&["AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table"], |_, table| {
            let replicas = table
                .properties
                .get("Replicas")
                .map_or(0, |replicas| replicas.items().len());
            // CloudFormation counts the table itself as a replica, Terraform does not.
            let global = table.kind.ends_with("GlobalTable") || replicas > 0;
            if global { Hit::costs(None).only() } else { Vec::new() }
        }),
    },
    Rule {
        id: "dynamodb-kinesis-stream",
        severity: Severity::Paid,
        title: "A table that streams to Kinesis pays for each change, and for the stream.",
        fix: "use the table's own stream: a Lambda trigger reads it for nothing",
        assumes: "",
        offers: &["kinesis.shard"],
        linters: &[],
        check: Check::Each(&["AWS::DynamoDB::Table"], |_, table| {
            let stream = table.properties.get("KinesisStreamSpecification");
            stream.map(|node| Hit::costs(None).at(node)).into_iter().collect()
        }),
    },
    Rule {
        id: "dynamodb-contributor-insights",
        severity: Severity::Paid,
        title: "Contributor Insights on a table is $0.50 a month for each rule, and its events are billed.",
        fix: "turn it off",
        assumes: "one rule, no events",
        offers: &["cw.contributor_insights"],
        linters: &[],
        check: Check::Each(&["AWS::DynamoDB::Table"], |_, table| {
            let on = table.switched_on("ContributorInsightsSpecification.Enabled");
            on.map(|node| Hit::costs(units("cw.contributor_insights", 1)).at(node))
                .into_iter()
                .collect()
        }),
    },
];

enum Mode<'r> {
    OnDemand(Option<&'r Node>),
    Provisioned,
    Unknown,
}

fn mode(table: &Resource) -> Mode<'_> {
    if let Some(node) = table.with_text("BillingMode", &["PAY_PER_REQUEST"]) {
        return Mode::OnDemand(Some(node));
    }
    let provisioned = |node: &&Node| {
        node.as_text()
            .is_some_and(|mode| mode.eq_ignore_ascii_case("PROVISIONED"))
    };
    if !table.values("BillingMode").iter().all(provisioned) {
        return Mode::Unknown;
    }
    match table.kind.as_str() {
        "AWS::Serverless::SimpleTable" if !table.has("ProvisionedThroughput") => Mode::OnDemand(None),
        _ => Mode::Provisioned,
    }
}

/// The units of a table and its indexes. Of several possible values the largest counts.
fn units_of(table: &Resource, key: &str) -> u64 {
    let own = table.largest(&format!("ProvisionedThroughput.{key}")).map_or(0, count);
    let indexes = table
        .properties
        .get("GlobalSecondaryIndexes")
        .map(Node::items)
        .unwrap_or_default();
    let of_index = |index: &Node| {
        let values = index.values(&format!("ProvisionedThroughput.{key}"));
        values
            .into_iter()
            .filter_map(Node::as_number)
            .map(count)
            .max()
            .unwrap_or_default()
    };
    own.saturating_add(indexes.iter().map(of_index).sum())
        .saturating_mul(u64::from(table.count))
}

fn capacity<'r>(run: &Run<'r>) -> Vec<(&'r Resource, Hit)> {
    let mut tables = run.of(TABLES);
    tables.retain(|table| matches!(mode(table), Mode::Provisioned));
    let (mut reads, mut writes, mut crossing) = (0_u64, 0_u64, None);
    for table in &tables {
        reads = reads.saturating_add(units_of(table, "ReadCapacityUnits"));
        writes = writes.saturating_add(units_of(table, "WriteCapacityUnits"));
        if reads.max(writes) > FREE_UNITS && crossing.is_none() {
            crossing = Some(*table);
        }
    }
    let Some(first) = tables.first() else {
        return Vec::new();
    };
    let reason = format!(
        "{reads} read and {writes} write units in all tables, of which {FREE_UNITS} and {FREE_UNITS} are free in the region"
    );
    let hit = Hit::costs(together([
        beyond_free("ddb.rcu", reads),
        beyond_free("ddb.wcu", writes),
    ]))
    .because(reason);
    // Units that are not known would hide in the sum.
    let unknown = tables.iter().filter(|table| {
        let units = table.values("ProvisionedThroughput.ReadCapacityUnits");
        units.is_empty() || units.iter().any(|node| matches!(node.value, Value::Unknown))
    });
    let mut hits: Vec<_> = unknown
        .map(|table| {
            (
                *table,
                Hit::unknown("its read and write units are not known; 25 of each are free in the region"),
            )
        })
        .collect();
    hits.push(match crossing {
        Some(crossing) => (crossing, hit.severity(Severity::Paid)),
        None => (*first, hit),
    });
    hits
}
