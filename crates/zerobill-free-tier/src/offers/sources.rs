//! Where the facts of the tables were read.

use crate::offer::Source;

pub(super) const LAMBDA_PAGE: Source = Source::page("https://aws.amazon.com/lambda/pricing/");
pub(super) const LAMBDA_LIST: Source = Source::price_list(
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AWSLambda/current/us-east-1/index.json",
);
pub(super) const CLOUDWATCH_PAGE: Source = Source::page("https://aws.amazon.com/cloudwatch/pricing/");
pub(super) const CLOUDWATCH_BILLING: Source =
    Source::page("https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_billing.html");
pub(super) const CLOUDWATCH_LIST: Source = Source::price_list(
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonCloudWatch/current/us-east-1/index.json",
);
pub(super) const CLOUDWATCH_SECONDARY: Source =
    Source::secondary("https://cloudburn.io/blog/amazon-cloudwatch-pricing");
pub(super) const XRAY_PAGE: Source = Source::page("https://aws.amazon.com/xray/pricing/");
/// The list of usage types that are free for ever, and the interface that reports them.
pub(super) const FREE_TIER_PAGE: Source =
    Source::page("https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/tracking-free-tier-usage.html");
/// What `aws freetier get-free-tier-usage` answered for accounts without credits.
pub(super) const FREE_TIER_API: Source = Source::answer(
    "https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_freetier_GetFreeTierUsage.html",
);
pub(super) const TOOLKIT: Source = Source::repository("https://github.com/aws/agent-toolkit-for-aws");
pub(super) const DYNAMODB_LIST: Source = Source::price_list(
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonDynamoDB/current/us-east-1/index.json",
);
pub(super) const S3_LIST: Source =
    Source::price_list("https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonS3/current/us-east-1/index.json");
pub(super) const SNS_LIST: Source = Source::price_list(
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonSNS/current/us-east-1/index.json",
);
pub(super) const SQS_LIST: Source = Source::price_list(
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AWSQueueService/current/us-east-1/index.json",
);
pub(super) const EVENTS_PAGE: Source = Source::page("https://aws.amazon.com/eventbridge/pricing/");
pub(super) const EVENTS_LIST: Source = Source::price_list(
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AWSEvents/current/us-east-1/index.json",
);
pub(super) const EVENTS_SECONDARY: Source = Source::secondary("https://cloudburn.io/blog/amazon-eventbridge-pricing");
pub(super) const API_GATEWAY_PAGE: Source = Source::page("https://aws.amazon.com/api-gateway/pricing/");
pub(super) const CLOUDFRONT_PAGE: Source = Source::page("https://aws.amazon.com/cloudfront/pricing/");
pub(super) const CLOUDFRONT_LIST: Source = Source::price_list(
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonCloudFront/current/us-east-1/index.json",
);
pub(super) const EC2_LIST: Source = Source::price_list(
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonEC2/current/us-east-1/index.json",
);
pub(super) const SYSTEMS_MANAGER_PAGE: Source = Source::page("https://aws.amazon.com/systems-manager/pricing/");
pub(super) const KMS_PAGE: Source = Source::page("https://aws.amazon.com/kms/pricing/");
pub(super) const SECRETS_PAGE: Source = Source::page("https://aws.amazon.com/secrets-manager/pricing/");
pub(super) const COGNITO_PAGE: Source = Source::page("https://aws.amazon.com/cognito/pricing/");
pub(super) const FREE_SECONDARY: Source = Source::secondary("https://c3x.dev/blog/aws-free-tier-explained");
pub(super) const SYSTEMS_MANAGER_LIST: Source = Source::price_list(
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AWSSystemsManager/current/us-east-1/index.json",
);
pub(super) const COGNITO_LIST: Source = Source::price_list(
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonCognito/current/us-east-1/index.json",
);
pub(super) const APP_SYNC_LIST: Source = Source::price_list(
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AWSAppSync/current/us-east-1/index.json",
);
pub(super) const ELB_LIST: Source =
    Source::price_list("https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AWSELB/current/us-east-1/index.json");
pub(super) const ES_LIST: Source =
    Source::price_list("https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonES/current/us-east-1/index.json");
pub(super) const CODE_PIPELINE_LIST: Source = Source::price_list(
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AWSCodePipeline/current/us-east-1/index.json",
);
pub(super) const BUDGETS_LIST: Source = Source::price_list(
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AWSBudgets/current/us-east-1/index.json",
);
pub(super) const ECS_LIST: Source = Source::price_list(
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonECS/current/us-east-1/index.json",
);
