//! APIs, delivery, addresses and gateways.

use super::sources::{
    API_GATEWAY_PAGE, APP_SYNC_LIST, CLOUDFRONT_LIST, CLOUDFRONT_PAGE, EC2_LIST, ELB_LIST, FREE_SECONDARY,
    FREE_TIER_PAGE, TOOLKIT,
};
use crate::offer::{Offer, Source};

const ROUTE53: Source = Source::collected("https://aws.amazon.com/route53/pricing/");
const WAF: Source = Source::collected("https://aws.amazon.com/waf/pricing/");

pub(super) const OFFERS: &[Offer] = &[
    Offer::ended("apigw.http", "HTTP API calls", "request of 512 KB")
        .up_to(300_000_000, 1_000_000, "1")
        .usd_per(1_000_000, "0.90")
        .note("a Function URL costs nothing")
        .seen("2026-09", API_GATEWAY_PAGE),
    Offer::ended("apigw.rest", "REST API calls", "request")
        .up_to(333_000_000, 1_000_000, "3.50")
        .up_to(1_000_000_000, 1_000_000, "2.80")
        .up_to(20_000_000_000, 1_000_000, "2.38")
        .usd_per(1_000_000, "1.51")
        .note("a Function URL costs nothing")
        .seen("2026-09", API_GATEWAY_PAGE),
    Offer::ended("apigw.ws_messages", "WebSocket messages", "message of 32 KB")
        .up_to(1_000_000_000, 1_000_000, "1")
        .usd_per(1_000_000, "0.80")
        .seen("2026-09", API_GATEWAY_PAGE),
    Offer::ended("apigw.ws_minutes", "WebSocket connections", "minute")
        .usd_per(1_000_000, "0.25")
        .seen("2026-09", API_GATEWAY_PAGE),
    Offer::paid("apigw.cache", "cache of a REST API, 0.5 GB", "hour")
        .usd("0.02")
        .note("also while idle: $14.60 a month")
        .seen("2026-08", API_GATEWAY_PAGE),
    Offer::ended("appsync", "AppSync queries", "request")
        .usd_per(1_000_000, "4")
        .seen("2026-09", APP_SYNC_LIST),
    Offer::monthly("cloudfront.transfer", "data out of CloudFront", "GB", 1_024)
        .usd("0.085")
        .note("not on a flat-rate plan; cheaper beyond 10 TB")
        .seen("2026-10", CLOUDFRONT_LIST),
    Offer::monthly("cloudfront.requests", "CloudFront requests", "request", 10_000_000)
        .usd_per(10_000, "0.01")
        .seen("undated", CLOUDFRONT_PAGE),
    Offer::monthly("cloudfront.functions", "CloudFront Functions", "invocation", 2_000_000)
        .usd_per(1_000_000, "0.10")
        .seen("undated", CLOUDFRONT_PAGE),
    Offer::monthly("cloudfront.kvs_reads", "reads of a CloudFront KeyValueStore", "read", 2_000_000)
        .note("the price beyond was not found")
        .seen("undated", CLOUDFRONT_PAGE),
    Offer::monthly("cloudfront.invalidations", "CloudFront invalidations", "path", 1_000)
        .usd("0.005")
        .seen("undated", CLOUDFRONT_PAGE),
    Offer::monthly("cloudfront.flat_free", "flat-rate plan Free of CloudFront", "plan", 3)
        .note("a million requests and 100 GB, throttled rather than billed beyond; the number of plans is from secondary sources")
        .seen("2026-09", CLOUDFRONT_PAGE),
    Offer::monthly("dto.internet", "data out to the internet", "GB", 100)
        .usd("0.09")
        .note("all services but CloudFront together; cheaper beyond 10 TB")
        .seen("2026-09", EC2_LIST),
    Offer::paid("nat.hour", "NAT gateways", "hour")
        .usd("0.045")
        .note("$32.85 a month before the first byte")
        .seen("2026-09", EC2_LIST),
    Offer::paid("nat.gb", "data through a NAT gateway", "GB").usd("0.045").seen("2026-09", EC2_LIST),
    Offer::paid("vpce.interface", "interface endpoints", "hour in one zone")
        .usd("0.01")
        .note("$7.30 a month in each zone")
        .seen("2026-08", TOOLKIT),
    Offer::paid("vpce.interface.gb", "data through an interface endpoint", "GB")
        .usd("0.01")
        .seen("2026-08", TOOLKIT),
    Offer::always("vpce.gateway", "gateway endpoints for S3 and DynamoDB", "endpoint").seen("2026-08", TOOLKIT),
    Offer::ended("ipv4", "public IPv4 addresses", "hour")
        .usd("0.005")
        .note("used or idle: $3.65 a month; a function needs none")
        .seen("2026", FREE_TIER_PAGE),
    Offer::ended("elb", "Application and Network Load Balancers", "hour")
        .usd("0.0225")
        .note("capacity units come on top")
        .seen("2026-09", ELB_LIST),
    Offer::ended("elb.lcu", "capacity of a load balancer", "unit-hour")
        .usd("0.008")
        .seen("2026-09", ELB_LIST),
    Offer::paid("route53.zone", "hosted zones", "zone, all month").usd("0.50").seen("2026", ROUTE53),
    Offer::paid("route53.queries", "DNS queries", "query")
        .usd_per(1_000_000, "0.40")
        .seen("2026", ROUTE53),
    Offer::paid("waf.acl", "web ACLs", "ACL, all month").usd("5").seen("2026", ROUTE53),
    Offer::paid("waf.rule", "rules of a web ACL", "rule, all month").usd("1").seen("2026", WAF),
    Offer::paid("waf.requests", "requests that WAF looks at", "request")
        .usd_per(1_000_000, "0.60")
        .seen("2026", WAF),
    Offer::ended("ec2.micro", "EC2 t3.micro", "hour").usd("0.0104").seen("2026-03", FREE_SECONDARY),
];
