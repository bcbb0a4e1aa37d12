//! Undoing a `Content-Encoding`, for all three clients in the same way.
//!
//! A decoder's memory is bounded by its format: 32 KiB for gzip and deflate, and up to 16 MiB for
//! brotli, if the data says so and is as long (RFC 7932, section 9.1).

use std::io;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use async_compression::futures::bufread::{
    BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder,
};
use futures::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, BufReader};

use crate::body::yielding::Yielding;
use crate::error::{ErrorKind, FetchError, root_cause};

/// The `Accept-Encoding` of every request.
pub const ACCEPT_ENCODING: &str = "gzip, deflate, br";

/// A body, before its decoder or behind it.
pub(crate) type BoxedBody<'b> = Pin<Box<dyn AsyncBufRead + Send + 'b>>;

/// Decompressed bytes that are ready at a time.
const BUFFER_BYTES: usize = 8 * 1024;

/// Codings that change bytes and are not undone here: the rest of IANA's list of content codings,
/// and some that never got onto it. What else stands in a `Content-Encoding` changes nothing: names
/// of charsets and media types, `none`, `8bit`. Browsers and aiohttp ignore those, too.
const NOT_UNDONE: [&str; 15] = [
    "aes128gcm",
    "bzip",
    "bzip2",
    "compress",
    "dcb",
    "dcz",
    "exi",
    "lz4",
    "lzma",
    "pack200-gzip",
    "sdch",
    "x-bzip2",
    "x-compress",
    "xz",
    "zstd",
];

/// Undoes the coding that a `Content-Encoding` header names.
pub(crate) async fn decode<'b>(
    content_encoding: Option<&str>,
    body: impl AsyncBufRead + Send + Unpin + 'b,
) -> Result<BoxedBody<'b>, FetchError> {
    let broken = |reason: String| FetchError::new(ErrorKind::Protocol, reason);
    let mut input: BoxedBody<'b> = Box::pin(Yielding::new(body));
    let names = content_encoding.unwrap_or_default().to_ascii_lowercase();
    let mut codings: Vec<Coding> = Vec::new();
    for name in names.split(',').map(str::trim) {
        codings.push(match name {
            "gzip" | "x-gzip" => Coding::Gzip,
            "deflate" | "x-deflate" => Coding::Deflate,
            "br" => Coding::Brotli,
            _ if NOT_UNDONE.contains(&name) => {
                return Err(broken(format!("unknown content coding {name}")));
            }
            _ => continue,
        });
    }
    let coding = match codings[..] {
        [] => return Ok(input),
        [coding] => coding,
        // Legal, but not in use, and each layer could blow up a thousandfold.
        _ => return Err(broken(format!("{} content codings in one another", codings.len()))),
    };
    // An empty body is empty whatever its coding: servers send such.
    let start = input.fill_buf().await.map_err(body_error)?;
    let Some(&first) = start.first() else { return Ok(input) };
    // RFC 9110 says that deflate has a zlib header, whose first byte ends in 8 (RFC 1950); some
    // servers leave it out.
    let has_header = first & 0x0f == 8;
    Ok(match coding {
        Coding::Gzip => {
            let mut gzip = read_to_end(GzipDecoder::new(input), GzipDecoder::get_pin_mut);
            gzip.next = Some(GzipDecoder::new);
            buffered(gzip)
        }
        Coding::Deflate if has_header => {
            buffered(read_to_end(ZlibDecoder::new(input), ZlibDecoder::get_pin_mut))
        }
        Coding::Deflate => {
            let mut deflate = read_to_end(DeflateDecoder::new(input), DeflateDecoder::get_pin_mut);
            deflate.trailer = ZLIB_TRAILER;
            buffered(deflate)
        }
        Coding::Brotli => {
            buffered(read_to_end(BrotliDecoder::new(input), BrotliDecoder::get_pin_mut))
        }
    })
}

fn buffered<'b>(decoder: impl AsyncRead + Send + 'b) -> BoxedBody<'b> {
    Box::pin(BufReader::with_capacity(BUFFER_BYTES, decoder))
}

/// The codings that are undone.
#[derive(Clone, Copy)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
}

/// An error while a body is read: the client's own, or a decoder's.
pub(crate) fn body_error(error: io::Error) -> FetchError {
    error
        .downcast()
        .unwrap_or_else(|error| FetchError::new(ErrorKind::Protocol, root_cause(&error)))
}

/// A decoder that reads its input to the end: by itself it stops where its data says that it ends,
/// and would miss that the response goes on, or is cut off behind it.
struct ReadToEnd<'b, D> {
    decoder: D,
    input: fn(Pin<&mut D>) -> Pin<&mut BoxedBody<'b>>,
    /// A decoder for the data that follows, if any may: gzip has several members (RFC 1952).
    next: Option<fn(BoxedBody<'b>) -> D>,
    /// So many bytes behind the data may be anything.
    trailer: usize,
}

/// zlib's checksum. Some servers that leave out its header send it all the same; curl and browsers
/// do not look at what it is either.
const ZLIB_TRAILER: usize = 4;

fn read_to_end<'b, D>(
    decoder: D,
    input: fn(Pin<&mut D>) -> Pin<&mut BoxedBody<'b>>,
) -> ReadToEnd<'b, D> {
    ReadToEnd { decoder, input, next: None, trailer: 0 }
}

impl<D: AsyncRead + Unpin> AsyncRead for ReadToEnd<'_, D> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let length = ready!(Pin::new(&mut this.decoder).poll_read(context, buffer))?;
        if length > 0 {
            return Poll::Ready(Ok(length));
        }
        let mut input = (this.input)(Pin::new(&mut this.decoder));
        while this.trailer > 0 {
            let available = ready!(input.as_mut().poll_fill_buf(context))?;
            let skipped = available.len().min(this.trailer);
            input.as_mut().consume(skipped);
            this.trailer = if skipped > 0 { this.trailer - skipped } else { 0 };
        }
        let Some(first) = ready!(poll_behind(input.as_mut(), context))? else {
            return Poll::Ready(Ok(0));
        };
        match this.next {
            Some(next) if first == GZIP_MAGIC => {
                let input = mem::replace(input.get_mut(), Box::pin(futures::io::empty()));
                this.decoder = next(input);
                context.waker().wake_by_ref(); // members may be empty, and there may be thousands
                Poll::Pending
            }
            _ => {
                let reason = "more data after the end of the compressed data";
                Poll::Ready(Err(FetchError::new(ErrorKind::Protocol, reason).into()))
            }
        }
    }
}

/// The first byte of a gzip member.
const GZIP_MAGIC: u8 = 0x1f;

/// The first byte behind compressed data, save for what servers fill it up with: zeros, as `tar`
/// does, or a line end. `None` at the end of the body.
fn poll_behind(
    mut input: Pin<&mut impl AsyncBufRead>,
    context: &mut Context<'_>,
) -> Poll<io::Result<Option<u8>>> {
    loop {
        let available = ready!(input.as_mut().poll_fill_buf(context))?;
        let padding = available.iter().take_while(|byte| b"\0\r\n".contains(byte)).count();
        let (first, ends) = (available.get(padding).copied(), available.is_empty());
        input.as_mut().consume(padding);
        if ends || first.is_some() {
            return Poll::Ready(Ok(first));
        }
    }
}

#[cfg(test)]
mod tests {
    use async_compression::futures::bufread::{DeflateEncoder, GzipEncoder};
    use futures::executor::block_on;
    use futures::{AsyncReadExt, TryStreamExt};

    use super::*;

    /// What a body decodes to, given byte by byte, or the kind of its failure.
    fn decoded(codings: &str, body: &[u8]) -> Result<Vec<u8>, ErrorKind> {
        let read = async {
            let mut out = Vec::new();
            let body = futures::stream::iter(body.chunks(1).map(Ok)).into_async_read();
            let mut body = decode(Some(codings), body).await?;
            body.read_to_end(&mut out).await.map_err(body_error)?;
            Ok(out)
        };
        block_on(read).map_err(|error: FetchError| error.kind)
    }

    fn gzip(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        block_on(GzipEncoder::new(text.as_bytes()).read_to_end(&mut out)).unwrap();
        out
    }

    #[test]
    fn names_that_are_no_codings_change_nothing() {
        for names in [
            "",
            ",",
            "identity",
            "none",
            "UTF-8",
            "text/html",
            "8bit",
            "binary",
            "chunked",
            "identity, none",
            "\u{fffd}",
        ] {
            assert_eq!(decoded(names, b"page").as_deref(), Ok(&b"page"[..]), "{names}");
        }
        for names in ["gzip", "GZIP", "x-gzip", " , gzip", "gzip,", "utf-8, gzip", "gzip,identity"]
        {
            assert_eq!(decoded(names, &gzip("page")).as_deref(), Ok(&b"page"[..]), "{names}");
        }
        for names in ["zstd", "Compress", "x-compress", "gzip, zstd", "none, lzma", "gzip, br"] {
            assert_eq!(decoded(names, b"page"), Err(ErrorKind::Protocol), "{names}");
        }
    }

    #[test]
    fn gzip_may_be_followed_by_zeros_a_line_end_or_more_gzip() {
        let behind = |rest: &[u8]| decoded("gzip", &[&gzip("page"), rest].concat());
        for rest in [&b""[..], b"\0", &[0; 10_000], b"\r\n", b"\n", b"\n\0\0"] {
            assert_eq!(behind(rest).as_deref(), Ok(&b"page"[..]), "{rest:?}");
        }
        for rest in [gzip("s"), [vec![0; 512], gzip("s"), vec![0; 512]].concat()] {
            assert_eq!(behind(&rest).as_deref(), Ok(&b"pages"[..]), "{rest:?}");
        }
        for rest in [&b"more"[..], b"\0more", b"\x1f", b"\x1f\x8b\x08", b"\x1fmore", b" "] {
            assert_eq!(behind(rest), Err(ErrorKind::Protocol), "{rest:?}");
        }
        let half = &gzip("page")[..20];
        assert_eq!(decoded("gzip", half), Err(ErrorKind::Protocol));
        assert_eq!(decoded("gzip", &[half, &[0; 100]].concat()), Err(ErrorKind::Protocol));
    }

    #[test]
    fn raw_deflate_may_be_followed_by_a_checksum() {
        let mut raw = Vec::new();
        block_on(DeflateEncoder::new(&b"page"[..]).read_to_end(&mut raw)).unwrap();
        let behind = |rest: &[u8]| decoded("deflate", &[&raw, rest].concat());
        for rest in [&b""[..], b"\0", b"\n", b"sum", b"\x04\x00\x01\x9b", b"sum4\r\n\0"] {
            assert_eq!(behind(rest).as_deref(), Ok(&b"page"[..]), "{rest:?}");
        }
        for rest in [&b"sum45"[..], b"\0\0\0\0more"] {
            assert_eq!(behind(rest), Err(ErrorKind::Protocol), "{rest:?}");
        }
        assert_eq!(decoded("deflate", &raw[..raw.len() - 1]), Err(ErrorKind::Protocol));
    }

    #[test]
    fn between_two_gzip_members_other_tasks_run() {
        let empty = block_on(async {
            let mut member = Vec::new();
            GzipEncoder::new(&b""[..]).read_to_end(&mut member).await.unwrap();
            member
        });
        let body = empty.repeat(1000);
        let mut yields = 0;
        let mut read = Box::pin(async {
            let mut body = decode(Some("gzip"), &body[..]).await.unwrap();
            body.read_to_end(&mut Vec::new()).await
        });
        let context = &mut Context::from_waker(futures::task::noop_waker_ref());
        while read.as_mut().poll(context).is_pending() {
            yields += 1;
        }
        assert!(yields >= 999, "{yields}");
    }
}
