//! Undoing a `Content-Encoding`, for all three clients in the same way, and with nothing that a
//! server could use to take more than its share of time or memory.

use std::future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use async_compression::futures::bufread::{
    BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder,
};
use async_lock::{Mutex, Semaphore, SemaphoreGuard};
use futures::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead};

use crate::error::{ErrorKind, FetchError, root_cause};

/// The `Accept-Encoding` of every request.
pub const ACCEPT_ENCODING: &str = "gzip, deflate, br";

/// After so many reads without a wait, other tasks get a turn.
const READS_PER_TURN: u32 = 16;

/// Decoded brotli that any page may hold; beyond it, a page takes a share of [`BROTLI_SHARES`].
const BROTLI_FREE_BYTES: u64 = 128 * 1024;

/// Memory for brotli's windows, all pages together, in shares of [`SHARE_BYTES`]: 24 MiB. A stream
/// may ask for a window of 16 MiB, so a hundred of them would take more than a gigabyte.
static BROTLI_SHARES: Semaphore = Semaphore::new(48);
const SHARE_BYTES: usize = 512 * 1024;

/// Whoever takes shares takes all it needs before the next one may, or two could wait for each
/// other.
static BROTLI_QUEUE: Mutex<()> = Mutex::new(());

type Input<'b> = Pin<Box<dyn AsyncBufRead + Send + 'b>>;

/// The bytes of a body, decoded.
pub(crate) struct Decoded<'b> {
    /// Where to read them.
    pub(crate) reader: Pin<Box<dyn AsyncRead + Send + 'b>>,
    /// What has to be held to hold more than a little of it.
    pub(crate) brotli: Option<BrotliWindow>,
}

/// Undoes the coding that a `Content-Encoding` header names.
pub(crate) async fn decode<'b>(
    content_encoding: Option<&str>,
    body: impl AsyncBufRead + Send + 'b,
) -> Result<Decoded<'b>, FetchError> {
    let broken = |reason: String| FetchError::new(ErrorKind::Protocol, reason);
    let mut input: Input<'b> = Box::pin(Fair { input: Box::pin(body), reads: 0 });
    let codings = content_encoding.unwrap_or_default().to_ascii_lowercase();
    let codings: Vec<&str> = codings.split(',').map(str::trim).collect();
    let coding = match codings[..] {
        ["" | "identity"] => return Ok(Decoded { reader: input, brotli: None }),
        [coding] => coding,
        // Legal, but nobody sends it, and each layer could blow up a thousandfold.
        _ => return Err(broken(format!("{} content codings in one another", codings.len()))),
    };
    // An empty body is empty whatever its coding: servers send such.
    let start = input.fill_buf().await.map_err(told)?;
    let Some(&first) = start.first() else { return Ok(Decoded { reader: input, brotli: None }) };
    // RFC 9110 says that deflate has a zlib header, whose first byte ends in 8 (RFC 1950); some
    // servers leave it out.
    let has_header = first & 0x0f == 8;
    let mut brotli = None;
    let reader: Pin<Box<dyn AsyncRead + Send + 'b>> = match coding {
        "gzip" | "x-gzip" => {
            let mut decoder = GzipDecoder::new(input);
            decoder.multiple_members(true); // reads on to the end for them
            Box::pin(decoder)
        }
        "deflate" if has_header => whole(ZlibDecoder::new(input), ZlibDecoder::get_pin_mut),
        "deflate" => whole(DeflateDecoder::new(input), DeflateDecoder::get_pin_mut),
        "br" => {
            brotli = Some(BrotliWindow::new(first)?);
            whole(BrotliDecoder::new(input), BrotliDecoder::get_pin_mut)
        }
        unknown => {
            return Err(broken(format!("unknown content coding {}", unknown.escape_debug())));
        }
    };
    Ok(Decoded { reader, brotli })
}

/// An error while a body is read: the client's own, or a decoder's.
pub(crate) fn told(error: io::Error) -> FetchError {
    error
        .downcast()
        .unwrap_or_else(|error| FetchError::new(ErrorKind::Protocol, root_cause(&error)))
}

/// Gives other tasks a turn now and then, however fast data comes: a decoder may swallow any amount
/// of it without giving anything out. tokio's sockets do this by themselves, others do not.
struct Fair<'b> {
    input: Input<'b>,
    reads: u32,
}

impl AsyncRead for Fair<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let available = ready!(self.as_mut().poll_fill_buf(context))?;
        let length = available.len().min(buffer.len());
        buffer[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Poll::Ready(Ok(length))
    }
}

impl AsyncBufRead for Fair<'_> {
    fn poll_fill_buf(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<&[u8]>> {
        self.reads += 1;
        if self.reads.is_multiple_of(READS_PER_TURN) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.get_mut().input.as_mut().poll_fill_buf(context)
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        self.input.as_mut().consume(amount);
    }
}

/// Gives other tasks a turn, now. In Python: `await asyncio.sleep(0)`.
pub(crate) async fn yield_now() {
    let mut yielded = false;
    future::poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// A decoder that reads its input to the end: by itself it stops where its data says that it ends,
/// and would miss that the response goes on, or is cut off behind it.
struct Whole<'b, D> {
    decoder: D,
    input: fn(Pin<&mut D>) -> Pin<&mut Input<'b>>,
}

fn whole<'b, D: AsyncRead + Unpin + Send + 'b>(
    decoder: D,
    input: fn(Pin<&mut D>) -> Pin<&mut Input<'b>>,
) -> Pin<Box<dyn AsyncRead + Send + 'b>> {
    Box::pin(Whole { decoder, input })
}

impl<D: AsyncRead + Unpin> AsyncRead for Whole<'_, D> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let length = ready!(Pin::new(&mut self.decoder).poll_read(context, buffer))?;
        if length == 0 {
            let input = (self.input)(Pin::new(&mut self.decoder));
            if !ready!(input.poll_fill_buf(context))?.is_empty() {
                let reason = "more data after the end of the compressed data";
                return Poll::Ready(Err(FetchError::new(ErrorKind::Protocol, reason).into()));
            }
        }
        Poll::Ready(Ok(length))
    }
}

/// How much of its own output a brotli stream refers back to, and so what its decoder holds.
pub(crate) struct BrotliWindow {
    shares: usize,
    held: Vec<SemaphoreGuard<'static>>,
}

impl BrotliWindow {
    /// The window that a stream's first byte asks for (RFC 7932, section 9.1).
    fn new(first: u8) -> Result<Self, FetchError> {
        let bits = match (first & 1, first >> 1 & 7, first >> 4 & 7) {
            (0, ..) => 16,
            (_, 0, 0) => 17,
            (_, 0, 1) => {
                let reason = "the brotli data wants a window that the standard forbids";
                return Err(FetchError::new(ErrorKind::Protocol, reason));
            }
            (_, 0, small) => 8 + small,
            (_, large, _) => 17 + large,
        };
        Ok(Self { shares: (1 << bits) / SHARE_BYTES, held: Vec::new() })
    }

    /// Waits until there is room for a stream that has given out so many bytes.
    pub(crate) async fn make_room(&mut self, bytes: u64) {
        if bytes > BROTLI_FREE_BYTES && self.held.len() < self.shares {
            let _turn = BROTLI_QUEUE.lock().await;
            while self.held.len() < self.shares {
                self.held.push(BROTLI_SHARES.acquire().await);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_as_the_standard_says() {
        // Section 9.1's table, by its first bits: 16, 17, 18, 24, 10 and 15 bits.
        for (first, bits) in [(0, 16), (1, 17), (3, 18), (15, 24), (0x21, 10), (0x71, 15)] {
            let window = BrotliWindow::new(first).unwrap();
            assert_eq!(window.shares, (1_usize << bits) / SHARE_BYTES, "{first:#x}");
        }
        assert!(BrotliWindow::new(0x11).is_err());
    }
}
