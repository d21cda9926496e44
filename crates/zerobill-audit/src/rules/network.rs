//! Gateways, addresses, load balancers and names.

use super::{Check, Hit, Rule, all_month, together, units};
use crate::{finding::Severity, node::Node, resource::Resource, run::Run};

const ALL_MONTH: &str = "all month (730 hours), no data";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "nat-gateway",
        severity: Severity::Paid,
        title: "A NAT gateway is billed by the hour, used or not, and for each GB.",
        fix: "take the function out of the VPC, or give it IPv6 and an egress-only internet gateway; gateway endpoints for S3 and DynamoDB are free",
        assumes: ALL_MONTH,
        offers: &["nat.hour", "nat.gb"],
        linters: &["CKV_AWS_117 (function inside a VPC)"],
        check: Check::Each(&["AWS::EC2::NatGateway"], |_, _| {
            let reason = "a NAT gateway is $0.045 an hour, used or not, and $0.045 a GB";
            Hit::costs(all_month("nat.hour")).because(reason).only()
        }),
    },
    Rule {
        id: "public-ipv4",
        severity: Severity::Paid,
        title: "A public IPv4 address is billed by the hour, in use or idle.",
        fix: "a Function URL needs no address of yours; release it, or use IPv6",
        assumes: "all month (730 hours)",
        offers: &["ipv4"],
        linters: &[],
        check: Check::Each(&["AWS::EC2::EIP"], |_, _| Hit::costs(all_month("ipv4")).only()),
    },
    Rule {
        id: "vpc-endpoint",
        severity: Severity::Paid,
        title: "An interface endpoint is billed by the hour in each availability zone.",
        fix: "use gateway endpoints (S3, DynamoDB), which are free, or take the function out of the VPC",
        assumes: "all month (730 hours) in each subnet named, at least one; no data",
        offers: &["vpce.interface", "vpce.interface.gb"],
        linters: &[],
        check: Check::Each(&["AWS::EC2::VPCEndpoint"], vpc_endpoint),
    },
    Rule {
        id: "load-balancer",
        severity: Severity::Paid,
        title: "A load balancer is billed by the hour, and its public addresses with it.",
        fix: "use a Function URL, with CloudFront before it if it needs a name",
        assumes: ALL_MONTH,
        offers: &["elb", "elb.lcu", "ipv4"],
        linters: &[],
        check: Check::Each(
            &[
                "AWS::ElasticLoadBalancing::LoadBalancer",
                "AWS::ElasticLoadBalancingV2::LoadBalancer",
            ],
            |_, _| Hit::costs(all_month("elb")).only(),
        ),
    },
    Rule {
        id: "hosted-zone",
        severity: Severity::Paid,
        title: "A hosted zone is $0.50 a month, and its queries are billed.",
        fix: "keep the name at a registrar with free DNS, or use the function's own URL",
        assumes: "one month, no queries",
        offers: &["route53.zone", "route53.queries"],
        linters: &[],
        check: Check::Each(
            &[
                "AWS::Route53::HostedZone",
                "AWS::ServiceDiscovery::PrivateDnsNamespace",
                "AWS::ServiceDiscovery::PublicDnsNamespace",
            ],
            |_, _| Hit::costs(units("route53.zone", 1)).only(),
        ),
    },
    Rule {
        id: "waf",
        severity: Severity::Paid,
        title: "A web ACL is $5 a month, each rule $1, and requests are billed.",
        fix: "check requests in the function; the free flat-rate plan of CloudFront includes WAF",
        assumes: "one month with the rules named; no requests",
        offers: &["waf.acl", "waf.rule", "waf.requests"],
        linters: &["CKV_AWS_68 (CloudFront has WAF)"],
        check: Check::Each(&["AWS::WAFv2::WebACL"], |_, acl| {
            let rules = acl.properties.get("Rules").map_or(0, |rules| rules.items().len());
            let rules = u64::try_from(rules).unwrap_or(u64::MAX);
            let hit = Hit::costs(together([units("waf.acl", 1), units("waf.rule", rules)]));
            hit.because(format!("a web ACL is $5 a month and each of its {rules} rules $1"))
                .only()
        }),
    },
    Rule {
        id: "waf-rule-group",
        severity: Severity::Paid,
        title: "A rule group of WAF is $1 a month.",
        fix: "write its rules into the web ACL, or do without",
        assumes: "one month",
        offers: &["waf.rule"],
        linters: &[],
        check: Check::Each(&["AWS::WAFv2::RuleGroup"], |_, _| {
            Hit::costs(units("waf.rule", 1)).only()
        }),
    },
    Rule {
        id: "ipam-advanced",
        severity: Severity::Paid,
        title: "The advanced tier of IPAM is billed for each address.",
        fix: "set `Tier: free`",
        assumes: "",
        offers: &[],
        linters: &[],
        check: Check::Each(
            &[
                "AWS::EC2::IPAM",
                "AWS::EC2::IPAMPool",
                "AWS::EC2::IPAMPoolCidr",
                "AWS::EC2::IPAMScope",
                "AWS::EC2::IPAMAllocation",
                "AWS::EC2::IPAMResourceDiscovery",
                "AWS::EC2::IPAMResourceDiscoveryAssociation",
            ],
            |_, ipam| match ipam.kind.as_str() {
                // The tier is advanced unless it is said to be free.
                "AWS::EC2::IPAM" if ipam.with_text("Tier", &["free"]).is_none() => Hit::costs(None).only(),
                _ => Vec::new(),
            },
        ),
    },
    Rule {
        id: "health-check",
        severity: Severity::Limit,
        title: "50 health checks of endpoints in AWS are free, without options; others are $0.50 to $2 a month.",
        fix: "let an alarm watch the function instead",
        assumes: "",
        offers: &[],
        linters: &[],
        check: Check::Each(&["AWS::Route53::HealthCheck"], health_check),
    },
];

/// The options are billed for each health check, also for those that are free.
fn health_check(_: &Run<'_>, check: &Resource) -> Vec<Hit> {
    const ENCRYPTED: &[&str] = &["HTTPS", "HTTPS_STR_MATCH"];
    const MATCHING: &[&str] = &["HTTP_STR_MATCH", "HTTPS_STR_MATCH"];
    let setting = |name: &str| check.first(&format!("HealthCheckConfig.{name}"));
    let kind = |kinds| check.with_text("HealthCheckConfig.Type", kinds);
    let fast = setting("RequestInterval").filter(|seconds| seconds.as_number() == Some(10.0));
    let measured = setting("MeasureLatency").filter(|on| on.as_bool() == Some(true));
    let options: Vec<_> = [
        ("HTTPS", kind(ENCRYPTED)),
        ("the search for a text", kind(MATCHING)),
        ("the interval of 10 seconds", fast),
        ("the measuring of latency", measured),
    ]
    .into_iter()
    .filter_map(|(name, node)| Some((name, node?)))
    .collect();
    let Some((_, first)) = options.first() else {
        return Hit::free().only();
    };
    let names: Vec<_> = options.iter().map(|(name, _)| *name).collect();
    let reason = format!(
        "options are billed also where the health check is free: {}",
        names.join(", ")
    );
    Hit::costs(None)
        .severity(Severity::Paid)
        .because(reason)
        .at(first)
        .only()
}

fn vpc_endpoint(_: &Run<'_>, endpoint: &Resource) -> Vec<Hit> {
    let kinds = endpoint.values("VpcEndpointType");
    let gateway = |node: &&Node| node.as_text().is_some_and(|kind| kind.eq_ignore_ascii_case("Gateway"));
    // Without a type it is a gateway endpoint.
    if kinds.iter().all(gateway) {
        return Vec::new();
    }
    if kinds.iter().all(|kind| kind.as_text().is_none()) {
        return Hit::unknown("`VpcEndpointType` is not known").only();
    }
    let zones = endpoint
        .properties
        .get("SubnetIds")
        .map_or(1, |subnets| subnets.items().len().max(1));
    let zones = u64::try_from(zones).unwrap_or(1);
    let monthly = all_month("vpce.interface").map(|one| one.times(zones));
    let reason = format!("an interface endpoint is $0.01 an hour in each zone ({zones} here), and $0.01 a GB");
    Hit::costs(monthly).because(reason).only()
}
