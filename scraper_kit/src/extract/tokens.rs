//! From bytes to tags and text. The tokenizer is html5gum's, which knows all of the standard's
//! states; here is what it reads from, and what it tells.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};

use html5gum::{Emitter, Error, State, Tokenizer};

use super::selector::{Selector, Written};
use super::tag::Names;
use super::tree::{Start, Tree};

/// What follows a `<` or a `&` is read when so much of it is there: more than the longest entity,
/// which is `&CounterClockwiseContourIntegral;`.
const LOOKAHEAD: usize = 48;

/// What is kept of one tag: its name, and its attributes.
const MAX_NAME_BYTES: usize = 64;
const MAX_ATTRIBUTES: usize = 256;
const MAX_ATTRIBUTE_BYTES: usize = 32 * 1024;

/// The tokenizer holds the end tag of a `<title>` or a `<script>` until it knows it for one.
const MAX_END_TAG_BYTES: usize = 32 * 1024;

/// The matches of a page, and whether there was more.
pub(super) type Texts = (Vec<String>, bool);

/// Reads one page, piece by piece.
pub(super) struct Reading {
    pieces: Option<Sender<Vec<u8>>>,
    tokenizer: Box<Tokenizer<Source, Page>>,
}

impl Reading {
    pub(super) fn new(selector: Arc<Selector>) -> Self {
        let (pieces, received) = channel();
        let source = Source { pieces: received, ended: false, bytes: Vec::new(), at: 0 };
        let tokenizer = Tokenizer::new_with_emitter(source, Page::new(selector));
        Self { pieces: Some(pieces), tokenizer: Box::new(tokenizer) }
    }

    /// Reads the next piece; the texts when nothing more can be read.
    pub(super) fn write(&mut self, piece: &[u8]) -> Option<Texts> {
        let pieces = self.pieces.as_ref()?;
        let _ = pieces.send(piece.into()); // the source is there as long as the tokenizer
        self.tokenizer.next()?.ok()
    }

    /// The page is over.
    pub(super) fn finish(mut self) -> Texts {
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

/// What the tokenizer tells, on its way to the page's open elements.
struct Page {
    tree: Tree,
    names: Names,
    /// The tag that is being read.
    name: Vec<u8>,
    name_bytes: usize,
    is_end: bool,
    self_closing: bool,
    attributes: Vec<(Vec<u8>, Vec<u8>)>,
    attribute_count: usize,
    attribute_bytes: usize,
    keeps_attributes: bool,
    /// The start tag before it.
    last_start: Vec<u8>,
    doctype: Doctype,
    ended: bool,
    told: bool,
}

#[derive(Default)]
pub(super) struct Doctype {
    pub(super) name: Vec<u8>,
    pub(super) public: Option<Vec<u8>>,
    pub(super) has_system: bool,
    pub(super) force_quirks: bool,
}

impl Page {
    fn new(selector: Arc<Selector>) -> Self {
        Self {
            tree: Tree::new(selector),
            names: Names::default(),
            name: Vec::new(),
            name_bytes: 0,
            is_end: false,
            self_closing: false,
            attributes: Vec::new(),
            attribute_count: 0,
            attribute_bytes: 0,
            keeps_attributes: false,
            last_start: Vec::new(),
            doctype: Doctype::default(),
            ended: false,
            told: false,
        }
    }

    fn begin_tag(&mut self, is_end: bool) {
        self.is_end = is_end;
        self.self_closing = false;
        self.name.clear();
        self.name_bytes = 0;
        // What one tag needed is kept for the next, but not what a huge one did.
        let kept = if self.attribute_bytes > 2048 { 0 } else { 16 };
        self.attributes.truncate(kept);
        self.attribute_count = 0;
        self.attribute_bytes = 0;
    }

    /// Whether there is room for so much of an attribute.
    fn has_room(&mut self, bytes: usize) -> bool {
        if !self.keeps_attributes {
            return false;
        }
        self.attribute_bytes += bytes;
        let fits = self.attribute_bytes <= MAX_ATTRIBUTE_BYTES
            && self.attribute_count <= MAX_ATTRIBUTES
            && self.attribute_count > 0;
        self.tree.matches.truncated |= !fits && self.tree.selector.reads_attributes();
        fits
    }
}

impl Emitter for Page {
    type Token = Texts;

    fn set_last_start_tag(&mut self, _: Option<&[u8]>) {}

    fn emit_eof(&mut self) {
        self.tree.finish();
        self.ended = true;
    }

    #[inline]
    fn emit_error(&mut self, _: Error) {}

    #[inline]
    fn should_emit_errors(&mut self) -> bool {
        false
    }

    #[inline]
    fn pop_token(&mut self) -> Option<Texts> {
        if self.told || !(self.ended || self.tree.full) {
            return None;
        }
        self.told = true;
        let (texts, truncated) = self.tree.matches.finish();
        Some((texts, truncated || self.tree.full))
    }

    #[inline]
    fn emit_string(&mut self, text: &[u8]) {
        self.tree.read(text.len());
        if !self.tree.full && !self.tree.passes_over(b"") {
            self.tree.text(text);
        }
    }

    fn init_start_tag(&mut self) {
        self.begin_tag(false);
    }

    fn init_end_tag(&mut self) {
        self.begin_tag(true);
    }

    #[inline]
    fn push_tag_name(&mut self, name: &[u8]) {
        self.name_bytes += name.len();
        self.tree.full |= self.name_bytes > MAX_END_TAG_BYTES;
        let room = MAX_NAME_BYTES.saturating_sub(self.name.len());
        self.name.extend_from_slice(&name[..name.len().min(room)]);
    }

    fn set_self_closing(&mut self) {
        self.self_closing = true;
    }

    #[inline]
    fn init_attribute(&mut self) {
        self.attribute_count += 1;
        if self.attribute_count == 1 {
            self.keeps_attributes = !self.is_end
                && (self.tree.selector.reads_attributes() || Names::reads_attributes(&self.name));
        }
        if self.attribute_count > self.attributes.len() && self.has_room(0) {
            self.attributes.push(Default::default());
        } else if let Some((name, value)) = self.attributes.get_mut(self.attribute_count - 1) {
            name.clear();
            value.clear();
        }
    }

    #[inline]
    fn push_attribute_name(&mut self, name: &[u8]) {
        if self.has_room(name.len()) {
            self.attributes[self.attribute_count - 1].0.extend_from_slice(name);
        }
    }

    #[inline]
    fn push_attribute_value(&mut self, value: &[u8]) {
        if self.has_room(value.len()) {
            self.attributes[self.attribute_count - 1].1.extend_from_slice(value);
        }
    }

    fn emit_current_tag(&mut self) -> Option<State> {
        if self.tree.full {
            return None;
        }
        self.tree.read(self.name_bytes + self.attribute_bytes + 8 * self.attribute_count);
        if self.tree.passes_over(&self.name) {
            return None;
        }
        let tag = self.names.tag(&self.name);
        if self.is_end {
            self.tree.end(tag);
            return None;
        }
        self.last_start.clone_from(&self.name);
        let count = if self.keeps_attributes { self.attribute_count } else { 0 };
        let count = count.min(self.attributes.len());
        let written = Written {
            name: &self.name,
            attributes: &self.attributes[..count],
            quirks: self.tree.quirks,
        };
        self.tree.start(&Start { tag, written, self_closing: self.self_closing });
        self.tree.switch.take()
    }

    fn current_is_appropriate_end_tag_token(&mut self) -> bool {
        self.is_end && self.name == self.last_start
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&mut self) -> bool {
        self.tree.takes_cdata()
    }

    // Comments are no text.

    fn init_comment(&mut self) {}

    #[inline]
    fn push_comment(&mut self, _: &[u8]) {}

    fn emit_current_comment(&mut self) {
        self.tree.end_table_text();
    }

    // The doctype tells an old page from a newer one.

    fn init_doctype(&mut self) {
        self.doctype = Doctype::default();
    }

    fn push_doctype_name(&mut self, name: &[u8]) {
        push_some(&mut self.doctype.name, name);
    }

    fn set_doctype_public_identifier(&mut self, text: &[u8]) {
        self.doctype.public = Some(Vec::new());
        self.push_doctype_public_identifier(text);
    }

    fn push_doctype_public_identifier(&mut self, text: &[u8]) {
        push_some(self.doctype.public.get_or_insert_default(), text);
    }

    fn set_doctype_system_identifier(&mut self, _: &[u8]) {
        self.doctype.has_system = true;
    }

    fn push_doctype_system_identifier(&mut self, _: &[u8]) {}

    fn set_force_quirks(&mut self) {
        self.doctype.force_quirks = true;
    }

    fn emit_current_doctype(&mut self) {
        self.tree.doctype(&self.doctype);
    }
}

/// As much of it as can matter.
fn push_some(kept: &mut Vec<u8>, text: &[u8]) {
    let room = MAX_NAME_BYTES.saturating_sub(kept.len());
    kept.extend_from_slice(&text[..text.len().min(room)]);
}
