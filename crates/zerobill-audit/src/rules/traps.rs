//! Functions that are free as they stand, and dear after one mistake.

use zerobill_free_tier::{GB_SECONDS_PER_MONTH, free_invocations};

use super::{
    Check, Hit, Rule, beyond_free,
    functions::{memory_mb, timeout_s},
    grouped, units,
};
use crate::{
    finding::Severity,
    node::Node,
    resource::Resource,
    run::{FUNCTIONS, Run},
};

/// What but functions can record traces.
const TRACED: &[&str] = &[
    "AWS::ApiGateway::Stage",
    "AWS::Serverless::Api",
    "AWS::StepFunctions::StateMachine",
    "AWS::Serverless::StateMachine",
    "AWS::AppSync::GraphQLApi",
];

/// With fewer invocations than this that last to the timeout, one bad day ends the free tier.
const FEW_INVOCATIONS: u64 = 1_000;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "timeout-memory",
        severity: Severity::Trap,
        title: "A few invocations that hang until the timeout use up the free GB-seconds.",
        fix: "set the timeout a little above the longest honest run, and the memory to what it needs",
        assumes: "",
        offers: &["lambda.gb_seconds.arm64", "lambda.gb_seconds.x86_64"],
        linters: &[],
        check: Check::Each(FUNCTIONS, timeout_memory),
    },
    Rule {
        id: "public-url",
        severity: Severity::Trap,
        title: "Anyone can call a Function URL without authentication, as often as they like.",
        fix: "set `AuthType: AWS_IAM`, or `ReservedConcurrentExecutions` if your account has room for it",
        assumes: "",
        offers: &["lambda.requests", "lambda.function_url"],
        linters: &[],
        check: Check::Each(&["AWS::Lambda::Url"], public_url),
    },
    Rule {
        id: "reserved-concurrency",
        severity: Severity::Info,
        title: "Reserved concurrency caps the bill, but your account may refuse it.",
        fix: "make it a parameter that is off by default: a new account has 10 or 50 environments, must leave some unreserved, and rolls the stack back",
        assumes: "",
        offers: &[],
        linters: &["CKV_AWS_115 (function has a concurrency limit)"],
        check: Check::Each(FUNCTIONS, |_, function| {
            let set = function
                .first("ReservedConcurrentExecutions")
                .filter(|node| node.as_number() > Some(0.0));
            let hit = |node: &Node| {
                let reserved = node.as_number().unwrap_or_default();
                Hit::free()
                    .because(format!(
                        "reserved concurrency of {reserved}: your account may refuse this"
                    ))
                    .at(node)
            };
            set.map(hit).into_iter().collect()
        }),
    },
    Rule {
        id: "debug-log-level",
        severity: Severity::Trap,
        title: "At a debug level a function logs many times as much; 5 GB a month are free, $0.50 a GB after that.",
        fix: "set INFO or WARN; sample debug lines, or hold them back until an error",
        assumes: "",
        offers: &["logs.ingest_lambda_standard", "logs.storage"],
        linters: &[],
        check: Check::Each(FUNCTIONS, |_, function| {
            debug_level(function)
                .map(|node| Hit::free().at(node))
                .into_iter()
                .collect()
        }),
    },
    Rule {
        id: "xray-tracing",
        severity: Severity::Trap,
        title: "X-Ray has 100,000 traces free; at little traffic its default sampling records every invocation.",
        fix: "set `Tracing: PassThrough`, or a sampling rule of a small fixed rate",
        assumes: "the requests of `--requests`, each recorded; all functions share the free traces",
        offers: &["xray.recorded"],
        linters: &["CKV_AWS_50 (X-Ray tracing is on for the function)"],
        check: Check::All(FUNCTIONS, xray),
    },
    Rule {
        id: "xray-api",
        severity: Severity::Trap,
        title: "X-Ray on an API or a workflow records traces of its own; 100,000 are free in the account.",
        fix: "turn it off: `TracingEnabled`, `TracingConfiguration` or `XrayEnabled`",
        assumes: "",
        offers: &["xray.recorded"],
        linters: &["CKV_AWS_73 (X-Ray tracing is on for the API)"],
        check: Check::Each(TRACED, |_, traced| {
            const SWITCHES: &[&str] = &[
                "TracingEnabled",
                "TracingConfiguration.Enabled",
                "Tracing.Enabled",
                "XrayEnabled",
            ];
            let on = SWITCHES.iter().find_map(|switch| traced.switched_on(switch));
            on.map(|node| Hit::free().at(node)).into_iter().collect()
        }),
    },
];

fn timeout_memory(_: &Run<'_>, function: &Resource) -> Vec<Hit> {
    let (memory, timeout) = (memory_mb(function), timeout_s(function));
    let free = free_invocations(memory, timeout.saturating_mul(1_000));
    if free >= FEW_INVOCATIONS {
        return Vec::new();
    }
    let reason = format!(
        "{} invocations that hang until the timeout ({memory} MB for {timeout} s) use up the {} GB-seconds of a month",
        grouped(free),
        grouped(GB_SECONDS_PER_MONTH)
    );
    let hit = Hit::free().because(reason);
    match function.first("Timeout").or_else(|| function.first("MemorySize")) {
        Some(node) => hit.at(node).only(),
        None => hit.only(),
    }
}

fn public_url(run: &Run<'_>, url: &Resource) -> Vec<Hit> {
    let Some(open) = url.with_text("AuthType", &["NONE"]) else {
        return Vec::new();
    };
    let functions = url
        .properties
        .get("TargetFunctionArn")
        .map(|target| run.named_by(target, url, FUNCTIONS))
        .unwrap_or_default();
    // Terraform writes -1 for no limit.
    let limited = |function: &&Resource| {
        function
            .largest("ReservedConcurrentExecutions")
            .is_some_and(|limit| limit >= 0.0)
    };
    if functions.iter().any(limited) {
        return Vec::new();
    }
    let reason = "anyone can call the URL, and nothing limits how many invocations run at once";
    Hit::free().because(reason).at(open).only()
}

fn debug_level(function: &Resource) -> Option<&Node> {
    const LEVELS: &[&str] = &["DEBUG", "TRACE"];
    const SETTINGS: &[&str] = &["LoggingConfig.ApplicationLogLevel", "LoggingConfig.SystemLogLevel"];
    let variables = function.values("Environment.Variables");
    let entries = variables.iter().flat_map(|variables| variables.entries());
    let from_environment = entries.filter(|entry| {
        let level = entry.key.ends_with("LOG_LEVEL") || entry.key == "LOGLEVEL" || entry.key == "RUST_LOG";
        let whole_event = entry.key == "POWERTOOLS_LOGGER_LOG_EVENT";
        let mut values = entry.value.possibilities().into_iter().filter_map(Node::to_text);
        values.any(|value| {
            let debug = LEVELS.iter().any(|word| value.to_uppercase().contains(word));
            (level && debug) || (whole_event && ["true", "1"].contains(&value.to_lowercase().as_str()))
        })
    });
    let from_environment = from_environment.map(|entry| &entry.value);
    let from_settings = SETTINGS
        .iter()
        .filter_map(|setting| function.with_text(setting, LEVELS));
    from_environment.chain(from_settings).next()
}

fn xray<'r>(run: &Run<'r>) -> Vec<(&'r Resource, Hit)> {
    let active = |function: &'r Resource| {
        let traced = function.with_text("TracingConfig.Mode", &["Active"]);
        Some(function).zip(traced.or_else(|| function.with_text("Tracing", &["Active"])))
    };
    let traced = run.of(FUNCTIONS).into_iter().filter_map(active);
    let hits = traced.enumerate().map(|(place, (function, node))| {
        // The first one uses up what is free.
        let monthly = if place == 0 {
            beyond_free("xray.recorded", run.requests)
        } else {
            units("xray.recorded", run.requests)
        };
        (function, Hit::costs(monthly).at(node))
    });
    hits.collect()
}
