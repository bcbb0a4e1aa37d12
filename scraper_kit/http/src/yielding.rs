//! A socket that yields to other tasks now and then.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::io::{AsyncRead, AsyncWrite};

/// After so many bytes, or so many reads, the socket yields.
const BYTES_PER_SLICE: usize = 16 * 1024;
const READS_PER_SLICE: usize = 4;

/// The runtime's socket, which says now and then that it is not ready, and wakes its task again.
///
/// hyper reads as long as bytes are there, and so does TLS below it. A server that floods us would
/// keep them reading for ever, and no other task and no timer of the thread would be polled.
/// tokio's own sockets do the same (its "budget"); those of other runtimes do not.
pub(crate) struct Yielding<S> {
    socket: S,
    bytes: usize,
    reads: usize,
}

impl<S> Yielding<S> {
    pub(crate) fn new(socket: S) -> Self {
        Self { socket, bytes: 0, reads: 0 }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Yielding<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if self.reads >= READS_PER_SLICE || self.bytes >= BYTES_PER_SLICE {
            (self.reads, self.bytes) = (0, 0);
            context.waker().wake_by_ref(); // asyncio.sleep(0)
            return Poll::Pending;
        }
        let read = Pin::new(&mut self.socket).poll_read(context, buffer);
        if read.is_pending() {
            (self.reads, self.bytes) = (0, 0); // other tasks run now anyway
        }
        let length = ready!(read)?;
        self.reads += 1;
        self.bytes += length;
        Poll::Ready(Ok(length))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Yielding<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_close(context)
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::io::{AsyncReadExt, Cursor, repeat};
    use futures::task::noop_waker_ref;

    use super::*;

    #[test]
    fn a_read_without_end_yields_now_and_then() {
        let (mut socket, mut yields) = (Yielding::new(repeat(1)), 0);
        for _ in 0..100 {
            let context = &mut Context::from_waker(noop_waker_ref());
            let read = Pin::new(&mut socket).poll_read(context, &mut [0; 100]);
            yields += usize::from(read.is_pending());
        }
        assert_eq!(yields, 100 / (READS_PER_SLICE + 1));
    }

    #[test]
    fn nothing_is_lost() {
        let sent: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut received = Vec::new();
        block_on(Yielding::new(Cursor::new(&sent)).read_to_end(&mut received)).unwrap();
        assert!(received == sent);
    }
}
