//! The elements that are open, as a browser has them: the rules of the HTML standard's "tree
//! construction", without the tree. An element that closes is forgotten; its text is in the
//! matches by then. <https://html.spec.whatwg.org/multipage/parsing.html#tree-construction>
//!
//! Python's html.parser has no such rules, BeautifulSoup leaves them to html5lib.

use std::sync::Arc;

use html5gum::State;

use crate::formatting::Entry;
use crate::matches::{Matches, Order};
use crate::open::{Namespace, Open, Start};
use crate::place::{Parts, Place, Written};
use crate::selector::Selector;
use crate::tag::Tag;

/// How many elements may be open. One more takes the place of the innermost one, as in browsers,
/// which draw the line at 512 or so.
pub(crate) const MAX_OPEN: usize = 2_100;

/// How many kinds of children may be counted at a time, for `:nth-of-type`.
const MAX_KINDS: usize = 1024;

/// How many open elements may be looked at, at first and for each byte of the page: some pages
/// are made to be slow, and what they ask for must not grow with the square of their length.
const FREE_WORK: u64 = 20_000_000;
const WORK_PER_BYTE: u64 = 60;

/// The insertion modes: where on the page the parser is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Initial,
    BeforeHtml,
    BeforeHead,
    InHead,
    InHeadNoscript,
    AfterHead,
    InBody,
    Text,
    InTable,
    InCaption,
    InColumnGroup,
    InTableBody,
    InRow,
    InCell,
    InTemplate,
    AfterBody,
    InFrameset,
    AfterFrameset,
}

/// The state of a page's parser.
pub(crate) struct Tree {
    pub(crate) selector: Arc<Selector>,
    pub(crate) open: Vec<Open>,
    pub(crate) formatting: Vec<Option<Entry>>,
    pub(crate) mode: Mode,
    /// Where to go on after a `<title>` or a `<script>`.
    pub(crate) back: Mode,
    pub(crate) template_modes: Vec<Mode>,
    pub(crate) head: Option<Open>,
    pub(crate) form: Option<Order>,
    pub(crate) frameset_ok: bool,
    pub(crate) fostering: bool,
    pub(crate) quirks: bool,
    /// The text of a table so far: white space, or what goes before the table.
    pub(crate) table_text: TableText,
    /// What the tokenizer has to read next, if it is not markup.
    pub(crate) switch: Option<State>,
    pub(crate) matches: Matches,
    pub(crate) text_read: u64,
    /// There was more on the page than can be followed.
    pub(crate) full: bool,
    pub(crate) elements: u32,
    pub(crate) kinds: usize,
    pub(crate) templates: usize,
    pub(crate) paragraphs: usize,
    /// Open elements that are templates, or of drawings and formulas.
    pub(crate) strangers: usize,
    pub(crate) open_matches: usize,
    pub(crate) work: u64,
    pub(crate) bytes: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum TableText {
    None,
    Space,
    Fostered,
}

impl Tree {
    pub(crate) fn new(selector: Arc<Selector>) -> Self {
        Self {
            selector,
            open: Vec::new(),
            formatting: Vec::new(),
            mode: Mode::Initial,
            back: Mode::InBody,
            template_modes: Vec::new(),
            head: None,
            form: None,
            frameset_ok: true,
            fostering: false,
            quirks: false,
            table_text: TableText::None,
            switch: None,
            matches: Matches::default(),
            text_read: 0,
            full: false,
            elements: 0,
            kinds: 0,
            templates: 0,
            paragraphs: 0,
            strangers: 0,
            open_matches: 0,
            work: 0,
            bytes: 0,
        }
    }

    /// So many more bytes of the page are read.
    pub(crate) fn read(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    /// Notes that so many open elements were looked at.
    pub(crate) fn work(&mut self, steps: usize) {
        self.work += steps as u64;
        self.full |= self.work > FREE_WORK + WORK_PER_BYTE * self.bytes;
    }

    // Open elements.

    pub(crate) fn current(&self) -> Option<&Open> {
        self.open.last()
    }

    pub(crate) fn current_is(&self, tag: Tag) -> bool {
        self.current().is_some_and(|open| open.is(tag))
    }

    /// Whether a tag, or text, makes no difference to what is found. In a body, outside of drawings
    /// and templates, whether a `<title>` or a `<script>` is an element and what is in it does not
    /// depend on what is open around it: who looks for nothing else need not know.
    /// (One case in some thousand random pages is read otherwise: in a drawing, an end tag of what
    /// is around it would end the drawing, too.)
    #[inline]
    pub(crate) fn passes_over(&self, name: &[u8]) -> bool {
        self.strangers == 0
            && self.mode == Mode::InBody
            && !self.frameset_ok
            && self.selector.wants_text_elements()
            && (name.len() < 3 || !Tag::changes_text(name))
    }

    /// Whether a `<p>` is open at all: most tags ask for one, and it may be far up.
    pub(crate) fn has_paragraph(&self) -> bool {
        self.paragraphs > 0
    }

    pub(crate) fn in_template(&self) -> bool {
        self.templates > 0
    }

    /// The next element's order. What stands before a table comes after all that was there.
    fn next_order(&mut self, before: u32) -> Order {
        self.elements = self.elements.saturating_add(1);
        match before {
            0 => (self.elements, 0),
            table => (table, i32::MIN.saturating_add_unsigned(self.elements.saturating_mul(16))),
        }
    }

    /// Opens the element of a start tag.
    pub(crate) fn push(&mut self, start: &Start<'_>) {
        let allowed = self.selector.allowed(&start.written);
        self.push_element(start.tag, Namespace::Html, allowed);
    }

    /// Opens an element and closes it: nothing is ever inside.
    pub(crate) fn push_void(&mut self, start: &Start<'_>) {
        self.push(start);
        self.pop();
    }

    /// Opens an element whose start tag was left out.
    pub(crate) fn push_implied(&mut self, tag: Tag) {
        let written = Written { name: tag.name(), attributes: &[], quirks: self.quirks };
        self.push(&Start { tag, written, self_closing: false });
    }

    pub(crate) fn push_element(&mut self, tag: Tag, namespace: Namespace, allowed: Parts) {
        if self.open.len() >= MAX_OPEN {
            self.matches.truncated = true;
            self.pop();
        }
        let fosters = self.current().is_some_and(Open::fosters);
        let fostered = self.fostering && fosters;
        let parent = if fostered { self.foster_parent() } else { self.open.len().checked_sub(1) };
        let before = match parent.map(|index| (&self.open[index], self.open.get(index + 1))) {
            Some((_, Some(table))) if fostered => table.order.0,
            Some((parent, _)) => parent.before,
            None => 0,
        };
        let order = self.next_order(before);
        let (place, is_match) = self.enter(tag, allowed, parent);
        let found = if is_match { self.matches.open(order) } else { None };
        self.insert(
            self.open.len(),
            Open {
                order,
                tag,
                namespace,
                holds_html: false,
                fostered,
                before,
                allowed,
                place,
                found,
                text_before: self.text_read,
                text_fostered: 0,
            },
        );
    }

    /// What an element is to its parent. What is in a `<template>` is not on the page.
    pub(crate) fn enter(
        &mut self,
        tag: Tag,
        allowed: Parts,
        parent: Option<usize>,
    ) -> (Place, bool) {
        if self.in_template() {
            return (Place::default(), false);
        }
        let parent = parent.and_then(|index| self.open.get_mut(index));
        let Some(parent) = parent else { return self.selector.enter(tag, allowed, None) };
        let kinds = parent.place.kinds();
        let entered = self.selector.enter(tag, allowed, Some(&mut parent.place));
        self.kinds += parent.place.kinds() - kinds;
        self.full |= self.kinds > MAX_KINDS;
        entered
    }
}
