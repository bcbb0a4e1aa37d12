//! What the tokenizer tells, gathered into tags.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use html5gum::{Emitter, Error, State};

use crate::doctype::Doctype;
use crate::open::Start;
use crate::place::Written;
use crate::selector::Selector;
use crate::tag::Names;
use crate::tree::Tree;

/// What is kept of one tag: its name, and its attributes.
const MAX_NAME_BYTES: usize = 64;
const MAX_ATTRIBUTES: usize = 256;
const MAX_ATTRIBUTE_BYTES: usize = 32 * 1024;

/// The tokenizer holds the end tag of a `<title>` or a `<script>` until it knows it for one.
const MAX_END_TAG_BYTES: usize = 32 * 1024;

/// The matches of a page, and whether there was more.
pub type Texts = (Vec<String>, bool);

/// What the tokenizer tells, on its way to the page's open elements.
pub(crate) struct Page {
    tree: Tree,
    passes_over: Arc<AtomicBool>,
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

impl Page {
    pub(crate) fn new(selector: Arc<Selector>) -> Self {
        Self {
            tree: Tree::new(selector),
            passes_over: Arc::default(),
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

    /// Whether text and most tags make no difference where the page is now: for its reader to ask.
    pub(crate) fn passes_over(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.passes_over)
    }

    fn tell(&self) {
        self.passes_over.store(self.tree.passes_over(b""), Ordering::Relaxed);
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
            self.tell();
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
            self.tell();
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
        self.tell();
        self.tree.switch.take()
    }

    fn current_is_appropriate_end_tag_token(&mut self) -> bool {
        self.is_end && self.name == self.last_start
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&mut self) -> bool {
        self.tree.takes_cdata()
    }

    fn init_comment(&mut self) {}

    #[inline]
    fn push_comment(&mut self, _: &[u8]) {}

    fn emit_current_comment(&mut self) {
        self.tree.end_table_text();
    }

    fn init_doctype(&mut self) {
        self.doctype = Doctype::default();
    }

    fn push_doctype_name(&mut self, name: &[u8]) {
        self.doctype.push_name(name);
    }

    fn set_doctype_public_identifier(&mut self, text: &[u8]) {
        self.doctype.public = Some(Vec::new());
        self.push_doctype_public_identifier(text);
    }

    fn push_doctype_public_identifier(&mut self, text: &[u8]) {
        self.doctype.push_public(text);
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
