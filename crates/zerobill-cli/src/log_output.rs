//! Log lines on their way to standard output: gathered while the engine has other work, so that many are one write.

use std::{
    io::Write,
    sync::{Arc, Mutex, PoisonError},
};

use zerobill_engine::{LogLine, LogSink};

use crate::printer;

/// Lines that are not written yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogOutput(Arc<Mutex<Vec<u8>>>);

impl LogOutput {
    /// Writes what there is.
    pub(crate) fn flush(&self) {
        let lines = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut output = std::io::stdout().lock();
        // A reader that is gone is no error.
        _ = output.write_all(&lines).and_then(|()| output.flush());
    }
}

impl LogSink for LogOutput {
    fn line(&self, line: LogLine<'_>) {
        let text = printer::visible(line.text, &['\n', '\t']);
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = lines.is_empty();
        lines.extend_from_slice(text.as_bytes());
        lines.push(b'\n');
        drop(lines);
        if is_first {
            let output = self.clone();
            spawn(async move { output.flush() });
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the engine's log belongs to no invocation of this process"
)]
fn spawn(work: impl Future<Output = ()> + Send + 'static) {
    // Without an engine there are no lines, and the engine runs on it.
    tokio::spawn(work);
}
