//! What the doctor says: sentences that can be shown to anyone.

use serde_json::{Value, json};

use crate::{base_url::BaseUrl, failure::Failure};

/// The sentences so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    lines: Vec<String>,
    wrong: usize,
    host: String,
}

impl Report {
    /// What is in order.
    pub(super) fn good(&mut self, step: &str, what: &str) {
        self.line("ok", step, what, None);
    }

    /// What works here, and may not be meant so.
    pub(super) fn notice(&mut self, step: &str, what: &str, change: Option<&str>) {
        self.line("note", step, what, change);
    }

    /// What keeps Alexa from Home Assistant.
    pub(super) fn wrong(&mut self, step: &str, what: &str, change: Option<&str>) {
        self.wrong += 1;
        self.line("WRONG", step, what, change);
    }

    /// The same, as it is logged.
    pub(super) fn failure(&mut self, step: &str, failure: &Failure) {
        self.wrong(step, &failure.cause, failure.hint.as_deref());
    }

    /// From now on the server is not named.
    pub(super) fn hide(&mut self, base: &BaseUrl) {
        base.host().clone_into(&mut self.host);
    }

    fn line(&mut self, mark: &str, step: &str, what: &str, change: Option<&str>) {
        let change = change
            .map(|change| format!(". To change: {change}"))
            .unwrap_or_default();
        let line = format!("{mark}: {step}: {what}{change}.");
        self.lines.push(self.masked(&line));
    }

    /// Without the server's name, and without the names in its certificate.
    fn masked(&self, line: &str) -> String {
        let line = match (line.find("; certificate is only valid for"), line.find(". To change: ")) {
            (Some(start), Some(end)) if start < end => format!("{}{}", &line[..start], &line[end..]),
            (Some(start), None) => line[..start].to_owned(),
            _ => line.to_owned(),
        };
        if self.host.is_empty() {
            return line;
        }
        // A short name may be part of a word.
        if self.host.contains(['.', ':']) {
            return line.replace(&self.host, "(your host)");
        }
        line.replace(&format!("`{}`", self.host), "`(your host)`")
            .replace(&format!("//{}", self.host), "//(your host)")
            .replace(&format!("\"{}\"", self.host), "\"(your host)\"")
    }

    /// As the answer to `{"zerobill": "doctor"}`.
    pub(super) fn into_json(self) -> Value {
        let verdict = match self.wrong {
            0 => "Alexa has a way to Home Assistant.".to_owned(),
            1 => "One thing is to be changed: see what is WRONG.".to_owned(),
            wrong => format!("{wrong} things are to be changed: see what is WRONG."),
        };
        json!({ "ok": self.wrong == 0, "verdict": verdict, "report": self.lines })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base_url::parse;

    fn lines(host: &str, what: &str) -> Value {
        let mut report = Report::default();
        report.hide(&parse(host).unwrap());
        report.wrong("connection", what, Some("change it"));
        report.into_json()["report"][0].clone()
    }

    #[test]
    fn neither_the_server_nor_the_names_of_its_certificate_are_shown() {
        assert_eq!(
            lines(
                "https://home.example",
                "no way to `home.example` (https://home.example/api)"
            ),
            "WRONG: connection: no way to `(your host)` (https://(your host)/api). To change: change it."
        );
        assert_eq!(
            lines("http://ha:8123", "what is at `ha`, http://ha:8123, has a fault"),
            "WRONG: connection: what is at `(your host)`, http://(your host):8123, has a fault. To change: change it."
        );
        let problem =
            "certificate not valid for name \"home.example\"; certificate is only valid for DnsName(\"x.example\")";
        assert_eq!(
            lines("https://home.example", problem),
            "WRONG: connection: certificate not valid for name \"(your host)\". To change: change it."
        );
    }

    #[test]
    fn the_verdict_counts_what_is_wrong() {
        let mut report = Report::default();
        report.good("a", "b");
        report.notice("c", "d", None);
        let found = json!({
            "ok": true,
            "verdict": "Alexa has a way to Home Assistant.",
            "report": ["ok: a: b.", "note: c: d."],
        });
        assert_eq!(report.into_json(), found);
        let mut report = Report::default();
        report.wrong("a", "b", None);
        report.wrong("c", "d", None);
        let found = report.into_json();
        assert_eq!(found["ok"], false);
        assert_eq!(found["verdict"], "2 things are to be changed: see what is WRONG.");
    }
}
