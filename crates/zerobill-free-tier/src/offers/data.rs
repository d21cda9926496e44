//! `DynamoDB`, S3 and other stores.

use super::sources::{DYNAMODB_LIST, ES_LIST, FREE_SECONDARY, FREE_TIER_API, FREE_TIER_PAGE, S3_LIST, TOOLKIT};
use crate::offer::{Offer, Source};

const EBS: Source = Source::collected("https://aws.amazon.com/ebs/pricing/");
const EFS: Source = Source::collected("https://aws.amazon.com/efs/pricing/");

pub(super) const OFFERS: &[Offer] = &[
    Offer::monthly("ddb.storage", "DynamoDB storage", "GB-month", 25)
        .per_region()
        .usd("0.25")
        .note("of the Standard class, also of tables on demand; Standard-IA is paid from the first GB")
        .seen("2026-10", DYNAMODB_LIST),
    Offer::monthly("ddb.wcu", "DynamoDB provisioned write capacity", "unit, all month", 25)
        .per_region()
        .hourly("0.00065")
        .note("the sum over all provisioned tables and their indexes")
        .seen("2026-10", DYNAMODB_LIST),
    Offer::monthly("ddb.rcu", "DynamoDB provisioned read capacity", "unit, all month", 25)
        .per_region()
        .hourly("0.00013")
        .note("the sum over all provisioned tables and their indexes")
        .seen("2026-10", DYNAMODB_LIST),
    Offer::unknown("ddb.rwcu", "DynamoDB replicated write capacity", "unit, all month")
        .note("of global tables; 25 in two regions may be free; no price was found")
        .low("an old transcription; the usage type alone is on the list of what is free")
        .seen("2026", FREE_TIER_PAGE),
    Offer::paid("ddb.wru", "DynamoDB writes on demand", "write request unit")
        .usd_per(1_000_000, "0.625")
        .note("tables on demand have no free requests")
        .seen("2026-09", DYNAMODB_LIST),
    Offer::paid("ddb.rru", "DynamoDB reads on demand", "read request unit")
        .usd_per(1_000_000, "0.125")
        .note("tables on demand have no free requests")
        .seen("2026-09", DYNAMODB_LIST),
    Offer::monthly("ddb.streams", "reads of DynamoDB Streams", "request", 2_500_000)
        .usd_per(100_000, "0.02")
        .note("those of Lambda triggers cost nothing and do not count")
        .seen("2026-09", DYNAMODB_LIST),
    Offer::paid("ddb.pitr", "DynamoDB point-in-time recovery", "GB-month")
        .usd("0.20")
        .note("for the size of the table: a table of 84 KB costs $0.00002 a month")
        .seen("2026-10", DYNAMODB_LIST),
    Offer::paid("ddb.backup", "DynamoDB backups on demand", "GB-month")
        .usd("0.10")
        .medium("known from before, not read again")
        .seen("undated", DYNAMODB_LIST),
    Offer::ended("s3.storage", "S3 storage", "GB-month")
        .usd("0.023")
        .note("also what SAM and the Serverless Framework upload for a deployment")
        .seen("2026-10", S3_LIST),
    Offer::ended("s3.put", "S3 writes and lists", "request")
        .usd_per(1_000, "0.005")
        .seen("2026-10", S3_LIST),
    Offer::ended("s3.get", "S3 reads", "request")
        .usd_per(1_000, "0.0004")
        .seen("2026-10", S3_LIST),
    Offer::ended("rds", "RDS db.t3.micro or db.t4g.micro", "hour")
        .usd("0.016")
        .note("storage comes on top")
        .seen("2026-03", FREE_SECONDARY),
    Offer::ended("elasticache", "ElastiCache cache.t3.micro", "hour")
        .usd("0.017")
        .note("and it needs a VPC")
        .medium("the price was not verified")
        .seen("2026", FREE_TIER_PAGE),
    Offer::ended("efs", "EFS Standard storage", "GB-month")
        .usd("0.30")
        .seen("2026", EFS),
    Offer::ended("ebs.gp3", "EBS gp3 volumes", "GB-month")
        .usd("0.08")
        .seen("2026", EBS),
    Offer::paid("opensearch.serverless", "OpenSearch Serverless", "OCU-hour")
        .usd("0.24")
        .seen("2026-09", ES_LIST),
    Offer::monthly("dsql.dpu", "Aurora DSQL work", "DPU", 100_000)
        .note("the price beyond was not found")
        .seen("2026-08", TOOLKIT),
    Offer::monthly("dsql.storage", "Aurora DSQL storage", "GB-month", 1)
        .note("the price beyond was not found")
        .seen("2026-08", TOOLKIT),
    Offer::monthly(
        "amp.samples",
        "samples taken in by Managed Prometheus",
        "sample",
        40_000_000,
    )
    .note("the price beyond was not found")
    .seen("2026-08", FREE_TIER_API),
    Offer::monthly(
        "glue.catalog",
        "objects in the Glue Data Catalog",
        "object-month",
        1_000_000,
    )
    .usd_per(100_000, "1")
    .seen("2026-08", TOOLKIT),
];
