//! What clients leave of a `Transfer-Encoding`.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::future::Either;
use futures::io::{AsyncBufRead, AsyncRead, AsyncReadExt, Take};

use crate::body::yielding::poll_read_buffered;
use crate::error::{ErrorKind, FetchError};
use crate::head::ResponseHead;

impl ResponseHead {
    /// The body that this head announces, out of what the client hands on. Clients undo `chunked`,
    /// and pass on what they do not understand.
    pub(crate) fn undo_transfer_coding<B: AsyncBufRead>(
        &self,
        body: B,
    ) -> Result<Either<B, ExactLength<B>>, FetchError> {
        let Some(codings) = &self.transfer_encoding else { return Ok(Either::Left(body)) };
        let mut codings = codings.split(',').map(str::trim);
        // `identity` means no coding at all (RFC 2616, section 3.6); later standards dropped it.
        let unknown = codings.clone().find(|coding| !["", "identity", "chunked"].contains(coding));
        if let Some(coding) = unknown {
            let reason = format!("unknown transfer coding {}", coding.escape_debug());
            return Err(FetchError::new(ErrorKind::Protocol, reason));
        }
        Ok(match self.content_length {
            // The client takes any Transfer-Encoding for a reason to read until the server closes.
            Some(length) if codings.all(|coding| coding != "chunked") => {
                Either::Right(ExactLength(body.take(length)))
            }
            _ => Either::Left(body),
        })
    }
}

/// A body that is over after so many bytes, and broken if there are fewer.
pub(crate) struct ExactLength<B>(Take<B>);

impl<B: AsyncBufRead + Unpin> AsyncBufRead for ExactLength<B> {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let body = &mut self.get_mut().0;
        let missing = body.limit();
        let available = ready!(Pin::new(body).poll_fill_buf(context))?;
        if available.is_empty() && missing > 0 {
            let reason = format!("{missing} bytes of the body are missing");
            return Poll::Ready(Err(FetchError::new(ErrorKind::Protocol, reason).into()));
        }
        Poll::Ready(Ok(available))
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        Pin::new(&mut self.0).consume(amount);
    }
}

impl<B: AsyncBufRead + Unpin> AsyncRead for ExactLength<B> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        poll_read_buffered(self, context, buffer)
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::body::decode::body_error;

    fn read(coding: &str, length: &str, body: &[u8]) -> Result<String, ErrorKind> {
        let url = "http://host/".parse().unwrap();
        let head = ResponseHead::new(200, &url, |name| match name {
            "transfer-encoding" => Some(coding.as_bytes()),
            "content-length" => Some(length.as_bytes()),
            _ => None,
        });
        let mut read = String::new();
        let mut body = head.undo_transfer_coding(body).map_err(|error| error.kind)?;
        let result = block_on(body.read_to_string(&mut read));
        result.map_err(|error| body_error(error).kind)?;
        Ok(read)
    }

    #[test]
    fn identity_is_no_coding() {
        assert_eq!(read("identity", "4", b"page and more").as_deref(), Ok("page"));
        assert_eq!(read("Identity,", "0", b"more").as_deref(), Ok(""));
        assert_eq!(read("identity", "", b"until it closes").as_deref(), Ok("until it closes"));
        assert_eq!(read("identity", "9", b"too short"[..5].as_ref()), Err(ErrorKind::Protocol));
        assert_eq!(read("identity, chunked", "4", b"whole page").as_deref(), Ok("whole page"));
        assert_eq!(read("chunked", "4", b"whole page").as_deref(), Ok("whole page"));
        assert_eq!(read("gzip, chunked", "4", b"page"), Err(ErrorKind::Protocol));
    }
}
