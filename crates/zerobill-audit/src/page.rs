//! The page of all findings, `docs/findings.md`, from the table of rules.

use std::fmt::Write as _;

use zerobill_free_tier::offers;

use crate::rules::{self, Rule};

/// The page as Markdown.
pub fn findings() -> String {
    let mut page = String::from(
        "# Findings of `zerobill audit`\n\n\
         Each finding's id is a head on this page. It is generated from the table of rules; the facts it names are in\n\
         [`free-tier.md`](free-tier.md).\n\n\
         A finding is `paid` (billed from the first unit, or beyond a free limit), `trap` (free as it stands, dear after one mistake),\n\
         `limit` (free within a limit) or `info`. Where a finding can be worse than its head says, its reason says why.\n\n\
         ## Accepting a finding\n\n\
         A comment in a resource, or directly above it, accepts a finding of it, and says why:\n\n\
         ```yaml\n# zerobill:allow nat-gateway the office pays for it\n```\n\n\
         In JSON, `\"Metadata\": {\"zerobill\": {\"allow\": [{\"id\": \"nat-gateway\", \"reason\": \"…\"}]}}` does the same for a resource, and\n\
         for the whole template where it stands outside of them. Without a reason nothing is accepted.\n\n\
         `--write-baseline FILE` writes down all findings of today, and `--baseline FILE` leaves them out from then on.\n\n\
         The exit code is 1 where a finding is as bad as `--fail-on` says (`paid` unless said otherwise), where a file could not be read, or\n\
         where nothing was found to audit; 64 where the arguments are wrong; else 0. What could not be judged is listed as unknown.\n\n\
         ## All findings\n\n\
         | id | severity | what |\n|---|---|---|\n",
    );
    for rule in rules::all() {
        _ = writeln!(
            page,
            "| [`{0}`](#{0}) | {1} | {2} |",
            rule.id, rule.severity, rule.title
        );
    }
    for rule in rules::all() {
        _ = write!(page, "\n## {}\n\n{}\n", rule.id, section(rule));
    }
    page
}

/// What the page says of one finding, without its head and the last end of line.
pub(crate) fn section(rule: &Rule) -> String {
    let mut section = format!("{} ({})\n\nFix: {}.", rule.title, rule.severity, rule.fix);
    if !rule.assumes.is_empty() {
        _ = write!(section, "\n\nThe estimate assumes: {}.", rule.assumes);
    }
    let facts: Vec<String> = rule.offers.iter().map(|offer| fact(offer)).collect();
    if !facts.is_empty() {
        _ = write!(section, "\n\nFacts: {}.", facts.join("; "));
    }
    if !rule.linters.is_empty() {
        _ = write!(
            section,
            "\n\nCheckov asks for what costs here: {}. That advice is about security or operations, and conflicts with $0.00.",
            rule.linters.join(", ")
        );
    }
    section
}

fn fact(id: &str) -> String {
    match offers::find(id) {
        Some(offer) => format!("`{id}` ({} confidence, seen {})", offer.confidence.as_str(), offer.seen),
        None => format!("`{id}`"),
    }
}
