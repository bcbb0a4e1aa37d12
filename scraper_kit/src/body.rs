//! A page's body, from its first byte to its last, never whole in memory.

use std::future::poll_fn;
use std::io;
use std::path::Path;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::io::AsyncBufRead;

use crate::content_type::ContentType;
use crate::decode::{Decoded, body_error, decode};
use crate::error::{ErrorKind, FetchError};
use crate::extract::Extractor;
use crate::head::ResponseHead;
use crate::job::Job;
use crate::outcome::Outcome;

/// Decoded bytes handed on at a time.
const CHUNK_BYTES: usize = 8 * 1024;

/// How long a page may work before other tasks are let in.
const SLICE: Duration = Duration::from_millis(1);

/// A body that is read chunk by chunk, decompressed, counted and searched on the way.
pub struct PageBody<'p> {
    page: &'p mut Outcome,
    body: Decoded<'p>,
    extractor: Option<Extractor>,
    buffer: Box<[u8]>,
    /// Since when this page works, and nobody else.
    working: Option<Instant>,
    max_bytes: u64,
}

impl<'p> PageBody<'p> {
    /// The body of a response with this head. What becomes of it is noted in `page`.
    pub(crate) async fn new(
        job: &Job,
        page: &'p mut Outcome,
        head: &ResponseHead,
        body: impl AsyncBufRead + Send + Unpin + 'p,
    ) -> Result<Self, FetchError> {
        let content_type = head.content_type.as_deref().and_then(ContentType::extract);
        // Without a type it is taken for HTML, as browsers mostly find it to be.
        let is_html = content_type.as_ref().is_none_or(ContentType::is_html);
        Ok(Self {
            extractor: is_html.then(|| Extractor::new(job.select.clone(), content_type)),
            body: decode(head.content_encoding.as_deref(), body).await?,
            buffer: vec![0; CHUNK_BYTES].into(),
            working: None,
            max_bytes: job.max_bytes,
            page,
        })
    }

    /// The next decoded bytes; `None` when the body is complete, and the page's matches are known.
    ///
    /// # Errors
    /// A [`FetchError`] in an [`io::Error`], so that it can travel beside those of files.
    pub async fn next_chunk(&mut self) -> io::Result<Option<&[u8]>> {
        let length = poll_fn(|context| self.poll_read(context)).await.map_err(body_error)?;
        if length == 0 {
            if let Some(extractor) = self.extractor.take() {
                let found = extractor.finish();
                self.page.charset = Some(found.charset);
                self.page.matches = found.matches;
                self.page.truncated = found.truncated;
            }
            return Ok(None);
        }
        let chunk = &self.buffer[..length];
        self.page.bytes += length as u64;
        if self.page.bytes > self.max_bytes {
            let reason = format!("more than {} bytes (--max-bytes)", self.max_bytes);
            return Err(FetchError::new(ErrorKind::TooLarge, reason).into());
        }
        if let Some(extractor) = &mut self.extractor {
            extractor.write(chunk);
        }
        Ok(Some(chunk))
    }

    /// Reads decoded bytes into the buffer, unless it is time to let other tasks in: a page of
    /// which everything is there would be decoded and searched without a pause, a few kilobytes can
    /// become a thousand times as much, and meanwhile nobody would look at any socket or timer.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.working.get_or_insert_with(Instant::now).elapsed() > SLICE {
            self.working = None;
            context.waker().wake_by_ref(); // asyncio.sleep(0)
            return Poll::Pending;
        }
        let read = self.body.as_mut().poll_read(context, &mut self.buffer);
        if read.is_pending() {
            self.working = None;
        }
        read
    }

    /// Notes the file that the page was saved to.
    pub fn saved_as(self, path: &Path) {
        self.page.file = Some(path.display().to_string());
    }
}
