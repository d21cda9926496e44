//! One log line: which keys it has, in which order, and how it looks to people.

use std::time::SystemTime;

use super::{fields::FieldWriter, json::write_text, level::Level};
use crate::{clock::Clock, invocation::Invocation};

/// Whether a name is one of the keys that a caller cannot set, here in the order in which a line has them.
pub(crate) fn is_standard(name: &[u8]) -> bool {
    matches!(
        name,
        b"level"
            | b"message"
            | b"timestamp"
            | b"service"
            | b"cold_start"
            | b"function_arn"
            | b"function_memory_size"
            | b"function_name"
            | b"function_request_id"
            | b"sampling_rate"
            | b"xray_trace_id"
            | b"tenant_id"
            | b"correlation_id"
    )
}

/// What a line is made of.
pub(crate) struct Line<'a> {
    pub(crate) level: Level,
    pub(crate) message: &'a str,
    /// The part between `timestamp` and `correlation_id`, written by [`head`].
    pub(crate) head: &'a [u8],
    pub(crate) correlation_id: Option<&'a str>,
    /// The caller's keys, the strongest first.
    pub(crate) keys: [&'a FieldWriter; 3],
}

impl Line<'_> {
    /// Writes the line, with its line feed, to `out`.
    pub(crate) fn write(&self, out: &mut Vec<u8>, clock: &Clock) {
        out.extend_from_slice(b"{\"level\":\"");
        out.extend_from_slice(self.level.as_str().as_bytes());
        out.extend_from_slice(b"\",\"message\":");
        write_text(out, self.message);
        out.extend_from_slice(b",\"timestamp\":\"");
        write_timestamp(out, clock.now());
        out.push(b'"');
        out.extend_from_slice(self.head);
        if let Some(id) = self.correlation_id {
            put(out, "correlation_id", id);
        }
        let [fields, own, persistent] = self.keys;
        let has = |writer: &FieldWriter, name: &[u8]| writer.names().any(|other| other == name);
        persistent.write_to(out, |name| is_standard(name) || has(own, name) || has(fields, name));
        own.write_to(out, |name| is_standard(name) || has(fields, name));
        fields.write_to(out, is_standard);
        out.extend_from_slice(b"}\n");
    }
}

/// The keys that stay the same for a whole invocation.
pub(crate) fn head(service: &str, sampling_rate: f64, invocation: Option<&Invocation>) -> Vec<u8> {
    let mut out = Vec::with_capacity(320);
    put(&mut out, "service", service);
    let Some(invocation) = invocation else { return out };
    let context = invocation.context();
    out.extend_from_slice(if invocation.cold_start() {
        b",\"cold_start\":true"
    } else {
        b",\"cold_start\":false"
    });
    put(&mut out, "function_arn", &context.invoked_function_arn);
    if context.env_config.memory > 0 {
        out.extend_from_slice(format!(",\"function_memory_size\":{}", context.env_config.memory).as_bytes());
    }
    put(&mut out, "function_name", &context.env_config.function_name);
    put(&mut out, "function_request_id", &context.request_id);
    if sampling_rate > 0.0 {
        out.extend_from_slice(format!(",\"sampling_rate\":{sampling_rate:?}").as_bytes());
    }
    put(&mut out, "xray_trace_id", invocation.trace_id().unwrap_or_default());
    put(&mut out, "tenant_id", context.tenant_id.as_deref().unwrap_or_default());
    out
}

/// `,"name":"text"`, or nothing where there is no text.
fn put(out: &mut Vec<u8>, name: &str, text: &str) {
    if !text.is_empty() {
        out.push(b',');
        write_text(out, name);
        out.push(b':');
        write_text(out, text);
    }
}

/// `2026-01-02T03:04:05.678Z`.
fn write_timestamp(out: &mut Vec<u8>, time: SystemTime) {
    use std::io::Write as _;
    if let Ok(timestamp) = jiff::Timestamp::try_from(time) {
        // Writing to memory cannot fail.
        _ = write!(out, "{timestamp:.3}");
    }
}

/// The line as people read it: its members on lines of their own.
pub(crate) fn pretty(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len() * 2);
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for &byte in line {
        let opens = !in_text && matches!(byte, b'{' | b'[');
        let closes = !in_text && matches!(byte, b'}' | b']');
        if closes {
            depth = depth.saturating_sub(1);
            if !matches!(out.last(), Some(b'{' | b'[')) {
                new_line(&mut out, depth);
            }
        } else if matches!(out.last(), Some(b'{' | b'[')) && !in_text {
            new_line(&mut out, depth);
        }
        out.push(byte);
        match byte {
            b',' if !in_text => new_line(&mut out, depth),
            b':' if !in_text => out.push(b' '),
            b'"' if !escaped => in_text = !in_text,
            _ => {}
        }
        depth += usize::from(opens);
        escaped = in_text && byte == b'\\' && !escaped;
    }
    out
}

fn new_line(out: &mut Vec<u8>, depth: usize) {
    out.push(b'\n');
    out.resize(out.len() + 2 * depth, b' ');
}
