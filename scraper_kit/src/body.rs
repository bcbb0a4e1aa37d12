//! A page's body, from its first byte to its last: it is never whole in memory, but for its text.

mod charset;
mod content_type;
mod decode;
mod prescan;
mod text;
mod transfer;
mod yielding;

use std::mem;
use std::path::Path;
use std::sync::Arc;

use futures::io::{AsyncBufRead, AsyncBufReadExt};

use crate::body::content_type::ContentType;
use crate::body::decode::{BoxedBody, body_error, decode};
use crate::body::text::TextReader;
use crate::body::yielding::Yielding;
use crate::error::{ErrorKind, FetchError};
use crate::head::ResponseHead;
use crate::outcome::Outcome;
use crate::search::{Query, Unsearched};

pub use decode::ACCEPT_ENCODING;

/// The most decoded bytes that are handed on at a time.
const CHUNK_BYTES: usize = 8 * 1024;

/// A body that is read chunk by chunk, decompressed and counted on the way, and its text kept.
pub struct PageBody<'p> {
    page: &'p mut Outcome,
    unsearched: &'p mut Option<Unsearched>,
    body: Yielding<BoxedBody<'p>>,
    /// How much of what `body` has ready was handed on.
    taken: usize,
    text: Option<TextReader>,
    max_bytes: u64,
}

impl<'p> PageBody<'p> {
    /// The body of a response with this head. What becomes of it is noted in `page`, and `unsearched`
    /// gets its text if it has to be searched.
    pub(crate) async fn new(
        query: Arc<Query>,
        max_bytes: u64,
        page: &'p mut Outcome,
        unsearched: &'p mut Option<Unsearched>,
        head: &ResponseHead,
        body: impl AsyncBufRead + Send + Unpin + 'p,
    ) -> Result<Self, FetchError> {
        let content_type = head.content_type.as_deref().and_then(ContentType::extract);
        // Without a type it is taken for HTML, as browsers mostly find it to be.
        let is_html = content_type.as_ref().is_none_or(ContentType::is_html);
        Ok(Self {
            text: is_html.then(|| TextReader::new(query, content_type)),
            body: Yielding::new(decode(head.content_encoding.as_deref(), body).await?),
            taken: 0,
            max_bytes,
            page,
            unsearched,
        })
    }

    /// The next decoded bytes; `None` when the body is complete.
    ///
    /// # Errors
    /// The body breaks off, cannot be decoded, or is too large.
    pub async fn next_chunk(&mut self) -> Result<Option<&[u8]>, FetchError> {
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
            return Err(FetchError::new(ErrorKind::TooLarge, reason));
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
    pub async fn read_to_end(mut self) -> Result<(), FetchError> {
        while self.next_chunk().await?.is_some() {}
        Ok(())
    }

    /// Notes the file that the page was saved to.
    pub fn saved_as(self, path: &Path) {
        self.page.file = Some(path.display().to_string());
    }
}
