//! Embedded-metric-format documents: which values go into which, and how each is written, member by member.

use std::io::Write as _;

use super::{
    buffer::{Buffer, Group, Recorded},
    metric::SERVICE,
};
use crate::interfaces::logging::{FieldWriter, write_text};

/// The most metrics in a document, and the most values of one metric in it.
const MAX_METRICS: usize = 100;
const MAX_VALUES: usize = 100;

/// What every document of a flush shares.
pub(super) struct Head<'a> {
    pub(super) namespace: &'a str,
    pub(super) service: &'a str,
    pub(super) timestamp_ms: u64,
}

/// Hands each document of `buffer`, with its line feed, to `write`; says how many there were.
pub(super) fn write_all(buffer: &Buffer, head: &Head<'_>, mut write: impl FnMut(&[u8])) -> u64 {
    let (mut line, mut documents) = (Vec::with_capacity(512), 0);
    for group in &buffer.groups {
        // The first hundred values of every metric, then the next hundred of those that have more.
        let rounds = group
            .metrics
            .iter()
            .map(|metric| metric.values.len().div_ceil(MAX_VALUES))
            .max()
            .unwrap_or_default();
        for round in 0..rounds {
            let parts: Vec<(&Recorded, &[f64])> = group
                .metrics
                .iter()
                .filter_map(|metric| Some((metric, metric.values.chunks(MAX_VALUES).nth(round)?)))
                .collect();
            for part in parts.chunks(MAX_METRICS) {
                line.clear();
                write_one(&mut line, head, group, &buffer.metadata, part);
                write(&line);
                documents += 1;
            }
        }
    }
    documents
}

fn write_one(
    out: &mut Vec<u8>,
    head: &Head<'_>,
    group: &Group,
    metadata: &FieldWriter,
    metrics: &[(&Recorded, &[f64])],
) {
    // Writing to memory cannot fail.
    _ = write!(
        out,
        "{{\"_aws\":{{\"Timestamp\":{},\"CloudWatchMetrics\":[{{\"Namespace\":",
        head.timestamp_ms
    );
    write_text(out, head.namespace);
    out.extend_from_slice(b",\"Dimensions\":[");
    for (index, set) in group.sets.iter().enumerate() {
        out.extend_from_slice(if index == 0 { b"[" } else { b",[" });
        write_text(out, SERVICE);
        for (name, _) in set {
            out.push(b',');
            write_text(out, name);
        }
        out.push(b']');
    }
    out.extend_from_slice(b"],\"Metrics\":[");
    for (index, (metric, _)) in metrics.iter().enumerate() {
        out.extend_from_slice(if index == 0 { b"{\"Name\":" } else { b",{\"Name\":" });
        write_text(out, &metric.name);
        out.extend_from_slice(b",\"Unit\":");
        write_text(out, metric.unit.as_str());
        if metric.high_resolution {
            out.extend_from_slice(b",\"StorageResolution\":1");
        }
        out.push(b'}');
    }
    out.extend_from_slice(b"]}]}");
    member(out, SERVICE);
    write_text(out, head.service);
    let mut dimensions: Vec<&(String, String)> = group.sets.iter().flatten().collect();
    dimensions.sort();
    dimensions.dedup();
    for (name, value) in dimensions {
        member(out, name);
        write_text(out, value);
    }
    metadata.write_to(out, |_| false);
    for (metric, values) in metrics {
        member(out, &metric.name);
        if let [value] = values {
            number(out, *value);
            continue;
        }
        for (index, value) in values.iter().enumerate() {
            out.push(if index == 0 { b'[' } else { b',' });
            number(out, *value);
        }
        out.push(b']');
    }
    out.extend_from_slice(b"}\n");
}

fn member(out: &mut Vec<u8>, name: &str) {
    out.push(b',');
    write_text(out, name);
    out.push(b':');
}

/// A finite number; whole ones without a fraction.
fn number(out: &mut Vec<u8>, value: f64) {
    // Up to 2^53 whole numbers are exact; larger ones are written with their exponent.
    let whole = value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0;
    _ = if whole {
        write!(out, "{value:.0}")
    } else {
        write!(out, "{value:?}")
    };
}
