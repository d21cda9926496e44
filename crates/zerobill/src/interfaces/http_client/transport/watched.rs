//! A body that says when it leaves.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use hyper::body::{Body, Bytes, Frame, SizeHint};

use super::super::progress::Progress;

/// The bytes of a request's body; they are asked for once there is a connection to write them to.
pub(super) struct Watched {
    bytes: Option<Bytes>,
    progress: Progress,
}

impl Watched {
    pub(super) fn new(bytes: Bytes, progress: Progress) -> Self {
        let bytes = Some(bytes);
        Self { bytes, progress }
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.progress.leaves();
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
