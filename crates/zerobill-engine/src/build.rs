//! A new build of the functions' programs: events wait for it, and what it changes is used from then on.

use std::fmt;

use crate::{
    dashboard::{BuildState, BuildStatus},
    engine::Engine,
};

/// How much of a build's output is shown: the end.
const SHOWN_BYTES: usize = 64 * 1024;

/// A build that is going on. Events that arrive wait until it has ended, in whichever way, or is dropped.
#[must_use = "events wait as long as it is there"]
pub struct Build<'a> {
    engine: &'a Engine,
    command: String,
}

impl fmt::Debug for Build<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Build")
            .field("command", &self.command)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Begins a build; `command` is what the dashboard calls it.
    pub fn build(&self, command: impl Into<String>) -> Build<'_> {
        let build = Build {
            engine: self,
            command: command.into(),
        };
        for function in self.functions().by_name.values() {
            function.hold(true);
        }
        build.show(BuildStatus::Running, "");
        build
    }
}

impl Build<'_> {
    /// It worked: environments that wait for an event are ended, busy ones after their invocation, and the next event starts a
    /// new one.
    pub async fn succeeded(self) {
        for function in self.engine.functions().by_name.values() {
            function.replace().await;
        }
        self.engine.journal().build(None);
    }

    /// It did not: everything goes on as it was, and the dashboard shows `output`.
    pub fn failed(self, output: &str) {
        self.show(BuildStatus::Failed, output);
    }

    fn show(&self, status: BuildStatus, output: &str) {
        let least = output.len().saturating_sub(SHOWN_BYTES);
        let start = (least..=output.len())
            .find(|at| output.is_char_boundary(*at))
            .unwrap_or_default();
        self.engine.journal().build(Some(BuildState {
            status,
            command: self.command.clone(),
            output: output[start..].to_owned(),
        }));
    }
}

impl Drop for Build<'_> {
    fn drop(&mut self) {
        for function in self.engine.functions().by_name.values() {
            function.hold(false);
        }
    }
}
