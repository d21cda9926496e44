//! What an analysis expects of preloading, beside what was measured.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use serde_json::Value;

/// What `zerobill analyze --format json` says of each execution environment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Expected {
    /// How much sooner the first request is answered.
    sooner_ms: f64,
    /// How much longer INIT takes.
    longer_ms: f64,
    gb_seconds: f64,
    gb: f64,
}

impl Expected {
    pub(crate) fn read(analysis: &str) -> Result<Self> {
        let analysis: Value = serde_json::from_str(analysis).context("the analysis is no JSON")?;
        let preload = analysis["preload"]
            .as_array()
            .context("the analysis has no `preload`")?;
        let sum = |name: &str| -> f64 { preload.iter().filter_map(|one| one[name].as_f64()).sum() };
        let figure = |name: &str| {
            let figure = analysis[name].as_f64();
            figure.with_context(|| format!("the analysis has no `{name}`"))
        };
        let (sooner_ms, gain_ms) = (sum("wait_us") / 1e3, sum("gain_us") / 1e3);
        Ok(Self {
            sooner_ms,
            longer_ms: sooner_ms - gain_ms,
            gb_seconds: sum("gb_seconds") / figure("environments")?.max(1.0),
            gb: figure("memory_mb")? / 1_024.0,
        })
    }

    /// A table of it beside averages that were measured.
    pub(crate) fn beside(&self, sooner_ms: f64, longer_ms: f64) -> String {
        let measured_gb_seconds = (sooner_ms - longer_ms) / 1e3 * self.gb;
        let mut text =
            "\nAverages of each execution environment, as the analysis expects them and as they were measured:\n\n\
                        | | at least expected | measured |\n|---|---:|---:|\n"
                .to_owned();
        let rows = [
            ("the first event is answered sooner, ms", self.sooner_ms, sooner_ms),
            ("INIT takes longer, ms", self.longer_ms, longer_ms),
            (
                "both together, ms",
                self.sooner_ms - self.longer_ms,
                sooner_ms - longer_ms,
            ),
        ];
        for (what, expected, measured) in rows {
            let _infallible = writeln!(text, "| {what} | {expected:.2} | {measured:.2} |");
        }
        let _infallible = writeln!(
            text,
            "| GB-seconds saved | {:.6} | {measured_gb_seconds:.6} |",
            self.gb_seconds
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_interfaces_wait_adds_up_and_stands_beside_what_was_measured() {
        let analysis = r#"{"memory_mb":128,"environments":2,"preload":[
            {"wait_us":15000,"gain_us":14000,"gb_seconds":0.003},
            {"wait_us":5000,"gain_us":4500,"gb_seconds":0.001},
            {"wait_us":null,"gain_us":0,"gb_seconds":0.0}]}"#;
        let expected = Expected::read(analysis).unwrap().beside(24.0, 2.0);
        let (_, rows) = expected.split_once("|---|---:|---:|\n").unwrap();
        assert_eq!(
            rows,
            "| the first event is answered sooner, ms | 20.00 | 24.00 |\n| INIT takes longer, ms | 1.50 | 2.00 |\n\
             | both together, ms | 18.50 | 22.00 |\n| GB-seconds saved | 0.002000 | 0.002750 |\n"
        );
        assert!(Expected::read("{}").is_err());
    }
}
