//! Undoing a `Content-Encoding`, for all three clients in the same way.
//!
//! A decoder's memory is bounded by its format: 32 KiB for gzip and deflate, and up to 16 MiB for
//! brotli, if a server asks for so much and then sends as much (RFC 7932, section 9.1).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use async_compression::futures::bufread::{
    BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder,
};
use futures::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead};

use crate::error::{ErrorKind, FetchError, root_cause};

/// The `Accept-Encoding` of every request.
pub const ACCEPT_ENCODING: &str = "gzip, deflate, br";

/// After so many bytes of input, other tasks get a turn.
const BYTES_PER_TURN: usize = 64 * 1024;

type Input<'b> = Pin<Box<dyn AsyncBufRead + Send + 'b>>;

/// Where a body's decoded bytes can be read.
pub(crate) type Decoded<'b> = Pin<Box<dyn AsyncRead + Send + 'b>>;

/// Undoes the coding that a `Content-Encoding` header names.
pub(crate) async fn decode<'b>(
    content_encoding: Option<&str>,
    body: impl AsyncBufRead + Send + Unpin + 'b,
) -> Result<Decoded<'b>, FetchError> {
    let broken = |reason: String| FetchError::new(ErrorKind::Protocol, reason);
    let mut input: Input<'b> = Box::pin(Fair { input: body, taken: 0, left: 0 });
    let codings = content_encoding.unwrap_or_default().to_ascii_lowercase();
    let codings: Vec<&str> = codings.split(',').map(str::trim).collect();
    let coding = match codings[..] {
        ["" | "identity"] => return Ok(input),
        [coding] => coding,
        // Legal, but nobody sends it, and each layer could blow up a thousandfold.
        _ => return Err(broken(format!("{} content codings in one another", codings.len()))),
    };
    // An empty body is empty whatever its coding: servers send such.
    let start = input.fill_buf().await.map_err(body_error)?;
    let Some(&first) = start.first() else { return Ok(input) };
    // RFC 9110 says that deflate has a zlib header, whose first byte ends in 8 (RFC 1950); some
    // servers leave it out.
    let has_header = first & 0x0f == 8;
    Ok(match coding {
        "gzip" | "x-gzip" => {
            let mut decoder = GzipDecoder::new(input);
            decoder.multiple_members(true); // reads on to the end for them
            Box::pin(decoder)
        }
        "deflate" if has_header => whole(ZlibDecoder::new(input), ZlibDecoder::get_pin_mut),
        "deflate" => whole(DeflateDecoder::new(input), DeflateDecoder::get_pin_mut),
        "br" => whole(BrotliDecoder::new(input), BrotliDecoder::get_pin_mut),
        unknown => {
            return Err(broken(format!("unknown content coding {}", unknown.escape_debug())));
        }
    })
}

/// An error while a body is read: the client's own, or a decoder's.
pub(crate) fn body_error(error: io::Error) -> FetchError {
    error
        .downcast()
        .unwrap_or_else(|error| FetchError::new(ErrorKind::Protocol, root_cause(&error)))
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

/// Gives other tasks a turn now and then, however fast data comes: a decoder may swallow any amount
/// of it without giving anything out. tokio's sockets do this by themselves, others do not.
struct Fair<B> {
    input: B,
    /// Bytes taken since the last turn.
    taken: usize,
    /// Bytes of the client's chunk that have not been taken. A turn is given between two chunks:
    /// whoever gives it with a chunk in hand makes the client hold a second one.
    left: usize,
}

impl<B: AsyncBufRead + Unpin> AsyncRead for Fair<B> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        poll_read_buffered(self, context, buffer)
    }
}

impl<B: AsyncBufRead + Unpin> AsyncBufRead for Fair<B> {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        if this.left == 0 && this.taken >= BYTES_PER_TURN {
            this.taken = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let available = ready!(Pin::new(&mut this.input).poll_fill_buf(context))?;
        this.left = available.len();
        Poll::Ready(Ok(available))
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        self.taken += amount;
        self.left = self.left.saturating_sub(amount);
        Pin::new(&mut self.input).consume(amount);
    }
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
) -> Decoded<'b> {
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
