//! A page's body, from its first byte to its last: it is never whole in memory, but for its text.

use std::io;
use std::mem;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead};

use crate::content_type::ContentType;
use crate::decode::{BoxedBody, body_error, decode, poll_read_buffered};
use crate::error::{ErrorKind, FetchError};
use crate::head::ResponseHead;
use crate::job::Job;
use crate::outcome::Outcome;
use crate::searcher::Unsearched;
use crate::text::TextReader;

/// The most decoded bytes that are handed on at a time.
const CHUNK_BYTES: usize = 8 * 1024;

/// How long a page may work before other tasks are let in.
const SLICE: Duration = Duration::from_millis(1);

/// A body that is read chunk by chunk, decompressed and counted on the way, and its text kept.
pub struct PageBody<'p> {
    page: &'p mut Outcome,
    unsearched: &'p mut Option<Unsearched>,
    body: Sliced<BoxedBody<'p>>,
    /// How much of what `body` has ready was handed on.
    taken: usize,
    text: Option<TextReader>,
    max_bytes: u64,
}

impl<'p> PageBody<'p> {
    /// The body of a response with this head. What becomes of it is noted in `page`, and `unsearched`
    /// gets its text if it has to be searched.
    pub(crate) async fn new(
        job: &Job,
        page: &'p mut Outcome,
        unsearched: &'p mut Option<Unsearched>,
        head: &ResponseHead,
        body: impl AsyncBufRead + Send + Unpin + 'p,
    ) -> Result<Self, FetchError> {
        let content_type = head.content_type.as_deref().and_then(ContentType::extract);
        // Without a type it is taken for HTML, as browsers mostly find it to be.
        let is_html = content_type.as_ref().is_none_or(ContentType::is_html);
        Ok(Self {
            text: is_html.then(|| TextReader::new(job.searcher.query(), content_type)),
            body: Sliced::new(decode(head.content_encoding.as_deref(), body).await?),
            taken: 0,
            max_bytes: job.max_bytes,
            page,
            unsearched,
        })
    }

    /// The next decoded bytes; `None` when the body is complete.
    ///
    /// # Errors
    /// A [`FetchError`] in an [`io::Error`], so that it can travel beside those of files.
    pub async fn next_chunk(&mut self) -> io::Result<Option<&[u8]>> {
        self.body.consume_unpin(mem::take(&mut self.taken));
        let ready = self.body.fill_buf().await.map_err(body_error)?;
        let chunk = &ready[..ready.len().min(CHUNK_BYTES)];
        if chunk.is_empty() {
            if let Some(text) = self.text.take() {
                let read = text.finish();
                self.page.charset = Some(read.charset);
                match read.result {
                    Ok(found) => self.page.note(found),
                    Err(text) => *self.unsearched = Some(text.into()),
                }
            }
            return Ok(None);
        }
        self.taken = chunk.len();
        self.page.bytes += chunk.len() as u64;
        if self.page.bytes > self.max_bytes {
            let reason = format!("more than {} bytes (--max-bytes)", self.max_bytes);
            return Err(FetchError::new(ErrorKind::TooLarge, reason).into());
        }
        if let Some(text) = &mut self.text {
            text.write(chunk);
        }
        Ok(Some(chunk))
    }

    /// Reads chunk by chunk up to the end, for a page that is wanted nowhere else.
    ///
    /// # Errors
    /// As with [`next_chunk`](Self::next_chunk).
    pub async fn read_to_end(mut self) -> io::Result<()> {
        while self.next_chunk().await?.is_some() {}
        Ok(())
    }

    /// Notes the file that the page was saved to.
    pub fn saved_as(self, path: &Path) {
        self.page.file = Some(path.display().to_string());
    }
}

/// A body that lets other tasks in when it has worked for a while: a page of which everything is there
/// would be decoded and searched without a pause, a few kilobytes can become a thousand times as much,
/// and meanwhile nobody would look at any socket or timer.
struct Sliced<B> {
    body: B,
    /// Since when this page works, and nobody else.
    working: Option<Instant>,
}

impl<B> Sliced<B> {
    fn new(body: B) -> Self {
        Self { body, working: None }
    }
}

impl<B: AsyncBufRead + Unpin> AsyncBufRead for Sliced<B> {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let Self { body, working } = self.get_mut();
        if working.get_or_insert_with(Instant::now).elapsed() > SLICE {
            *working = None;
            context.waker().wake_by_ref(); // asyncio.sleep(0)
            return Poll::Pending;
        }
        let ready = Pin::new(body).poll_fill_buf(context);
        if ready.is_pending() {
            *working = None;
        }
        ready
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        Pin::new(&mut self.body).consume(amount);
    }
}

impl<B: AsyncBufRead + Unpin> AsyncRead for Sliced<B> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        poll_read_buffered(self, context, buffer)
    }
}
