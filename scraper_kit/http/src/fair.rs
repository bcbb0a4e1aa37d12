//! A socket that lets others have a turn.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::io::{AsyncRead, AsyncWrite};

/// After so many bytes, or so many reads, other tasks get a turn.
const BYTES_PER_TURN: usize = 16 * 1024;
const READS_PER_TURN: usize = 4;

/// The runtime's socket, which pretends now and then that there is nothing to read.
///
/// hyper reads as long as bytes are there, and so does TLS below it. A server that floods us would
/// keep them reading for ever, and with them the thread: all other tasks and timers would wait.
/// tokio's own sockets do the same (its "budget"); those of other runtimes do not.
pub(crate) struct Fair<S> {
    socket: S,
    bytes: usize,
    reads: usize,
}

impl<S> Fair<S> {
    pub(crate) fn new(socket: S) -> Self {
        Self { socket, bytes: 0, reads: 0 }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Fair<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if self.reads >= READS_PER_TURN || self.bytes >= BYTES_PER_TURN {
            (self.reads, self.bytes) = (0, 0);
            context.waker().wake_by_ref(); // asyncio.sleep(0)
            return Poll::Pending;
        }
        let read = Pin::new(&mut self.socket).poll_read(context, buffer);
        if read.is_pending() {
            (self.reads, self.bytes) = (0, 0); // others have their turn anyway
        }
        let length = ready!(read)?;
        self.reads += 1;
        self.bytes += length;
        Poll::Ready(Ok(length))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Fair<S> {
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
    fn whoever_reads_without_end_stops_now_and_then() {
        let (mut socket, mut turns) = (Fair::new(repeat(1)), 0);
        for _ in 0..100 {
            let context = &mut Context::from_waker(noop_waker_ref());
            let read = Pin::new(&mut socket).poll_read(context, &mut [0; 100]);
            turns += usize::from(read.is_pending());
        }
        assert_eq!(turns, 100 / (READS_PER_TURN + 1));
    }

    #[test]
    fn nothing_is_lost() {
        let sent: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut received = Vec::new();
        block_on(Fair::new(Cursor::new(&sent)).read_to_end(&mut received)).unwrap();
        assert!(received == sent);
    }
}
