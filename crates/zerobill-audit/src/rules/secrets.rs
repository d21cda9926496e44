//! Secrets, keys, parameters and users.

use super::{Check, Hit, Rule, together, units};
use crate::{finding::Severity, node::Node};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "secret",
        severity: Severity::Paid,
        title: "A secret is $0.40 a month, and $0.05 for 10,000 reads.",
        fix: "use a SecureString of Parameter Store, whose standard tier is free",
        assumes: "one month, no reads",
        offers: &["secrets.secret", "secrets.api"],
        linters: &["CKV_AWS_149 (secret has a KMS key of its own)"],
        check: Check::Each(&["AWS::SecretsManager::Secret"], |_, secret| {
            let replicas = secret
                .properties
                .get("ReplicaRegions")
                .map_or(0, |replicas| replicas.items().len());
            let copies = u64::try_from(replicas).unwrap_or(u64::MAX).saturating_add(1);
            let hit = Hit::costs(units("secrets.secret", copies));
            if copies == 1 {
                return hit.only();
            }
            hit.because(format!(
                "the secret and its replicas make {copies}, at $0.40 a month each"
            ))
            .only()
        }),
    },
    Rule {
        id: "secret-rotation",
        severity: Severity::Info,
        title: "A rotation invokes a function; the secret it rotates is billed.",
        fix: "use a SecureString of Parameter Store",
        assumes: "",
        offers: &["secrets.secret"],
        linters: &["CKV_AWS_304 (secrets are rotated)"],
        check: Check::Each(&["AWS::SecretsManager::RotationSchedule"], |_, _| Hit::free().only()),
    },
    Rule {
        id: "kms-key",
        severity: Severity::Paid,
        title: "A KMS key of your own is $1.00 a month.",
        fix: "use the key that AWS manages for the service (`alias/aws/…`), which is free",
        assumes: "one month, no rotation yet",
        offers: &["kms.customer_key", "kms.requests"],
        linters: &[
            "CKV_AWS_173 (variables of functions are encrypted)",
            "CKV_AWS_119 (table has a KMS key of its own)",
            "CKV_AWS_158 (log group has a KMS key of its own)",
        ],
        check: Check::Each(&["AWS::KMS::Key", "AWS::KMS::ReplicaKey"], |_, _| {
            Hit::costs(units("kms.customer_key", 1)).only()
        }),
    },
    Rule {
        id: "ssm-advanced",
        severity: Severity::Paid,
        title: "An advanced parameter is $0.05 a month; Intelligent-Tiering may make one.",
        fix: "set `Tier: Standard`: 10,000 parameters of up to 4 KB are free",
        assumes: "one month",
        offers: &["ssm.advanced"],
        linters: &[],
        check: Check::Each(&["AWS::SSM::Parameter"], |_, parameter| {
            let tier = parameter.with_text("Tier", &["Advanced", "Intelligent-Tiering"]);
            tier.map(|node| Hit::costs(units("ssm.advanced", 1)).at(node))
                .into_iter()
                .collect()
        }),
    },
    Rule {
        id: "appconfig",
        severity: Severity::Paid,
        title: "AppConfig is billed for each request and for each configuration received.",
        fix: "read a parameter of Parameter Store, which is free",
        assumes: "1,000 cold starts, one request and one configuration each",
        offers: &["appconfig.requests", "appconfig.received"],
        linters: &[],
        check: Check::Each(&["AWS::AppConfig::Application"], |_, _| {
            Hit::costs(together([
                units("appconfig.requests", 1_000),
                units("appconfig.received", 1_000),
            ]))
            .only()
        }),
    },
    Rule {
        id: "user-pool",
        severity: Severity::Limit,
        title: "10,000 users a month are free who sign in directly or by a social provider.",
        fix: "nothing to do below that",
        assumes: "",
        offers: &["cognito.mau", "cognito.federated"],
        linters: &[],
        check: Check::Each(&["AWS::Cognito::UserPool"], |_, pool| {
            let plus = pool
                .with_text("UserPoolTier", &["PLUS"])
                .or_else(|| pool.with_text("UserPoolAddOns.AdvancedSecurityMode", &["ENFORCED", "AUDIT"]));
            if let Some(node) = plus {
                let reason = "with threat protection (the Plus tier) no user is free";
                return Hit::costs(None)
                    .because(reason)
                    .severity(Severity::Paid)
                    .at(node)
                    .only();
            }
            let messages = pool
                .with_text("MfaConfiguration", &["ON"])
                .filter(|_| pool.has("SmsConfiguration"));
            if let Some(node) = messages {
                let reason = "second factors by text message are billed from the first";
                return Hit::costs(None)
                    .because(reason)
                    .severity(Severity::Paid)
                    .at(node)
                    .only();
            }
            Hit::free().only()
        }),
    },
    Rule {
        id: "access-analyzer",
        severity: Severity::Paid,
        title: "Analyzers of unused and of internal access are billed; those of external access are free.",
        fix: "set `Type: ACCOUNT`",
        assumes: "",
        offers: &[],
        linters: &[],
        check: Check::Each(
            &["AWS::AccessAnalyzer::Analyzer", "AWS::AccessAnalyzer::ArchiveRule"],
            |_, analyzer| {
                let kinds = analyzer.values("Type").into_iter();
                let mut paid = kinds.filter(|node: &&Node| {
                    node.as_text()
                        .is_some_and(|kind| kind.contains("UNUSED") || kind.contains("INTERNAL"))
                });
                paid.next().map(|node| Hit::costs(None).at(node)).into_iter().collect()
            },
        ),
    },
];
