//! From bytes to tags and text. The tokenizer is html5gum's, which knows all of the standard's
//! states; here is what it reads from.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};

use html5gum::Tokenizer;

use crate::selector::Selector;
use crate::skip;
use crate::tokens::{Page, Texts};

/// What follows a `<` or a `&` is read when so much of it is there: more than the longest entity,
/// which is `&CounterClockwiseContourIntegral;`.
const LOOKAHEAD: usize = 48;

/// Reads one page, which comes in pieces of UTF-8, each of whole characters.
pub struct Reading {
    pieces: Option<Sender<Vec<u8>>>,
    tokenizer: Box<Tokenizer<Source, Page>>,
}

impl Reading {
    /// Begins to read a page.
    pub fn new(selector: Arc<Selector>) -> Self {
        let (pieces, received) = channel();
        let page = Page::new(selector);
        let passes_over = page.passes_over();
        let source =
            Source { pieces: received, ended: false, bytes: Vec::new(), at: 0, passes_over };
        let tokenizer = Tokenizer::new_with_emitter(source, page);
        Self { pieces: Some(pieces), tokenizer: Box::new(tokenizer) }
    }

    /// Reads the next piece; the texts when nothing more can be read.
    pub fn write(&mut self, piece: Vec<u8>) -> Option<Texts> {
        let pieces = self.pieces.as_ref()?;
        let _ = pieces.send(piece); // the source is there as long as the tokenizer
        self.tokenizer.next()?.ok()
    }

    /// The page is over.
    pub fn finish(mut self) -> Texts {
        self.pieces = None;
        self.tokenizer.next().and_then(Result::ok).unwrap_or_default()
    }
}

/// The pieces that have arrived, as the tokenizer wants them: byte by byte.
struct Source {
    pieces: Receiver<Vec<u8>>,
    ended: bool,
    bytes: Vec<u8>,
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

impl Source {
    /// Makes sure that what can be read next is there, unless the page is over.
    #[inline]
    fn prepare(&mut self) -> Result<(), Waiting> {
        if self.at + LOOKAHEAD > self.bytes.len() { self.prepare_end() } else { Ok(()) }
    }

    #[cold]
    fn prepare_end(&mut self) -> Result<(), Waiting> {
        while self.at + LOOKAHEAD > self.bytes.len()
            && !self.ended
            && matches!(self.bytes.get(self.at), None | Some(b'<' | b'&'))
        {
            match self.pieces.try_recv() {
                Ok(piece) if self.at == self.bytes.len() => {
                    self.bytes = piece;
                    self.at = 0;
                }
                Ok(piece) => {
                    self.bytes.drain(..self.at);
                    self.at = 0;
                    self.bytes.extend_from_slice(&piece);
                }
                Err(TryRecvError::Empty) => return Err(Waiting),
                Err(TryRecvError::Disconnected) => self.ended = true,
            }
        }
        Ok(())
    }
}

impl html5gum::Reader for Source {
    type Error = Waiting;

    #[inline]
    fn read_byte(&mut self) -> Result<Option<u8>, Waiting> {
        self.prepare()?;
        let byte = self.bytes.get(self.at).copied();
        self.at += usize::from(byte.is_some());
        Ok(byte)
    }

    fn try_read_string(&mut self, wanted: &[u8], case_sensitive: bool) -> Result<bool, Waiting> {
        if case_sensitive && self.bytes.get(self.at) != wanted.first() {
            return Ok(false); // an entity is asked for by every name that it may have
        }
        let there = self.bytes[self.at..].get(..wanted.len());
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
        let rest = &self.bytes[self.at..];
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
        Ok(Some(&self.bytes[start..self.at]).filter(|read| !read.is_empty()))
    }
}
