//! Secrets, parameters, keys and users.

use super::sources::{
    COGNITO_LIST, COGNITO_PAGE, FREE_TIER_API, KMS_PAGE, SECRETS_PAGE, SYSTEMS_MANAGER_LIST, SYSTEMS_MANAGER_PAGE,
};
use crate::offer::{Offer, Source};

pub(super) const OFFERS: &[Offer] = &[
    Offer::paid("secrets.secret", "secrets in Secrets Manager", "secret, all month")
        .usd("0.40")
        .note("a replica is another secret; a standard parameter of Parameter Store costs nothing")
        .seen("2026-09", SECRETS_PAGE),
    Offer::paid("secrets.api", "calls of Secrets Manager", "call")
        .usd_per(10_000, "0.05")
        .seen("2026-09", SECRETS_PAGE),
    Offer::always("ssm.standard", "standard parameters and their calls", "parameter")
        .note("up to 10,000 parameters, at the default throughput; a SecureString draws on the free KMS requests")
        .seen("2026", SYSTEMS_MANAGER_PAGE),
    Offer::paid("ssm.advanced", "advanced parameters", "parameter, all month")
        .usd("0.05")
        .note("more than 4 KB, policies, or the tiers Advanced and Intelligent-Tiering; it cannot be turned back")
        .seen("2026-09", SYSTEMS_MANAGER_LIST),
    Offer::paid("ssm.high_throughput", "calls at higher throughput", "call")
        .usd_per(10_000, "0.05")
        .note("a switch of the whole account and region: then every call is paid")
        .seen("2026-10", SYSTEMS_MANAGER_PAGE),
    Offer::paid("appconfig.requests", "AppConfig requests", "request")
        .usd_per(1_000_000, "0.20")
        .note("each poll of each warm environment")
        .seen("2026-10", SYSTEMS_MANAGER_PAGE),
    Offer::paid(
        "appconfig.received",
        "AppConfig configurations received",
        "configuration",
    )
    .usd("0.0008")
    .note("the first one of each cold environment too: 1,000 cold starts cost $0.80")
    .seen("2026-10", SYSTEMS_MANAGER_PAGE),
    Offer::monthly("kms.requests", "KMS requests", "request", 20_000)
        .usd_per(10_000, "0.03")
        .note("with keys of AWS and with your own; asymmetric keys are paid from the first")
        .seen("2026-08", FREE_TIER_API),
    Offer::paid("kms.customer_key", "KMS keys of your own", "key, all month")
        .usd("1")
        .note("and $1 more for each of the first two rotations")
        .seen("2026-03", KMS_PAGE),
    Offer::always("kms.aws_managed_key", "KMS keys of AWS", "key").seen("2026-03", KMS_PAGE),
    Offer::monthly(
        "cognito.mau",
        "Cognito users, Lite and Essentials",
        "user of the month",
        10_000,
    )
    .usd("0.015")
    .note("who sign in directly or by a social provider; Plus has none free; Lite costs $0.0055")
    .seen("2026-09", COGNITO_LIST),
    Offer::monthly(
        "cognito.federated",
        "Cognito users by SAML or OIDC",
        "user of the month",
        50,
    )
    .usd("0.015")
    .seen("2026", COGNITO_PAGE),
    Offer::paid("cloudtrail.data", "CloudTrail data events", "event")
        .usd_per(100_000, "0.10")
        .medium("known from before, not read again")
        .seen("undated", Source::page("https://aws.amazon.com/cloudtrail/pricing/")),
    Offer::always("cloudtrail", "the first trail of management events", "trail")
        .note("but its files in S3 are not: about $0.13 a month; a second trail costs $2 for 100,000 events")
        .seen(
            "2026-09",
            Source::secondary("https://aws.amazon.com/cloudtrail/pricing/"),
        ),
];
