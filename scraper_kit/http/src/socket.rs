//! A socket as hyper wants it.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker, ready};

use futures::io::{AsyncRead, AsyncWrite};
use hyper::rt;

use crate::wake_flag::WakeFlag;

/// Bytes read at a time, at most.
const READ_BYTES: usize = 16 * 1024;

thread_local! {
    /// Where bytes are read to. hyper gets a copy: its own buffer is not initialized, and safe Rust
    /// reads into nothing else. One for all of a thread's connections stays in the processor's cache.
    static READ: RefCell<[u8; READ_BYTES]> = const { RefCell::new([0; READ_BYTES]) };
}

/// The runtime's socket, or TLS over it, with the traits that hyper requires.
pub(crate) struct Socket<S> {
    stream: S,
    /// Set when there may be something to read. hyper polls again and again. tokio's sockets remember
    /// that there was nothing; those of async-io make a system call each time.
    readable: Arc<WakeFlag>,
    waker: Waker,
    /// Set when a read has brought less than there was room for: probably there is no more.
    drained: Arc<AtomicBool>,
}

impl<S: AsyncRead> Socket<S> {
    pub(crate) fn new(stream: S) -> Self {
        let (readable, waker) = WakeFlag::new();
        Self { stream, readable, waker, drained: Arc::default() }
    }

    /// What the connection over this socket has to see of it: see the fields.
    pub(crate) fn flags(&self) -> (Arc<WakeFlag>, Arc<AtomicBool>) {
        (Arc::clone(&self.readable), Arc::clone(&self.drained))
    }
}

impl<S: AsyncRead + Unpin> rt::Read for Socket<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut cursor: rt::ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.readable.take(context) {
            return Poll::Pending;
        }
        let context = &mut Context::from_waker(&this.waker);
        READ.with_borrow_mut(|bytes| {
            let bytes = &mut bytes[..cursor.remaining().min(READ_BYTES)];
            let length = ready!(Pin::new(&mut this.stream).poll_read(context, bytes))?;
            cursor.put_slice(&bytes[..length]);
            if (1..bytes.len()).contains(&length) {
                // To ask for more is a system call in vain, and one more to be woken when it comes. hyper
                // would make both at the end of a response. Where it is not the end, `Connection` sees to it.
                this.drained.store(true, Ordering::Relaxed);
            } else {
                this.readable.set();
            }
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
