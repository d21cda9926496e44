//! Builds, images, budgets and the rest.

use super::sources::{BUDGETS_LIST, CODE_PIPELINE_LIST, ECS_LIST, FREE_TIER_API, FREE_TIER_PAGE, TOOLKIT};
use crate::offer::{Offer, Source};

pub(super) const OFFERS: &[Offer] = &[
    Offer::ended("ecr.private", "private ECR images", "GB-month")
        .usd("0.10")
        .note("an image of 250 MB costs $0.025 a month; a ZIP of a function costs nothing")
        .seen("2026", FREE_TIER_PAGE),
    Offer::unknown("ecr.public", "public ECR images", "GB-month")
        .usd("0.10")
        .note("a function needs a private repository anyway")
        .low("secondary sources say 50 GB are free, the list of AWS does not")
        .seen("2026", FREE_TIER_PAGE),
    Offer::monthly("codebuild", "CodeBuild on general1.small", "minute", 100)
        .usd("0.005")
        .note("Linux; other sizes are paid from the first minute")
        .seen("2026", FREE_TIER_PAGE),
    Offer::monthly("codepipeline", "CodePipeline V1", "active pipeline, all month", 1)
        .usd("1")
        .seen("2026-05", CODE_PIPELINE_LIST),
    Offer::monthly("codepipeline.v2", "CodePipeline V2", "minute of an action", 100)
        .usd("0.002")
        .medium("the amount is from a secondary source")
        .seen("2026", FREE_TIER_PAGE),
    Offer::always("cfn", "CloudFormation of AWS resources", "resource").seen("2026", FREE_TIER_PAGE),
    Offer::paid("ce.api", "Cost Explorer API", "request")
        .usd("0.01")
        .note("the console costs nothing")
        .seen("2026-08", TOOLKIT),
    Offer::always("budgets.monitor", "budgets that watch", "budget").seen("2026-09", BUDGETS_LIST),
    Offer::monthly("budgets.action", "budgets that act", "budget-day", 62)
        .usd("0.10")
        .note("two of them all month")
        .seen("2026-09", BUDGETS_LIST),
    Offer::always("ce.anomaly", "cost anomaly monitors", "monitor").seen(
        "2026-02",
        Source::secondary("https://cloudburn.io/blog/amazon-cloudwatch-pricing"),
    ),
    Offer::always("freetier.api", "the API of the free tier", "request")
        .note("`aws freetier get-free-tier-usage`; it names only what was used, and an account of an organization may see nothing")
        .seen("2026", FREE_TIER_API),
    Offer::paid("fargate", "Fargate", "vCPU-hour")
        .usd("0.04048")
        .note("memory comes on top")
        .seen("2026-09", ECS_LIST),
    Offer::paid("eks", "EKS clusters", "hour").usd("0.10").seen("2026", Source::collected("https://aws.amazon.com/eks/pricing/")),
];
