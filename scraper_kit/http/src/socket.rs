//! A socket as hyper wants it, and two things that keep it from being asked too often.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker, ready};

use futures::io::{AsyncBufRead, AsyncRead, AsyncWrite, BufReader};
use futures::task::AtomicWaker;
use hyper::rt;

/// Bytes read at a time. hyper gets a copy: its buffer is not initialized, and safe Rust reads into
/// nothing else.
const READ_BYTES: usize = 16 * 1024;

/// After so many reads in a row, other tasks get a turn.
///
/// hyper reads as long as bytes are there. A server that floods us would keep it reading for ever,
/// and with it the thread: all other tasks and timers would wait. tokio's own sockets count, too
/// (its "budget"); those of other runtimes do not.
const READS_PER_TURN: usize = 4;

/// The runtime's socket, or TLS over it, with the traits that hyper asks for.
pub(crate) struct Socket<S> {
    stream: BufReader<S>,
    readiness: Arc<Readiness>,
    waker: Waker,
    reads: usize,
}

/// Whether there may be something to read.
///
/// hyper asks again and again. tokio's sockets remember that there was nothing; the others ask the
/// system each time, unless somebody remembers it for them.
pub(crate) struct Readiness {
    maybe: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Readiness {
    /// The reactor, or whoever knows better, says: look again.
    fn wake(self: Arc<Self>) {
        self.maybe.store(true, Ordering::Release);
        self.task.wake();
    }
}

impl<S: AsyncRead> Socket<S> {
    pub(crate) fn new(stream: S) -> Self {
        let readiness = Arc::new(Readiness { maybe: true.into(), task: AtomicWaker::new() });
        let waker = Waker::from(Arc::clone(&readiness));
        let stream = BufReader::with_capacity(READ_BYTES, stream);
        Self { stream, readiness, waker, reads: 0 }
    }

    pub(crate) fn readiness(&self) -> Arc<Readiness> {
        Arc::clone(&self.readiness)
    }
}

impl<S: AsyncRead + Unpin> rt::Read for Socket<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut cursor: rt::ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.readiness.task.register(context.waker());
        if this.reads == READS_PER_TURN {
            this.reads = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if !this.readiness.maybe.swap(false, Ordering::AcqRel) {
            this.reads = 0;
            return Poll::Pending;
        }
        let context = &mut Context::from_waker(&this.waker);
        let bytes = ready!(Pin::new(&mut this.stream).poll_fill_buf(context))?;
        let length = bytes.len().min(cursor.remaining());
        cursor.put_slice(&bytes[..length]);
        Pin::new(&mut this.stream).consume(length);
        this.readiness.maybe.store(true, Ordering::Release);
        this.reads += 1;
        Poll::Ready(Ok(()))
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
