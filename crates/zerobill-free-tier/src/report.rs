//! The `REPORT` line that Lambda writes after each invocation.

use std::fmt;

use crate::billing::{MbMs, billed_ms};

/// What Lambda reported of one invocation. It prints as the line in Lambda's text format, without a line end.
///
/// ```
/// use zerobill_free_tier::Report;
/// let line = "REPORT RequestId: 5d1f0a52\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 41 MB\t";
/// let report: Report = line.parse()?;
/// assert_eq!((report.duration_us, report.billed_ms, report.init_us), (12_340, 13, None));
/// assert_eq!(report.to_string(), line);
/// # Ok::<(), zerobill_free_tier::ReportError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The invocation.
    pub request_id: String,
    /// Its duration in microseconds; Lambda prints hundredths of a millisecond.
    pub duration_us: u64,
    /// What it is billed, in milliseconds. The printed figure holds, whatever the others add up to.
    pub billed_ms: u64,
    /// The function's memory in MB.
    pub memory_mb: u64,
    /// The most memory that was used, in MB.
    pub max_memory_mb: u64,
    /// The duration of INIT in microseconds, if there was one.
    pub init_us: Option<u64>,
    /// The duration of a `SnapStart` restore in microseconds, if there was one.
    pub restore_us: Option<u64>,
    /// What of the restore is billed, in milliseconds.
    pub billed_restore_ms: Option<u64>,
    /// How it ended.
    pub status: Status,
    /// The error's type, where the line names one.
    pub error_type: Option<String>,
}

/// How an invocation ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// Well, or with an error that the function itself reported.
    #[default]
    Success,
    /// The execution environment failed.
    Error,
    /// It was ended at its limit.
    Timeout,
}

impl Report {
    /// The report of an invocation, its billed duration by Lambda's arithmetic.
    pub fn new(request_id: impl Into<String>, duration_us: u64, init_us: Option<u64>, memory_mb: u64) -> Self {
        Self {
            request_id: request_id.into(),
            duration_us,
            billed_ms: billed_ms(duration_us, init_us.unwrap_or_default()),
            memory_mb,
            max_memory_mb: 0,
            init_us,
            restore_us: None,
            billed_restore_ms: None,
            status: Status::Success,
            error_type: None,
        }
    }

    /// The same ended at its limit: Lambda reports and bills the limit itself, and INIT.
    #[must_use]
    pub fn capped(mut self, limit: std::time::Duration) -> Self {
        self.duration_us = u64::try_from(limit.as_micros()).unwrap_or(u64::MAX);
        self.billed_ms = billed_ms(self.duration_us, self.init_us.unwrap_or_default());
        self
    }

    /// What the durations add up to, by Lambda's arithmetic since August 2025. Where it differs from the printed figure, as in
    /// older reports whose INIT was not billed, the printed figure holds.
    pub fn computed_billed_ms(&self) -> u64 {
        let restore_us = self.billed_restore_ms.unwrap_or_default().saturating_mul(1_000);
        billed_ms(
            self.duration_us,
            self.init_us.unwrap_or_default().saturating_add(restore_us),
        )
    }

    /// Memory times billed time.
    pub fn mb_ms(&self) -> MbMs {
        MbMs::of(1, self.memory_mb, self.billed_ms)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |us: u64| format!("{}.{:02}", us / 1_000, us % 1_000 / 10);
        write!(
            f,
            "REPORT RequestId: {}\tDuration: {} ms\t",
            self.request_id,
            ms(self.duration_us)
        )?;
        write!(
            f,
            "Billed Duration: {} ms\tMemory Size: {} MB\t",
            self.billed_ms, self.memory_mb
        )?;
        write!(f, "Max Memory Used: {} MB\t", self.max_memory_mb)?;
        if let Some(init) = self.init_us {
            write!(f, "Init Duration: {} ms\t", ms(init))?;
        }
        if let Some(restore) = self.restore_us {
            write!(f, "Restore Duration: {} ms\t", ms(restore))?;
        }
        if let Some(billed) = self.billed_restore_ms {
            write!(f, "Billed Restore Duration: {billed} ms\t")?;
        }
        // The last label has no tab after it.
        match self.status {
            Status::Success => {}
            Status::Error => f.write_str("Status: error")?,
            Status::Timeout => f.write_str("Status: timeout")?,
        }
        match (&self.error_type, self.status) {
            (None, _) => Ok(()),
            (Some(name), Status::Success) => write!(f, "Error Type: {name}"),
            (Some(name), _) => write!(f, "\tError Type: {name}"),
        }
    }
}

/// Why a line is no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The line does not hold `REPORT RequestId:`.
    #[error("not a `REPORT` line")]
    NotAReport,
    /// A figure is not there.
    #[error("the `REPORT` line has no `{0}`")]
    Missing(&'static str),
    /// A figure is no number, or a negative one.
    #[error("`{name}` of the `REPORT` line is `{value}`, which is not a number of {unit}")]
    Invalid {
        /// The figure.
        name: &'static str,
        /// What stands there.
        value: String,
        /// Its unit.
        unit: &'static str,
    },
}

impl std::str::FromStr for Report {
    type Err = ReportError;

    /// Reads the text format: separated by tabs as Lambda writes it, or by spaces as consoles and SDKs show it, with
    /// anything before it and X-Ray's fields after it.
    fn from_str(line: &str) -> Result<Self, ReportError> {
        let start = line.find("REPORT RequestId:").ok_or(ReportError::NotAReport)?;
        // `INIT_REPORT` has no request id; a word before it would make it another kind of line.
        if line[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            return Err(ReportError::NotAReport);
        }
        let words: Vec<&str> = line[start..].split_whitespace().collect();
        let words = &words[..words.iter().position(|word| *word == "XRAY").unwrap_or(words.len())];
        let request_id = words
            .get(2)
            .filter(|word| !word.ends_with(':'))
            .ok_or(ReportError::Missing("RequestId"))?;
        let word = |name: &'static str| find(words, name);
        Ok(Self {
            request_id: (*request_id).to_owned(),
            duration_us: required(word("Duration:"), "Duration", microseconds)?,
            billed_ms: required(word("Billed Duration:"), "Billed Duration", whole_ms)?,
            memory_mb: required(word("Memory Size:"), "Memory Size", megabytes)?,
            max_memory_mb: required(word("Max Memory Used:"), "Max Memory Used", megabytes)?,
            init_us: optional(word("Init Duration:"), "Init Duration", microseconds)?,
            restore_us: optional(word("Restore Duration:"), "Restore Duration", microseconds)?,
            billed_restore_ms: optional(word("Billed Restore Duration:"), "Billed Restore Duration", whole_ms)?,
            status: match word("Status:") {
                Some("timeout") => Status::Timeout,
                Some("error" | "failure") => Status::Error,
                _ => Status::Success,
            },
            error_type: word("Error Type:").map(str::to_owned),
        })
    }
}

/// The word after the label `name`, where no longer label ends in it (`Duration:` is also the end of `Billed Duration:`).
fn find<'a>(words: &[&'a str], name: &str) -> Option<&'a str> {
    let label: Vec<&str> = name.split(' ').collect();
    let at = (0..words.len()).find(|&at| {
        let longer = at > 0 && matches!(words[at - 1], "Billed" | "Init" | "Restore") && label.len() == 1;
        let longer = longer || (at > 0 && words[at - 1] == "Billed" && label[0] == "Restore");
        words[at..].starts_with(&label) && !longer
    })?;
    words.get(at + label.len()).copied()
}

/// A number and its unit.
type Read = fn(&str) -> Option<u64>;

fn required(word: Option<&str>, name: &'static str, read: Read) -> Result<u64, ReportError> {
    optional(word, name, read)?.ok_or(ReportError::Missing(name))
}

fn optional(word: Option<&str>, name: &'static str, read: Read) -> Result<Option<u64>, ReportError> {
    let unit = if name.contains("Duration") {
        "milliseconds"
    } else {
        "megabytes"
    };
    let invalid = |word: &str| ReportError::Invalid {
        name,
        value: word.to_owned(),
        unit,
    };
    word.map(|word| read(word).ok_or_else(|| invalid(word))).transpose()
}

/// Milliseconds with up to three decimals, as microseconds, without a detour through floating point.
fn microseconds(word: &str) -> Option<u64> {
    let (whole, part) = word.split_once('.').unwrap_or((word, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 3 || !digits(whole) || !digits(part) {
        return None;
    }
    let part: u64 = format!("{part:0<3}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000)?.checked_add(part)
}

fn whole_ms(word: &str) -> Option<u64> {
    word.parse().ok()
}

fn megabytes(word: &str) -> Option<u64> {
    word.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0b7e2f9c-31aa-4c85-8d8a-6f1c35b0a702";

    fn parse(rest: &str) -> Result<Report, ReportError> {
        format!("REPORT RequestId: {ID}\t{rest}").parse()
    }

    #[test]
    fn a_cold_line_has_its_init() {
        let report = parse(
            "Duration: 1655.10 ms\tBilled Duration: 1978 ms\tMemory Size: 256 MB\tMax Memory Used: 97 MB\tInit Duration: 322.04 ms\t\n",
        );
        let expected = Report {
            max_memory_mb: 97,
            ..Report::new(ID, 1_655_100, Some(322_040), 256)
        };
        assert_eq!(report, Ok(expected));
    }

    #[test]
    fn the_printed_billed_duration_holds_even_where_init_was_not_billed() {
        let report = parse(
            "Duration: 1028.49 ms\tBilled Duration: 1029 ms\tMemory Size: 256 MB\tMax Memory Used: 93 MB\tInit Duration: 615.62 ms\t\n",
        );
        assert_eq!(
            report.map(|report| (report.billed_ms, report.mb_ms())),
            Ok((1_029, MbMs(1_029 * 256)))
        );
    }

    #[test]
    fn restore_status_and_error_type_are_read() {
        let report = parse(
            "Duration: 306.34 ms\tBilled Duration: 610 ms\tMemory Size: 3009 MB\tMax Memory Used: 155 MB\tRestore Duration: 511.25 ms\tBilled Restore Duration: 303 ms\t\n",
        );
        let report = report.expect("is a report");
        assert_eq!((report.duration_us, report.billed_ms), (306_340, 610));
        assert_eq!(
            (report.restore_us, report.billed_restore_ms),
            (Some(511_250), Some(303))
        );
        let report = parse(
            "Duration: 97.30 ms\tBilled Duration: 98 ms\tMemory Size: 1024 MB\tMax Memory Used: 43 MB\tStatus: error\tError Type: Runtime.ImportModuleError\n",
        );
        let report = report.expect("is a report");
        assert_eq!(
            (report.status, report.error_type.as_deref()),
            (Status::Error, Some("Runtime.ImportModuleError"))
        );
        let report = parse(
            "Duration: 600000.00 ms\tBilled Duration: 600477 ms\tMemory Size: 1536 MB\tMax Memory Used: 1035 MB\tInit Duration: 476.75 ms\tStatus: timeout\n",
        );
        assert_eq!(report.map(|report| report.status), Ok(Status::Timeout));
    }

    #[test]
    fn a_line_with_spaces_a_prefix_and_trace_fields_is_read() {
        let line = "2026/10/01/[$LATEST]374cd 2026-10-01T10:16:34.686000 REPORT RequestId: 8b2c Duration: 201.67 ms Billed Duration: 682 ms Memory Size: 2048 MB Max Memory Used: 81 MB Init Duration: 480.25 ms XRAY TraceId: 1-61c8 SegmentId: 107e Sampled: true";
        let expected = Report {
            max_memory_mb: 81,
            ..Report::new("8b2c", 201_670, Some(480_250), 2_048)
        };
        assert_eq!(line.parse(), Ok(expected));
    }

    #[test]
    fn what_is_no_report_says_why() {
        assert_eq!(
            "INIT_REPORT Init Duration: 10009.13 ms\tPhase: init\tStatus: timeout\n".parse::<Report>(),
            Err(ReportError::NotAReport)
        );
        assert_eq!("".parse::<Report>(), Err(ReportError::NotAReport));
        assert_eq!(
            parse("Duration: 1.00 ms\tBilled Duration: 2 ms"),
            Err(ReportError::Missing("Memory Size"))
        );
        let invalid = |name, value: &str, unit| {
            Err(ReportError::Invalid {
                name,
                value: value.to_owned(),
                unit,
            })
        };
        assert_eq!(
            parse("Duration: -1.00 ms\tBilled Duration: 2 ms"),
            invalid("Duration", "-1.00", "milliseconds")
        );
        assert_eq!(
            parse("Duration: 1.00 ms\tBilled Duration: 2 ms\tMemory Size: big MB"),
            invalid("Memory Size", "big", "megabytes")
        );
    }

    #[test]
    fn what_is_printed_reads_back() {
        let report = Report {
            max_memory_mb: 64,
            status: Status::Timeout,
            error_type: Some("Sandbox.Timedout".to_owned()),
            ..Report::new(ID, 3_000_000, Some(12_340), 128)
        };
        assert_eq!(report.to_string().parse(), Ok(report));
    }

    #[test]
    fn lines_that_lambda_wrote_print_as_they_were() {
        for line in [
            "REPORT RequestId: 5d1f0a52-7c1e-4b0e-9a55-0f6c2b7d9e01\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 41 MB\t",
            "REPORT RequestId: 0b7e2f9c-31aa-4c85-8d8a-6f1c35b0a702\tDuration: 1655.10 ms\tBilled Duration: 1978 ms\tMemory Size: 256 MB\tMax Memory Used: 97 MB\tInit Duration: 322.04 ms\t",
            "REPORT RequestId: 91e5d7a3-6c48-4f1b-9b2e-8d7c6a5f4b05\tDuration: 306.34 ms\tBilled Duration: 610 ms\tMemory Size: 3009 MB\tMax Memory Used: 155 MB\tRestore Duration: 511.25 ms\tBilled Restore Duration: 303 ms\t",
            "REPORT RequestId: 2c9a8b7d-0e1f-4d3c-a2b1-5f6e7d8c9a06\tDuration: 900000.00 ms\tBilled Duration: 900000 ms\tMemory Size: 1024 MB\tMax Memory Used: 134 MB\tStatus: timeout",
            "REPORT RequestId: 4e8d2c6b-7a5f-4c1e-b9d0-3a2b1c0d9e07\tDuration: 600000.00 ms\tBilled Duration: 600477 ms\tMemory Size: 1536 MB\tMax Memory Used: 1035 MB\tInit Duration: 476.75 ms\tStatus: timeout",
            "REPORT RequestId: 6a1b3c5d-8e7f-4a9b-8c0d-1e2f3a4b5c08\tDuration: 97.30 ms\tBilled Duration: 98 ms\tMemory Size: 1024 MB\tMax Memory Used: 43 MB\tStatus: error\tError Type: Runtime.ImportModuleError",
        ] {
            let report: Report = line.parse().expect("is a report");
            assert_eq!(report.to_string(), line);
        }
    }

    #[test]
    fn x_ray_fields_on_a_line_of_their_own_are_not_the_reports() {
        let line = "REPORT RequestId: 7f3b6c11\tDuration: 3.10 ms\tBilled Duration: 546 ms\tMemory Size: 2048 MB\tMax Memory Used: 95 MB\tInit Duration: 542.01 ms\t\nXRAY TraceId: 1-6a507b87-0cc4438344b48ef127ab1931\tSegmentId: d0025b207c551fde\tSampled: true\t\n";
        let expected = Report {
            max_memory_mb: 95,
            ..Report::new("7f3b6c11", 3_100, Some(542_010), 2_048)
        };
        assert_eq!(line.parse(), Ok(expected));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "(REPORT RequestId: )?[\\PC\t]{0,200}") {
            let _ = text.parse::<Report>();
        }
    }
}
