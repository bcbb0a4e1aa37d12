//! One page, from its response's head to its last byte, never whole in memory.

use std::future::poll_fn;
use std::io;
use std::path::Path;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::io::AsyncBufRead;
use serde::{Deserialize, Serialize};

use crate::content_type::ContentType;
use crate::decode::{Decoded, body_error, decode};
use crate::error::{ErrorKind, FetchError};
use crate::extract::Extractor;
use crate::head::ResponseHead;
use crate::job::Job;
use crate::target::Target;

/// Decoded bytes handed on at a time.
const CHUNK_BYTES: usize = 8 * 1024;

/// How long a page may work before other tasks get a turn.
const TURN: Duration = Duration::from_millis(1);

/// What became of one target: the record that the report shows, a line of the JSON output.
///
/// It is filled in as the page arrives, so that a page that fails half-way still tells its status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// The page's place in the list, from 0.
    pub index: usize,
    /// The URL as it was given.
    pub url: String,
    /// The URL that answered, after redirects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub final_url: Option<String>,
    /// The status of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Size of the body in bytes, decoded; of a page that failed, as much as had arrived.
    pub bytes: u64,
    /// The charset that an HTML page's text was read in.
    pub charset: Option<String>,
    /// The text of the elements that `--select` matches.
    pub matches: Vec<String>,
    /// Set when there was more to match than is kept of one page.
    #[serde(default, skip_serializing_if = "is_false")]
    pub truncated: bool,
    /// The file that `--save` wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// When the request started, since the start of the first one.
    #[serde(rename = "start_ms", with = "milliseconds")]
    pub start: Duration,
    /// How long the page took, from its start to its last byte or its failure.
    #[serde(rename = "elapsed_ms", with = "milliseconds")]
    pub elapsed: Duration,
    /// Why the page failed, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<FetchError>,
}

impl Page {
    /// The page's clock starts now.
    pub fn start(job: &Job, target: &Target) -> Self {
        Self {
            index: target.index,
            url: target.given.clone(),
            final_url: None,
            status: None,
            bytes: 0,
            charset: None,
            matches: Vec::new(),
            truncated: false,
            file: None,
            start: job.clock.elapsed(),
            elapsed: Duration::ZERO,
            error: None,
        }
    }

    /// A response has begun: notes its head and makes its body readable. A status of 400 or more is
    /// an error, as with aiohttp's `raise_for_status`, and so is a redirect that was not followed.
    pub async fn receive<'p>(
        &'p mut self,
        job: &Job,
        head: ResponseHead,
        body: impl AsyncBufRead + Send + 'p,
    ) -> Result<PageBody<'p>, FetchError> {
        self.status = Some(head.status);
        self.final_url = Some(head.url.clone());
        let body = head.undo_transfer_coding(Box::pin(body))?;
        match head.status {
            ..200 => {
                let reason = format!("{} is no final answer", describe(head.status));
                Err(FetchError::new(ErrorKind::Protocol, reason))
            }
            400.. => Err(FetchError::new(ErrorKind::Status, describe(head.status))),
            301 | 302 | 303 | 307 | 308 => {
                let reason = format!("status {} without a Location", head.status);
                Err(FetchError::new(ErrorKind::Redirect, reason))
            }
            _ => {
                let content_type = head.content_type.as_deref().and_then(ContentType::extract);
                // Without a type it is taken for HTML, as browsers mostly find it to be.
                let is_html = content_type.as_ref().is_none_or(ContentType::is_html);
                Ok(PageBody {
                    extractor: is_html.then(|| Extractor::new(job.select.clone(), content_type)),
                    body: decode(head.content_encoding.as_deref(), body).await?,
                    buffer: vec![0; CHUNK_BYTES].into(),
                    turn: None,
                    max_bytes: job.max_bytes,
                    page: self,
                })
            }
        }
    }

    /// The page's clock stops: it is complete, or has failed.
    pub fn finish(mut self, job: &Job, result: Result<(), FetchError>) -> Self {
        self.elapsed = job.clock.elapsed().saturating_sub(self.start);
        self.error = result.err();
        self
    }
}

/// A body that is read chunk by chunk, decompressed, counted and searched on the way.
pub struct PageBody<'p> {
    page: &'p mut Page,
    body: Decoded<'p>,
    extractor: Option<Extractor>,
    buffer: Box<[u8]>,
    /// When this page's turn began, if it has one.
    turn: Option<Instant>,
    max_bytes: u64,
}

impl PageBody<'_> {
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

    /// Reads decoded bytes into the buffer, unless it is time to give other tasks a turn: a page of
    /// which everything is there would be decoded and searched without a pause, a few kilobytes can
    /// become a thousand times as much, and meanwhile nobody would look at any socket or timer.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.turn.get_or_insert_with(Instant::now).elapsed() > TURN {
            self.turn = None;
            context.waker().wake_by_ref(); // asyncio.sleep(0)
            return Poll::Pending;
        }
        let read = self.body.as_mut().poll_read(context, &mut self.buffer);
        if read.is_pending() {
            self.turn = None;
        }
        read
    }

    /// Notes the file that the page was saved to.
    pub fn saved_as(self, path: &Path) {
        self.page.file = Some(path.display().to_string());
    }
}

fn describe(status: u16) -> String {
    let status = http::StatusCode::from_u16(status);
    status.map_or_else(|error| error.to_string(), |status| status.to_string())
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Durations as milliseconds with one decimal.
mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Duration, json: S) -> Result<S::Ok, S::Error> {
        json.serialize_f64((time.as_secs_f64() * 1e4).round() / 10.0)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(json: D) -> Result<Duration, D::Error> {
        let milliseconds = f64::deserialize(json)?;
        Duration::try_from_secs_f64(milliseconds / 1e3).map_err(serde::de::Error::custom)
    }
}
