//! Lists of dependencies: `Cargo.lock`, `package-lock.json`, `requirements.txt`.

use std::sync::Arc;

use crate::{
    node::{Node, Value},
    resource::{Contents, Resource},
    rules::{METRICS_CLIENT, PAID_CLIENT},
    syntax::{self, Fault},
};

/// What a package is for, by the words its name holds; the names are those of the SDKs, their wrappers and exporters.
const PAID: &[(&str, &[&str])] = &[
    (
        "Secrets Manager: $0.40 a month for each secret, $0.05 for 10,000 reads",
        &[
            "aws-sdk-secretsmanager",
            "aws-secretsmanager-agent",
            "@aws-sdk/client-secrets-manager",
            "aws-secretsmanager-caching",
            "aws-secretsmanager-cache",
            "mypy-boto3-secretsmanager",
        ],
    ),
    (
        "AppConfig: each request and each configuration received is billed",
        &[
            "aws-sdk-appconfig",
            "aws-sdk-appconfigdata",
            "@aws-sdk/client-appconfig",
            "@aws-sdk/client-appconfigdata",
        ],
    ),
    (
        "Kinesis: a stream is billed by the hour",
        &["aws-sdk-kinesis", "@aws-sdk/client-kinesis", "aws-kinesis-agg"],
    ),
    (
        "Firehose: $0.029 for each GB",
        &["aws-sdk-firehose", "@aws-sdk/client-firehose"],
    ),
    (
        "RDS: a database is billed by the hour",
        &[
            "aws-sdk-rds",
            "aws-sdk-rdsdata",
            "@aws-sdk/client-rds",
            "@aws-sdk/client-rds-data",
        ],
    ),
    (
        "Redshift: billed by the hour",
        &[
            "aws-sdk-redshiftdata",
            "@aws-sdk/client-redshift-data",
            "redshift-connector",
        ],
    ),
    (
        "a model that is billed by the token",
        &[
            "aws-sdk-bedrock",
            "aws-sdk-bedrockruntime",
            "@aws-sdk/client-bedrock-runtime",
            "@aws-sdk/client-bedrock",
            "langchain-aws",
        ],
    ),
    (
        "EventBridge Pipes: $0.40 for a million requests",
        &["aws-sdk-pipes", "@aws-sdk/client-pipes"],
    ),
    (
        "OpenSearch: billed by the hour",
        &["aws-sdk-opensearch", "@aws-sdk/client-opensearch"],
    ),
];

const METRICS: &[(&str, &[&str])] = &[
    (
        "can poll GetMetricData, which is never free, and send custom metrics",
        &[
            "aws-sdk-cloudwatch",
            "@aws-sdk/client-cloudwatch",
            "mypy-boto3-cloudwatch",
        ],
    ),
    (
        "sends each metric to CloudWatch, where 10 are free",
        &[
            "metrics-cloudwatch",
            "metrics-exporter-cloudwatch",
            "cloudwatch-metrics",
            "winston-cloudwatch-metrics",
            "micrometer-registry-cloudwatch2",
        ],
    ),
    (
        "polls GetMetricData for each metric it exports",
        &[
            "prometheus-cloudwatch-exporter",
            "cloudwatch-exporter",
            "yet-another-cloudwatch-exporter",
            "aws-cloudwatch-exporter",
        ],
    ),
];

/// The findings of a list of dependencies; `None` for a file that is none.
pub(super) fn read(name: &str, text: &str, path: &Arc<str>) -> Option<Result<Contents, Fault>> {
    match name {
        "Cargo.lock" => Some(cargo(text).map(|packages| contents(packages, path))),
        "package-lock.json" | "npm-shrinkwrap.json" => Some(npm(text).map(|packages| contents(packages, path))),
        _ if is_requirements(name) => Some(Ok(contents(requirements(text), path))),
        _ => None,
    }
}

fn is_requirements(name: &str) -> bool {
    name.starts_with("requirements") && name.rsplit_once('.').is_some_and(|(_, extension)| extension == "txt")
}

type Package = (String, usize);

fn cargo(text: &str) -> Result<Vec<Package>, Fault> {
    if let Err(error) = text.parse::<toml::Table>() {
        let lines = syntax::Lines::of(text);
        let line = error.span().map_or(0, |span| lines.at(span.start));
        return Err(Fault::new(line, format!("not TOML: {}", error.message())));
    }
    let names = text.lines().enumerate().filter_map(|(place, line)| {
        let name = line.strip_prefix("name = \"")?.strip_suffix('"')?;
        Some((name.to_owned(), place + 1))
    });
    Ok(names.collect())
}

fn npm(text: &str) -> Result<Vec<Package>, Fault> {
    let document = syntax::parse(text, true)?;
    let mut packages = Vec::new();
    for root in &document.roots {
        // Version 1 has `dependencies`, later ones have `packages` by folder.
        for entry in root
            .get("packages")
            .or_else(|| root.get("dependencies"))
            .map(Node::entries)
            .unwrap_or_default()
        {
            let name = entry.key.rsplit("node_modules/").next().unwrap_or(&entry.key);
            packages.push((name.to_owned(), entry.line));
        }
    }
    Ok(packages)
}

fn requirements(text: &str) -> Vec<Package> {
    let names = text.lines().enumerate().filter_map(|(place, line)| {
        let line = line.trim();
        let end = line.find(|letter: char| !(letter.is_alphanumeric() || "-_.".contains(letter)));
        let name = &line[..end.unwrap_or(line.len())];
        let normal = name.to_lowercase().replace(['_', '.'], "-");
        (!normal.is_empty() && !line.starts_with(['#', '-'])).then_some((normal, place + 1))
    });
    names.collect()
}

fn contents(packages: Vec<Package>, path: &Arc<str>) -> Contents {
    let mut contents = Contents::default();
    for (name, line) in packages {
        let known = |rows: &[(&'static str, &[&str])]| {
            rows.iter()
                .find(|(_, names)| names.contains(&name.as_str()))
                .map(|(why, _)| *why)
        };
        let found = known(PAID)
            .map(|why| (PAID_CLIENT, why))
            .or_else(|| known(METRICS).map(|why| (METRICS_CLIENT, why)));
        let Some((kind, why)) = found else { continue };
        // A lock file may hold a package in several versions.
        if contents.resources.iter().any(|resource| resource.id == name) {
            continue;
        }
        contents.blocks.push(line);
        contents.resources.push(Resource {
            id: name,
            kind: kind.to_owned(),
            written_kind: "dependency".to_owned(),
            file: path.clone(),
            scope: path.clone(),
            line,
            properties: Node::single(line, "Why", Node::new(line, Value::Text(why.to_owned()))),
            count: 1,
            off_by: None,
        });
    }
    contents
}
