//! One page, from its turn to its outcome.

use std::mem;
use std::time::Duration;

use futures::io::AsyncBufRead;
use url::Url;

use crate::body::PageBody;
use crate::error::{ErrorKind, FetchError};
use crate::head::ResponseHead;
use crate::job::Job;
use crate::outcome::{Outcome, Wait};
use crate::redirect::MAX_REDIRECTS;
use crate::retry;
use crate::save::SaveFile;
use crate::searcher::{Search, Searched, StopOnDrop, Unsearched};
use crate::target::Target;
use crate::turn::{Begun, Turn};

/// A page under way.
pub struct Page {
    job: Job,
    target: Target,
    outcome: Outcome,
    /// Its turn: while it has one, it is in flight.
    turn: Option<Turn>,
    /// Kept until somebody has taken the outcome.
    _begun: Option<Begun>,
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
    pub fn start(job: Job, mut target: Target) -> Self {
        let (turn, begun) = target.turn.take().unzip();
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
            tries: usize::from(turn.is_some()),
            start: job.clock.elapsed(),
            elapsed: Duration::ZERO,
            error: None,
        };
        Self {
            job,
            target,
            outcome,
            turn,
            _begun: begun,
            unsearched: None,
            stop_on_drop: None,
            redirect: None,
            redirects: 0,
            retry_after: None,
            waits: Vec::new(),
        }
    }

    /// Waits until the page may be in flight to the host of the URL that is to be requested next, and
    /// returns that URL. It takes no time, unless a redirect has led to another host, or this is
    /// another try; even then the page goes before those that have not begun.
    ///
    /// # Errors
    /// The URL cannot be used.
    pub async fn turn(&mut self) -> Result<Url, FetchError> {
        let url = match self.redirect.take() {
            Some(url) => url,
            None => self.target.url.clone()?,
        };
        let origin = url.origin();
        if self.turn.as_ref().is_none_or(|turn| !turn.is_at(&origin)) {
            self.turn = None; // while it waits for one turn, it must not keep another
            self.turn = Some(self.job.turns.go_on(origin).await);
        }
        Ok(url)
    }

    /// Whether the response to a request for `url` leads on to another one.
    ///
    /// # Errors
    /// It leads nowhere that a scraper should go, or was one redirect too many.
    pub fn is_redirected(&mut self, head: &ResponseHead, url: &Url) -> Result<bool, FetchError> {
        self.redirect = head.next_url(url)?;
        self.redirects += usize::from(self.redirect.is_some());
        if self.redirects > MAX_REDIRECTS {
            let reason = format!("more than {MAX_REDIRECTS} redirects");
            return Err(FetchError::new(ErrorKind::Redirect, reason));
        }
        Ok(self.redirect.is_some())
    }

    /// The file to save the page to, if pages are saved.
    pub fn file(&self) -> Option<SaveFile> {
        self.job.file_for(&self.target)
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
                let (job, page, unsearched) = (&self.job, &mut self.outcome, &mut self.unsearched);
                PageBody::new(job, page, unsearched, &head, body).await
            }
        }
    }

    /// A search to be made, when there is one and it is its turn: it is work for the processor, and blocks
    /// its thread. Whatever it comes to is to be handed to [`found`](Self::found), and then there may be
    /// another one. The page is complete, so its host may be asked for the next one in the meantime.
    pub async fn search(&mut self) -> Option<Search> {
        let unsearched = self.unsearched.take()?;
        if let Some(turn) = &mut self.turn {
            turn.leave_host();
        }
        let (search, stop_on_drop) = self.job.searcher.search(unsearched).await;
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
    /// would be no use, or would come after `--timeout`. The page's turn is over.
    pub fn next_try(&mut self, result: &Result<(), FetchError>) -> Option<Duration> {
        let job = &self.job;
        let error = result.as_ref().err()?;
        let may_pass = match self.outcome.status {
            None => error.may_pass,
            Some(status) => error.kind == ErrorKind::Status && retry::may_pass(status),
        };
        if !may_pass || self.outcome.tries > job.retries {
            return None;
        }
        let tries = u32::try_from(self.outcome.tries).unwrap_or(u32::MAX);
        let asked_for = self.retry_after.take().unwrap_or_default();
        let wait = retry::backoff(job.retry_delay, tries).max(asked_for);
        let now = job.clock.elapsed();
        let limit = self.outcome.start + job.timeout;
        if wait >= limit.saturating_sub(now) {
            return None;
        }
        self.turn = None;
        (self.redirect, self.redirects) = (None, 0);
        self.waits.push(Wait { start: now, end: now + wait });
        self.outcome.tries += 1;
        self.outcome.status = None;
        self.outcome.final_url = None;
        Some(wait)
    }

    /// The page's clock stops, and its turn is over: it is complete, or has failed.
    pub fn finish(mut self, result: Result<(), FetchError>) -> Self {
        self.turn = None;
        self.stop_on_drop = None;
        self.unsearched = None;
        self.outcome.elapsed = self.job.clock.elapsed().saturating_sub(self.outcome.start);
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
