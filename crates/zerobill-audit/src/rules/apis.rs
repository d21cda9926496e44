//! API Gateway and what else answers over HTTP.

use super::{Check, Hit, Rule, all_month, grouped, together, units};
use crate::{finding::Severity, resource::Resource, run::Run};

const REQUESTS: &str = "the requests of `--requests`, one call each";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "rest-api",
        severity: Severity::Paid,
        title: "A REST API is $3.50 for a million calls, from the first.",
        fix: "use a Function URL, which is free, or an HTTP API at $1.00 for a million",
        assumes: REQUESTS,
        offers: &["apigw.rest"],
        linters: &[],
        check: Check::Each(&["AWS::ApiGateway::RestApi", "AWS::Serverless::Api"], |run, _| {
            by_requests(
                run,
                "apigw.rest",
                "a REST API is $3.50 for a million calls, from the first",
            )
        }),
    },
    Rule {
        id: "http-api",
        severity: Severity::Paid,
        title: "An HTTP API is $1.00 for a million calls, from the first.",
        fix: "use a Function URL, which is free",
        assumes: REQUESTS,
        offers: &["apigw.http"],
        linters: &[],
        check: Check::Each(&["AWS::ApiGatewayV2::Api", "AWS::Serverless::HttpApi"], |run, api| {
            if is_websocket(api) {
                return Vec::new();
            }
            by_requests(
                run,
                "apigw.http",
                "an HTTP API is $1.00 for a million calls, from the first",
            )
        }),
    },
    Rule {
        id: "websocket-api",
        severity: Severity::Paid,
        title: "A WebSocket API is $1.00 for a million messages and $0.25 for a million connection minutes.",
        fix: "let clients poll a Function URL, or stream the reply",
        assumes: "the requests of `--requests`, one message and one connection minute each",
        offers: &["apigw.ws_messages", "apigw.ws_minutes"],
        linters: &[],
        check: Check::Each(
            &["AWS::ApiGatewayV2::Api", "AWS::Serverless::WebSocketApi"],
            |run, api| {
                if !is_websocket(api) {
                    return Vec::new();
                }
                let (messages, minutes) = (
                    units("apigw.ws_messages", run.requests),
                    units("apigw.ws_minutes", run.requests),
                );
                Hit::costs(together([messages, minutes])).only()
            },
        ),
    },
    Rule {
        id: "api-cache",
        severity: Severity::Paid,
        title: "The cache of an API is billed by the hour, used or not.",
        fix: "set `CacheClusterEnabled: false`, and cache in the function or in CloudFront",
        assumes: "all month (730 hours), the smallest size",
        offers: &["apigw.cache"],
        linters: &["CKV_AWS_120 (API Gateway caching is on)"],
        check: Check::Each(
            &[
                "AWS::ApiGateway::Stage",
                "AWS::ApiGateway::Deployment",
                "AWS::Serverless::Api",
            ],
            |_, stage| cache(stage).into_iter().collect(),
        ),
    },
    Rule {
        id: "api-detailed-metrics",
        severity: Severity::Trap,
        title: "Detailed metrics of an API are custom metrics, several for each method.",
        fix: "set `MetricsEnabled` or `DetailedMetricsEnabled` to false: the API's own metrics stay, and are free",
        assumes: "",
        offers: &["cw.custom_metrics"],
        linters: &[],
        check: Check::Each(
            &[
                "AWS::ApiGateway::Stage",
                "AWS::ApiGateway::Deployment",
                "AWS::Serverless::Api",
                "AWS::ApiGatewayV2::Stage",
                "AWS::Serverless::HttpApi",
            ],
            |_, stage| {
                const SWITCHES: &[&str] = &[
                    "MethodSettings.MetricsEnabled",
                    "StageDescription.MetricsEnabled",
                    "StageDescription.MethodSettings.MetricsEnabled",
                    "DefaultRouteSettings.DetailedMetricsEnabled",
                ];
                let on = SWITCHES.iter().find_map(|switch| stage.switched_on(switch));
                on.map(|node| Hit::free().at(node)).into_iter().collect()
            },
        ),
    },
    Rule {
        id: "appsync",
        severity: Severity::Paid,
        title: "AppSync is $4.00 for a million queries, from the first.",
        fix: "answer over a Function URL",
        assumes: "the requests of `--requests`, one query each",
        offers: &["appsync"],
        linters: &[],
        check: Check::Each(
            &[
                "AWS::AppSync::GraphQLApi",
                "AWS::AppSync::Api",
                "AWS::Serverless::GraphQLApi",
            ],
            |run, _| by_requests(run, "appsync", "AppSync is $4.00 for a million queries, from the first"),
        ),
    },
    Rule {
        id: "cloudfront",
        severity: Severity::Limit,
        title: "CloudFront has 1 TB and 10,000,000 requests free each month.",
        fix: "nothing to do below that; the free flat-rate plan cannot cost more",
        assumes: "",
        offers: &["cloudfront.transfer", "cloudfront.requests"],
        linters: &[],
        check: Check::Each(&["AWS::CloudFront::Distribution"], |_, _| Hit::free().only()),
    },
    Rule {
        id: "cloudfront-dedicated-address",
        severity: Severity::Paid,
        title: "A certificate on dedicated addresses is billed by the month, far beyond everything else here.",
        fix: "set `SslSupportMethod: sni-only`, which is free",
        assumes: "",
        offers: &[],
        linters: &[],
        check: Check::Each(&["AWS::CloudFront::Distribution"], |_, distribution| {
            let dedicated = distribution.with_text("DistributionConfig.ViewerCertificate.SslSupportMethod", &["vip"]);
            dedicated.map(|node| Hit::costs(None).at(node)).into_iter().collect()
        }),
    },
    Rule {
        id: "lambda-edge",
        severity: Severity::Paid,
        title: "Lambda@Edge has no free tier.",
        fix: "use a CloudFront Function: 2,000,000 invocations a month are free",
        assumes: "the requests of `--requests`, no duration",
        offers: &["lambda.edge.requests", "lambda.edge.duration"],
        linters: &[],
        check: Check::Each(&["AWS::CloudFront::Distribution"], |run, distribution| {
            const BEHAVIORS: &[&str] = &["DefaultCacheBehavior", "CacheBehaviors"];
            let found = BEHAVIORS.iter().find_map(|behavior| {
                distribution.first(&format!(
                    "DistributionConfig.{behavior}.LambdaFunctionAssociations.LambdaFunctionARN"
                ))
            });
            let hit = |node| Hit::costs(units("lambda.edge.requests", run.requests)).at(node);
            found.map(hit).into_iter().collect()
        }),
    },
];

fn by_requests(run: &Run<'_>, offer: &str, reason: &str) -> Vec<Hit> {
    let reason = format!("{reason} (here {})", grouped(run.requests));
    Hit::costs(units(offer, run.requests)).because(reason).only()
}

fn is_websocket(api: &Resource) -> bool {
    api.kind == "AWS::Serverless::WebSocketApi" || api.with_text("ProtocolType", &["WEBSOCKET"]).is_some()
}

/// A cache that is on.
fn cache(stage: &Resource) -> Option<Hit> {
    let on = stage
        .switched_on("CacheClusterEnabled")
        .or_else(|| stage.switched_on("StageDescription.CacheClusterEnabled"))?;
    Some(Hit::costs(all_month("apigw.cache")).at(on))
}
