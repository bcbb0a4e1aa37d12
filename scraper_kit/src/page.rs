//! One page, from its first permit to its outcome.

pub(crate) mod clock;
pub(crate) mod options;
mod redirect;
mod retry;
pub(crate) mod save;

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use futures::io::AsyncBufRead;
use url::Url;

use crate::body::PageBody;
use crate::error::{ErrorKind, FetchError};
use crate::head::ResponseHead;
use crate::outcome::{Outcome, Wait};
use crate::page::options::Options;
use crate::page::redirect::MAX_REDIRECTS;
use crate::page::save::SaveFile;
use crate::search::{Search, Searched, StopOnDrop, Unsearched};
use crate::targets::Target;
use crate::targets::limiter::{NewPage, Permit, Started};

/// A page under way.
pub struct Page {
    options: Arc<Options>,
    target: Target,
    outcome: Outcome,
    /// While it has one, it is in flight.
    permit: Option<Permit>,
    /// Kept until the report has taken the outcome.
    _started: Option<Started>,
    /// Its text, until that is searched, and what ends the search when the page is done.
    unsearched: Option<Unsearched>,
    stop_on_drop: Option<StopOnDrop>,
    /// Where the last redirect of this try leads, and how many there were.
    redirect: Option<Url>,
    redirects: usize,
    /// What the server asked for with a status that may pass.
    retry_after: Option<Duration>,
    waits: Vec<Wait>,
}

impl Page {
    /// The page's clock starts now.
    pub fn start(options: Arc<Options>, mut target: Target) -> Self {
        let first = target.permit.take().map(|NewPage { permit, started }| (permit, started));
        let (permit, started) = first.unzip();
        let outcome = Outcome {
            index: target.index,
            url: mem::take(&mut target.given),
            final_url: None,
            status: None,
            bytes: 0,
            charset: None,
            matches: Vec::new(),
            truncated: false,
            file: None,
            tries: 0,
            start: options.clock.elapsed(),
            elapsed: Duration::ZERO,
            error: None,
        };
        Self {
            options,
            target,
            outcome,
            permit,
            _started: started,
            unsearched: None,
            stop_on_drop: None,
            redirect: None,
            redirects: 0,
            retry_after: None,
            waits: Vec::new(),
        }
    }

    /// The URL to request next: the target's own, or the one that a redirect has led to. Waits for a permit
    /// for its host. A page has its first permit from the beginning, so this takes time only after a
    /// redirect to another host or before another try; and even then it comes before pages that have not
    /// started.
    ///
    /// # Errors
    /// The URL cannot be used.
    pub async fn next_url(&mut self) -> Result<Url, FetchError> {
        let (url, begins) = match self.redirect.take() {
            Some(url) => (url, false),
            None => (self.target.url.clone()?, true),
        };
        let origin = url.origin();
        if self.permit.as_ref().is_none_or(|permit| !permit.is_for(&origin)) {
            self.permit = None; // a page that waits for a permit must not hold another
            self.permit = Some(self.options.limiter.acquire(origin).await);
        }
        self.outcome.tries += usize::from(begins);
        Ok(url)
    }

    /// Whether the response to a request for `url` is a redirect; if so, [`next_url`](Self::next_url) follows
    /// it.
    ///
    /// # Errors
    /// It leads nowhere that a scraper should go, or was one redirect too many.
    pub fn follow_redirect(&mut self, head: &ResponseHead, url: &Url) -> Result<bool, FetchError> {
        self.redirect = head.redirect(url)?;
        self.redirects += usize::from(self.redirect.is_some());
        if self.redirects > MAX_REDIRECTS {
            let reason = format!("more than {MAX_REDIRECTS} redirects");
            return Err(FetchError::new(ErrorKind::Redirect, reason));
        }
        Ok(self.redirect.is_some())
    }

    /// The file to save the page to, if pages are saved.
    pub fn file(&self) -> Option<SaveFile> {
        self.options.file_for(&self.target)
    }

    /// A response has begun: notes its head and makes its body readable. A status of 400 or more is
    /// an error, as with aiohttp's `raise_for_status`, and so is a redirect that was not followed.
    pub async fn receive<'p>(
        &'p mut self,
        mut head: ResponseHead,
        body: impl AsyncBufRead + Send + 'p,
    ) -> Result<PageBody<'p>, FetchError> {
        self.outcome.status = Some(head.status);
        self.outcome.final_url = Some(mem::take(&mut head.url));
        let body = head.undo_transfer_coding(Box::pin(body))?;
        match head.status {
            ..200 => {
                let reason = format!("{} is no final answer", describe(head.status));
                Err(FetchError::new(ErrorKind::Protocol, reason))
            }
            400.. => {
                let mut reason = describe(head.status);
                if let Some(wait) = head.retry_after.filter(|_| retry::may_pass(head.status)) {
                    reason += &format!(", to be asked again after {} s", wait.as_secs());
                    self.retry_after = Some(wait);
                }
                Err(FetchError::new(ErrorKind::Status, reason))
            }
            301 | 302 | 303 | 307 | 308 => {
                let reason = format!("status {} without a Location", head.status);
                Err(FetchError::new(ErrorKind::Redirect, reason))
            }
            _ => {
                let (query, max_bytes) = (self.options.searcher.query(), self.options.max_bytes);
                let (page, unsearched) = (&mut self.outcome, &mut self.unsearched);
                PageBody::new(query, max_bytes, page, unsearched, &head, body).await
            }
        }
    }

    /// Waits until the page may be searched; `None` when it need not be, or not any more. A search is work for
    /// the processor, and blocks its thread. [`found`](Self::found) takes its result, and after that there
    /// may be another one. The page is complete, so its host gets back its permit.
    pub async fn search(&mut self) -> Option<Search> {
        let unsearched = self.unsearched.take()?;
        if let Some(permit) = &mut self.permit {
            permit.release_host();
        }
        let (search, stop_on_drop) = self.options.searcher.search(unsearched).await;
        self.stop_on_drop = Some(stop_on_drop);
        Some(search)
    }

    /// Notes what a search came to.
    pub fn found(&mut self, searched: Searched) {
        match searched.0 {
            Ok(found) => self.outcome.note(found),
            Err(unsearched) => self.unsearched = Some(unsearched),
        }
    }

    /// How long to wait before the next try; `None` when there is none, since this one succeeded, or
    /// would be no use, or would come after `--timeout`. The page gives back its permit.
    pub fn next_try(&mut self, result: &Result<(), FetchError>) -> Option<Duration> {
        let options = &self.options;
        let error = result.as_ref().err()?;
        let may_pass = match self.outcome.status {
            None => error.may_pass,
            Some(status) => error.kind == ErrorKind::Status && retry::may_pass(status),
        };
        if !may_pass || self.outcome.tries > options.retries {
            return None;
        }
        let tries = u32::try_from(self.outcome.tries).unwrap_or(u32::MAX);
        let asked_for = self.retry_after.take().unwrap_or_default();
        let wait = retry::backoff(options.retry_delay, tries).max(asked_for);
        let now = options.clock.elapsed();
        let limit = self.outcome.start + options.timeout;
        if wait >= limit.saturating_sub(now) {
            return None;
        }
        self.permit = None;
        (self.redirect, self.redirects) = (None, 0);
        self.waits.push(Wait { start: now, end: now + wait });
        self.outcome.status = None;
        self.outcome.final_url = None;
        Some(wait)
    }

    /// The page's clock stops, and it gives back its permit: it is complete, or has failed.
    pub fn finish(mut self, result: Result<(), FetchError>) -> Self {
        self.permit = None;
        self.stop_on_drop = None;
        self.unsearched = None;
        self.outcome.elapsed = self.options.clock.elapsed().saturating_sub(self.outcome.start);
        self.outcome.error = result.err();
        self
    }

    /// What became of it, and when it waited for another try.
    pub(crate) fn into_outcome(self) -> (Outcome, Vec<Wait>) {
        (self.outcome, self.waits)
    }
}

fn describe(status: u16) -> String {
    let status = http::StatusCode::from_u16(status);
    status.map_or_else(|error| error.to_string(), |status| status.to_string())
}
