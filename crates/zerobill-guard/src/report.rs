//! What a look came to.

use serde_json::{Value, json};

use crate::{
    evaluate::{Share, account_mb_ms},
    ledger::{Notice, State},
    notice::amount,
};

#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) state: State,
    pub(crate) shares: Vec<Share>,
    /// What was to be said now.
    pub(crate) notices: Vec<Notice>,
    /// What was to be stopped now.
    pub(crate) stops: Vec<String>,
    /// What did not work, one sentence each.
    pub(crate) problems: Vec<String>,
    /// Whether nothing was stopped.
    pub(crate) dry_run: bool,
}

impl Report {
    /// What the invoker reads.
    pub(crate) fn document(&self) -> Value {
        let shares = self.shares.iter().map(|share| {
            json!({
                "subject": share.subject,
                "used": amount(share.used),
                "budget": amount(share.budget),
                "percent": share.percent,
            })
        });
        json!({
            "month": self.state.month,
            "requests": self.state.account.requests,
            "gb_seconds": account_mb_ms(&self.state).0 as f64 / 1_024_000.0,
            "shares": shares.collect::<Vec<_>>(),
            "stopped_now": self.stops,
            "dry_run": self.dry_run,
            "notices": self.notices.iter().map(|notice| &notice.text).collect::<Vec<_>>(),
            "calls_this_month": self.state.calls,
            "problems": self.problems,
        })
    }
}
