//! A body that yields to other tasks now and then.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use futures::io::{AsyncBufRead, AsyncRead};

/// How long a page may work before other tasks are let in.
const SLICE: Duration = Duration::from_millis(1);

/// A body that yields when its page has worked for a while. Without this, a page whose bytes have all
/// arrived would be decoded without a pause: a few kilobytes can become a thousand times as much, and a
/// decoder can swallow any amount without giving anything out. Meanwhile no socket and no timer would be
/// polled. In Python: `await asyncio.sleep(0)`.
pub(crate) struct Yielding<B> {
    body: B,
    /// Since when the page works without having been pending.
    working: Option<Instant>,
    /// Bytes of the last chunk that have not been taken. The body yields between two chunks: with a chunk
    /// in hand, it would make the client hold a second one.
    left: usize,
}

impl<B> Yielding<B> {
    pub(crate) fn new(body: B) -> Self {
        Self { body, working: None, left: 0 }
    }
}

impl<B: AsyncBufRead + Unpin> AsyncBufRead for Yielding<B> {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let Self { body, working, left } = self.get_mut();
        if working.get_or_insert_with(Instant::now).elapsed() > SLICE && *left == 0 {
            *working = None;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let ready = Pin::new(body).poll_fill_buf(context);
        match &ready {
            Poll::Ready(chunk) => *left = chunk.as_ref().map_or(0, |chunk| chunk.len()),
            Poll::Pending => *working = None,
        }
        ready
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        self.left = self.left.saturating_sub(amount);
        Pin::new(&mut self.body).consume(amount);
    }
}

impl<B: AsyncBufRead + Unpin> AsyncRead for Yielding<B> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        poll_read_buffered(self, context, buffer)
    }
}

/// What `AsyncRead` is for a type that has its bytes in a buffer.
pub(crate) fn poll_read_buffered<R: AsyncBufRead>(
    mut reader: Pin<&mut R>,
    context: &mut Context<'_>,
    buffer: &mut [u8],
) -> Poll<io::Result<usize>> {
    let available = ready!(reader.as_mut().poll_fill_buf(context))?;
    let length = available.len().min(buffer.len());
    buffer[..length].copy_from_slice(&available[..length]);
    reader.consume(length);
    Poll::Ready(Ok(length))
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;

    use futures::executor::block_on;
    use futures::io::{AsyncBufReadExt, AsyncReadExt, Cursor};
    use futures::task::noop_waker_ref;

    use super::*;

    #[test]
    fn a_body_yields_between_two_chunks_when_it_has_worked_for_a_while() {
        let context = &mut Context::from_waker(noop_waker_ref());
        let mut body =
            Yielding::new(futures::io::BufReader::with_capacity(4, Cursor::new("12345678")));
        assert!(Pin::new(&mut body).poll_fill_buf(context).is_ready());
        sleep(2 * SLICE);
        body.consume_unpin(3);
        assert!(Pin::new(&mut body).poll_fill_buf(context).is_ready(), "a byte is left");
        body.consume_unpin(1);
        assert!(Pin::new(&mut body).poll_fill_buf(context).is_pending());
        assert!(Pin::new(&mut body).poll_fill_buf(context).is_ready());
    }

    #[test]
    fn nothing_is_lost() {
        let sent: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut received = Vec::new();
        block_on(Yielding::new(Cursor::new(&sent)).read_to_end(&mut received)).unwrap();
        assert!(received == sent);
    }
}
