//! What an audit finds.

use std::{fmt, str::FromStr, sync::Arc};

use zerobill_free_tier::NanoDollars;

use crate::rules::Rule;

/// How bad a finding is, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know; less than a cent, or nothing by itself.
    Info,
    /// Free within a limit, and within it as far as the files say.
    Limit,
    /// Free as it stands, but a small thing makes it dear.
    Trap,
    /// Billed from the first unit, or beyond a free limit.
    Paid,
}

impl Severity {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Limit => "limit",
            Self::Trap => "trap",
            Self::Paid => "paid",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let all = [Self::Info, Self::Limit, Self::Trap, Self::Paid];
        let found = all.into_iter().find(|severity| severity.as_str() == word);
        found.ok_or_else(|| format!("`{word}` is not `paid`, `trap`, `limit` or `info`"))
    }
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// How bad it is here.
    pub severity: Severity,
    /// The resource; in Terraform its address.
    pub logical_id: String,
    /// Its type as the file has it.
    pub resource_type: String,
    /// The file.
    pub file: Arc<str>,
    /// Counted from 1.
    pub line: usize,
    /// What is found, with the arithmetic.
    pub reason: String,
    /// What a month costs under the rule's assumption; `None` where no price is known.
    pub monthly: Option<NanoDollars>,
}

impl Finding {
    /// What stays the same when lines move: the rule, the file and the resource.
    pub fn fingerprint(&self) -> String {
        format!(
            "{} {} {}",
            self.rule.id,
            self.file.trim_start_matches("./"),
            self.logical_id
        )
    }
}
