//! From bytes to tags and text. The tokenizer is html5gum's, which knows all of the standard's
//! states; here is what it reads from.

use std::fmt;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use html5gum::Tokenizer;

use crate::selector::Selector;
use crate::skip;
use crate::tokens::{Page, Texts};

/// What follows a `<` or a `&` is read when so much of it is there: more than the longest entity,
/// which is `&CounterClockwiseContourIntegral;`.
const LOOKAHEAD: usize = 48;

/// Reads one page, which comes in pieces.
pub struct Reading {
    arrived: Arc<Mutex<Arrived>>,
    tokenizer: Box<Tokenizer<Source, Page>>,
}

/// What the tokenizer has not read yet. It owns what it reads from, so the two share this.
#[derive(Default)]
struct Arrived {
    /// The last piece. When it has been read, it is empty, and its memory is there for the next.
    piece: String,
    ended: bool,
}

impl Reading {
    /// Begins to read a page.
    pub fn new(selector: Arc<Selector>) -> Self {
        let arrived = Arc::default();
        let page = Page::new(selector);
        let passes_over = page.passes_over();
        let source =
            Source { arrived: Arc::clone(&arrived), text: String::new(), at: 0, passes_over };
        let tokenizer = Tokenizer::new_with_emitter(source, page);
        Self { arrived, tokenizer: Box::new(tokenizer) }
    }

    /// Reads the next piece, which `fill` adds to an empty text; the texts when nothing more can be
    /// read. A page needs the memory of one piece, however many come.
    pub fn write(&mut self, fill: impl FnOnce(&mut String)) -> Option<Texts> {
        fill(&mut lock(&self.arrived).piece);
        self.tokenizer.next()?.ok()
    }

    /// The page is over.
    pub fn finish(mut self) -> Texts {
        lock(&self.arrived).ended = true;
        self.tokenizer.next().and_then(Result::ok).unwrap_or_default()
    }
}

fn lock(arrived: &Mutex<Arrived>) -> MutexGuard<'_, Arrived> {
    arrived.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The pieces that have arrived, as the tokenizer wants them: byte by byte.
struct Source {
    arrived: Arc<Mutex<Arrived>>,
    text: String,
    at: usize,
    /// Whether the page passes over all but a few tags: see [`skip`].
    passes_over: Arc<AtomicBool>,
}

/// The next piece is not there yet. The tokenizer goes on where it was when it is asked again.
#[derive(Debug)]
struct Waiting;

impl fmt::Display for Waiting {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("waiting for more of the page")
    }
}

impl std::error::Error for Waiting {}

/// Whether what begins with this byte can be read only when all of it is there.
fn needs_more(next: Option<u8>) -> bool {
    matches!(next, None | Some(b'<' | b'&'))
}

impl Source {
    /// Makes sure that what can be read next is there, unless the page is over.
    #[inline]
    fn prepare(&mut self) -> Result<(), Waiting> {
        if self.at + LOOKAHEAD > self.text.len() { self.prepare_end() } else { Ok(()) }
    }

    #[cold]
    fn prepare_end(&mut self) -> Result<(), Waiting> {
        let next = self.text.as_bytes().get(self.at).copied();
        if !needs_more(next) {
            return Ok(());
        }
        let mut arrived = lock(&self.arrived);
        self.text.drain(..self.at);
        self.at = 0;
        if self.text.is_empty() {
            mem::swap(&mut self.text, &mut arrived.piece); // and its memory is there for the next
        } else {
            self.text.push_str(&arrived.piece);
            arrived.piece.clear();
        }
        let next = self.text.bytes().next();
        let waits = self.text.len() < LOOKAHEAD && needs_more(next) && !arrived.ended;
        if waits { Err(Waiting) } else { Ok(()) }
    }
}

impl html5gum::Reader for Source {
    type Error = Waiting;

    #[inline]
    fn read_byte(&mut self) -> Result<Option<u8>, Waiting> {
        self.prepare()?;
        let byte = self.text.as_bytes().get(self.at).copied();
        self.at += usize::from(byte.is_some());
        Ok(byte)
    }

    fn try_read_string(&mut self, wanted: &[u8], case_sensitive: bool) -> Result<bool, Waiting> {
        if case_sensitive && self.text.as_bytes().get(self.at) != wanted.first() {
            return Ok(false); // an entity is asked for by every name that it may have
        }
        let there = self.text.as_bytes()[self.at..].get(..wanted.len());
        let same = there.is_some_and(|there| match case_sensitive {
            true => there == wanted,
            false => there.eq_ignore_ascii_case(wanted),
        });
        self.at += if same { wanted.len() } else { 0 };
        Ok(same)
    }

    #[inline]
    fn read_until<'b>(
        &'b mut self,
        wanted: &[u8],
        _: &'b mut [u8; 4],
    ) -> Result<Option<&'b [u8]>, Waiting> {
        self.prepare()?;
        let rest = &self.text.as_bytes()[self.at..];
        // The tokenizer looks for marks, never for letters, and for a \r, which is white space as
        // well as any other.
        let end = match *wanted {
            // Between two tags. What nobody looks at may as well be called text.
            [b'&', b'<', b'\0', b'\r'] if self.passes_over.load(Ordering::Relaxed) => {
                Some(skip::markup(rest))
            }
            [a, b, b'\r'] => memchr::memchr2(a, b, rest),
            [a, b, c, b'\r'] => memchr::memchr3(a, b, c, rest),
            _ => rest.iter().position(|byte| {
                !byte.is_ascii_lowercase() && wanted.iter().any(|wanted| wanted == byte)
            }),
        };
        let end = end.unwrap_or(rest.len()).max(1).min(rest.len());
        let start = self.at;
        self.at += end;
        Ok(Some(&self.text.as_bytes()[start..self.at]).filter(|read| !read.is_empty()))
    }
}
