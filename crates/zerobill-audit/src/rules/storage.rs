//! Buckets, images, volumes and file systems.

use zerobill_free_tier::{NanoDollars, Quantity};

use super::{Check, Hit, Rule, cost, count, together, units};
use crate::{finding::Severity, node::Node};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "s3-bucket",
        severity: Severity::Paid,
        title: "S3 has no free tier any more: each GB and each request is billed.",
        fix: "keep little in it: 1 GB is $0.023 a month; small things fit a provisioned DynamoDB table, 25 GB of which are free",
        assumes: "1 GB kept, 1,000 writes and 10,000 reads",
        offers: &["s3.storage", "s3.put", "s3.get"],
        linters: &[
            "CKV_AWS_145 (bucket has a KMS key of its own)",
            "CKV_AWS_144 (bucket is replicated)",
        ],
        check: Check::Each(&["AWS::S3::Bucket"], |_, _| {
            Hit::costs(together([
                units("s3.storage", 1),
                units("s3.put", 1_000),
                units("s3.get", 10_000),
            ]))
            .only()
        }),
    },
    Rule {
        id: "deployment-bucket",
        severity: Severity::Info,
        title: "The packages of deployments lie in a bucket of S3, which is billed.",
        fix: "delete old packages; a few MB cost less than a cent",
        assumes: "100 MB kept",
        offers: &["s3.storage"],
        linters: &[],
        check: Check::Each(&["Serverless::DeploymentBucket"], |_, _| {
            Hit::costs(cost("s3.storage", Quantity::gb(100_000_000))).only()
        }),
    },
    Rule {
        id: "ecr-repository",
        severity: Severity::Paid,
        title: "Images in ECR are $0.10 a month for each GB, from the first byte.",
        fix: "deploy a ZIP, or keep only the last image with a lifecycle policy",
        assumes: "an image of 250 MB",
        offers: &["ecr.private"],
        linters: &["CKV_AWS_136 (repository has a KMS key of its own)"],
        check: Check::Each(&["AWS::ECR::Repository"], |_, _| Hit::costs(image()).only()),
    },
    Rule {
        id: "ecr-enhanced-scanning",
        severity: Severity::Paid,
        title: "Enhanced scanning of images is Amazon Inspector, and billed for each image.",
        fix: "set `ScanType: BASIC`",
        assumes: "",
        offers: &[],
        linters: &[],
        check: Check::Each(&["AWS::ECR::RegistryScanningConfiguration"], |_, registry| {
            let enhanced = registry.with_text("ScanType", &["ENHANCED"]);
            enhanced.map(|node| Hit::costs(None).at(node)).into_iter().collect()
        }),
    },
    Rule {
        id: "efs",
        severity: Severity::Paid,
        title: "EFS is $0.30 a month for each GB, from the first.",
        fix: "use `/tmp` of the function: 512 MB are free",
        assumes: "1 GB",
        offers: &["efs"],
        linters: &[],
        check: Check::Each(&["AWS::EFS::FileSystem"], |_, _| Hit::costs(units("efs", 1)).only()),
    },
    Rule {
        id: "ebs-volume",
        severity: Severity::Paid,
        title: "A volume is $0.08 a month for each GB, attached or not.",
        fix: "delete it",
        assumes: "its size, or 8 GB; gp3",
        offers: &["ebs.gp3"],
        linters: &[],
        check: Check::Each(&["AWS::EC2::Volume"], |_, volume| {
            let size = volume
                .values("Size")
                .into_iter()
                .filter_map(Node::as_number)
                .map(count)
                .max()
                .unwrap_or(8);
            Hit::costs(units("ebs.gp3", size)).only()
        }),
    },
];

/// What an image of 250 MB costs.
pub(super) fn image() -> Option<NanoDollars> {
    cost("ecr.private", Quantity::gb(250_000_000))
}
