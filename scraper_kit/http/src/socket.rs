//! A socket as hyper wants it.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use futures::io::{AsyncRead, AsyncWrite};
use hyper::rt;

use crate::alarm::Alarm;

/// Bytes read at a time, at most.
const READ_BYTES: usize = 16 * 1024;

thread_local! {
    /// Where bytes are read to. hyper gets a copy: its own buffer is not initialized, and safe Rust
    /// reads into nothing else. One for all of a thread's connections stays in the processor's cache.
    static READ: RefCell<[u8; READ_BYTES]> = const { RefCell::new([0; READ_BYTES]) };
}

/// The runtime's socket, or TLS over it, with the traits that hyper asks for.
pub(crate) struct Socket<S> {
    stream: S,
    /// Rings when there may be something to read. hyper asks again and again. tokio's sockets
    /// remember that there was nothing; the others ask the system each time, unless somebody
    /// remembers it for them.
    readable: Arc<Alarm>,
    waker: Waker,
}

impl<S: AsyncRead> Socket<S> {
    pub(crate) fn new(stream: S) -> Self {
        let (readable, waker) = Alarm::new();
        Self { stream, readable, waker }
    }

    /// Wakes whoever waits for this socket, and has it look whether there is something to read.
    pub(crate) fn waker(&self) -> Waker {
        self.waker.clone()
    }
}

impl<S: AsyncRead + Unpin> rt::Read for Socket<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut cursor: rt::ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.readable.rang(context) {
            return Poll::Pending;
        }
        let context = &mut Context::from_waker(&this.waker);
        READ.with_borrow_mut(|bytes| {
            let bytes = &mut bytes[..cursor.remaining().min(READ_BYTES)];
            let length = ready!(Pin::new(&mut this.stream).poll_read(context, bytes))?;
            cursor.put_slice(&bytes[..length]);
            this.readable.set(); // there may be more
            Poll::Ready(Ok(()))
        })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> rt::Write for Socket<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(context)
    }
}
