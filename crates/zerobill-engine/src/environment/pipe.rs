//! A function's output: always drained, cut into lines.

use std::{
    io,
    mem::MaybeUninit,
    os::fd::OwnedFd,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::net::unix::pipe::Receiver;

use crate::log::{EnvironmentLog, LineKind};

/// A line longer than this is cut: Lambda cuts there too.
const MAX_LINE_BYTES: usize = 256 * 1024;

/// How much is read before others get their turn.
const TURN_BYTES: usize = 1024 * 1024;

/// One of a function's two outputs.
#[derive(Debug)]
pub(super) struct Pipe {
    receiver: Receiver,
    kind: LineKind,
    log: Arc<EnvironmentLog>,
    /// A line that has not ended yet.
    partial: Mutex<Vec<u8>>,
}

/// What reading came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Drained {
    Empty,
    More,
    Closed,
}

impl Pipe {
    pub(super) fn new(output: OwnedFd, kind: LineKind, log: Arc<EnvironmentLog>) -> io::Result<Self> {
        Ok(Self {
            receiver: Receiver::from_owned_fd(output)?,
            kind,
            log,
            partial: Mutex::default(),
        })
    }

    /// Reads until the function has closed it.
    pub(super) async fn run(self: Arc<Self>) {
        while self.receiver.readable().await.is_ok() {
            let drained = self.receiver.try_io(|| match self.drain() {
                Drained::Empty => Err(io::ErrorKind::WouldBlock.into()),
                drained => Ok(drained),
            });
            if let Ok(Drained::Closed) = drained {
                return;
            }
        }
    }

    /// Reads what the function has written so far, and takes an unfinished line for a line: used when an invocation ends, so
    /// that its lines stand before its end.
    pub(super) fn finish_invocation(&self) {
        self.drain();
        let mut partial = self.partial.lock().unwrap_or_else(PoisonError::into_inner);
        self.end_line(&mut partial);
    }

    /// Reads what the function has written so far.
    pub(super) fn catch_up(&self) {
        self.drain();
    }

    fn drain(&self) -> Drained {
        let mut partial = self.partial.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut chunk, mut read) = ([MaybeUninit::uninit(); 8192], 0);
        while read < TURN_BYTES {
            match rustix::io::read(&self.receiver, &mut chunk[..]) {
                Ok(([], _)) => {
                    self.end_line(&mut partial);
                    return Drained::Closed;
                }
                Ok((part, _)) => {
                    read += part.len();
                    self.take(&mut partial, part);
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => return Drained::Empty,
                Err(_) => return Drained::Closed,
            }
        }
        Drained::More
    }

    fn take(&self, partial: &mut Vec<u8>, mut chunk: &[u8]) {
        while let Some(end) = chunk.iter().position(|byte| *byte == b'\n') {
            partial.extend_from_slice(&chunk[..end]);
            self.log.write(self.kind, &String::from_utf8_lossy(partial));
            partial.clear();
            chunk = &chunk[end + 1..];
        }
        partial.extend_from_slice(chunk);
        if partial.len() >= MAX_LINE_BYTES {
            self.end_line(partial);
        }
    }

    fn end_line(&self, partial: &mut Vec<u8>) {
        if !partial.is_empty() {
            self.log.write(self.kind, &String::from_utf8_lossy(partial));
            partial.clear();
        }
    }
}
