//! The elements that are open, as a browser has them: the rules of the HTML standard's "tree
//! construction", without the tree. An element that closes is forgotten; its text is in the
//! matches by then. <https://html.spec.whatwg.org/multipage/parsing.html#tree-construction>
//!
//! Python's html.parser has no such rules, BeautifulSoup leaves them to html5lib.

use std::mem;
use std::sync::Arc;

use html5gum::State;

use super::formatting::Entry;
use super::matches::{Matches, Order};
use super::selector::{Parts, Place, Selector, Written};
use super::tag::Tag::{self, *};

/// How many elements may be open. One more takes the place of the innermost one, as in browsers,
/// which draw the line at 512 or so.
const MAX_OPEN: usize = 2_100;

/// How many kinds of children may be counted at a time, for `:nth-of-type`.
const MAX_KINDS: usize = 1024;

/// How many open elements may be looked at, at first and for each byte of the page: some pages
/// are made to be slow, and what they ask for must not grow with the square of their length.
const FREE_WORK: u64 = 20_000_000;
const WORK_PER_BYTE: u64 = 60;

/// The insertion modes: where on the page the parser is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Namespace {
    Html,
    Svg,
    MathMl,
    /// It was taken off the list, as a `<form>` is by its end tag wherever that stands, but what is
    /// open inside is inside still.
    Gone,
}

/// What ends the search for an element that a tag would close.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Default,
    List,
    Button,
    Table,
}

/// A start tag.
pub(super) struct Start<'a> {
    pub(super) tag: Tag,
    pub(super) written: Written<'a>,
    pub(super) self_closing: bool,
}

/// An open element.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub(super) order: Order,
    pub(super) tag: Tag,
    pub(super) namespace: Namespace,
    /// In a drawing or a formula: what is inside is HTML again.
    pub(super) holds_html: bool,
    /// It stands before the table that it was written in.
    pub(super) fostered: bool,
    /// The table before which it stands, or what it is in; 0 for none.
    pub(super) before: u32,
    pub(super) allowed: Parts,
    pub(super) place: Place,
    /// The match that it is.
    pub(super) found: Option<u8>,
    /// How much text the page had had when it opened.
    pub(super) text_before: u64,
    /// How much text has been placed before it: it is a table.
    pub(super) text_fostered: u64,
}

impl Open {
    pub(super) fn is(&self, tag: Tag) -> bool {
        self.tag == tag && self.namespace == Namespace::Html
    }

    pub(super) fn is_special(&self) -> bool {
        match self.namespace {
            Namespace::Html => self.tag.is_special(),
            _ => self.is_inside_point(),
        }
    }

    fn is_strange(&self) -> bool {
        self.is(Template) || matches!(self.namespace, Namespace::Svg | Namespace::MathMl)
    }

    /// What is misplaced directly in it goes before its table.
    pub(super) fn fosters(&self) -> bool {
        self.namespace == Namespace::Html && self.tag.fosters()
    }

    /// An element of a drawing or a formula in which there may be HTML.
    fn is_inside_point(&self) -> bool {
        match self.namespace {
            Namespace::Html | Namespace::Gone => false,
            Namespace::Svg => matches!(self.tag, ForeignObject | Desc | Title),
            Namespace::MathMl => {
                matches!(self.tag, Mi | Mn | Mo | Ms | Mtext | AnnotationXml)
            }
        }
    }

    pub(super) fn ends(&self, scope: Scope) -> bool {
        match (self.namespace, scope) {
            (Namespace::Html, Scope::Table) => matches!(self.tag, Html | Table | Template),
            (Namespace::Html, Scope::List) if matches!(self.tag, Ol | Ul) => true,
            (Namespace::Html, Scope::Button) if self.tag == Button => true,
            (Namespace::Html, _) => self.tag.bounds_scope(),
            (_, Scope::Table) => false,
            _ => self.is_inside_point(),
        }
    }
}

/// The state of a page's parser.
pub(super) struct Tree {
    pub(super) selector: Arc<Selector>,
    pub(super) open: Vec<Open>,
    pub(super) formatting: Vec<Option<Entry>>,
    pub(super) mode: Mode,
    /// Where to go on after a `<title>` or a `<script>`.
    pub(super) back: Mode,
    pub(super) template_modes: Vec<Mode>,
    pub(super) head: Option<Open>,
    pub(super) form: Option<Order>,
    pub(super) frameset_ok: bool,
    pub(super) fostering: bool,
    pub(super) quirks: bool,
    /// The text of a table so far: white space, or what goes before the table.
    pub(super) table_text: TableText,
    /// What the tokenizer has to read next, if it is not markup.
    pub(super) switch: Option<State>,
    pub(super) matches: Matches,
    pub(super) text_read: u64,
    /// There was more on the page than can be followed.
    pub(super) full: bool,
    elements: u32,
    kinds: usize,
    templates: usize,
    paragraphs: usize,
    /// Open elements that are templates, or of drawings and formulas.
    strangers: usize,
    open_matches: usize,
    work: u64,
    bytes: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TableText {
    None,
    Space,
    Fostered,
}

impl Tree {
    pub(super) fn new(selector: Arc<Selector>) -> Self {
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
    pub(super) fn read(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    /// Notes that so many open elements were looked at.
    pub(super) fn work(&mut self, steps: usize) {
        self.work += steps as u64;
        self.full |= self.work > FREE_WORK + WORK_PER_BYTE * self.bytes;
    }

    // Open elements.

    pub(super) fn current(&self) -> Option<&Open> {
        self.open.last()
    }

    pub(super) fn current_is(&self, tag: Tag) -> bool {
        self.current().is_some_and(|open| open.is(tag))
    }

    /// Whether a tag, or text, makes no difference to what is found. In a body, outside of drawings
    /// and templates, whether a `<title>` or a `<script>` is an element and what is in it does not
    /// depend on what is open around it: who looks for nothing else need not know.
    #[inline]
    pub(super) fn passes_over(&self, name: &[u8]) -> bool {
        self.strangers == 0
            && self.mode == Mode::InBody
            && !self.frameset_ok
            && self.selector.wants_text_elements()
            && (name.len() < 3 || !Tag::changes_text(name))
    }

    /// Whether a `<p>` is open at all: most tags ask for one, and it may be far up.
    pub(super) fn has_paragraph(&self) -> bool {
        self.paragraphs > 0
    }

    pub(super) fn in_template(&self) -> bool {
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
    pub(super) fn push(&mut self, start: &Start<'_>) {
        let allowed = self.selector.allowed(&start.written);
        self.push_element(start.tag, Namespace::Html, allowed);
    }

    /// Opens an element and closes it: nothing is ever inside.
    pub(super) fn push_void(&mut self, start: &Start<'_>) {
        self.push(start);
        self.pop();
    }

    /// Opens an element whose start tag was left out.
    pub(super) fn push_implied(&mut self, tag: Tag) {
        let written = Written { name: tag.name(), attributes: &[], quirks: self.quirks };
        self.push(&Start { tag, written, self_closing: false });
    }

    pub(super) fn push_element(&mut self, tag: Tag, namespace: Namespace, allowed: Parts) {
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
    pub(super) fn enter(
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

    pub(super) fn insert(&mut self, index: usize, open: Open) {
        self.templates += usize::from(open.is(Template));
        self.paragraphs += usize::from(open.is(P));
        self.strangers += usize::from(open.is_strange());
        self.open_matches += usize::from(open.found.is_some());
        self.work(self.open.len() - index);
        if self.open.len() == self.open.capacity() {
            self.open.reserve_exact(self.open.len().clamp(32, 512)); // and not twice as many
        }
        self.open.insert(index, open);
    }

    pub(super) fn set_found(&mut self, index: usize, found: Option<u8>) {
        self.open[index].found = found;
        self.open_matches += usize::from(found.is_some());
    }

    /// It matches no more, where it has come to be.
    pub(super) fn unset_found(&mut self, index: usize) {
        if let Some(found) = self.open[index].found.take() {
            self.open_matches -= 1;
            self.matches.withdraw(found);
        }
    }

    pub(super) fn remove(&mut self, index: usize) -> Open {
        self.work(self.open.len() - index);
        let open = self.open.remove(index);
        self.templates -= usize::from(open.is(Template));
        self.paragraphs -= usize::from(open.is(P));
        self.strangers -= usize::from(open.is_strange());
        self.open_matches -= usize::from(open.found.is_some());
        self.kinds -= open.place.kinds();
        open
    }

    /// Takes an element off the list, though others are open inside.
    pub(super) fn take_off(&mut self, index: usize) {
        if index + 1 == self.open.len() {
            return self.pop();
        }
        self.templates -= usize::from(self.open[index].is(Template));
        self.paragraphs -= usize::from(self.open[index].is(P));
        self.open[index].namespace = Namespace::Gone;
    }

    /// Closes the innermost element.
    pub(super) fn pop(&mut self) {
        loop {
            let Some(last) = self.open.len().checked_sub(1) else { return };
            self.remove(last);
            if self.current().is_none_or(|open| open.namespace != Namespace::Gone) {
                return;
            }
        }
    }

    /// Closes elements up to and with the innermost one of these.
    pub(super) fn pop_until(&mut self, is_last: impl Fn(Tag) -> bool) {
        while let Some(open) = self.current() {
            let last = open.namespace == Namespace::Html && is_last(open.tag);
            self.pop();
            if last {
                return;
            }
        }
    }

    /// Closes elements until the innermost is one of these.
    pub(super) fn pop_to(&mut self, may_stay: impl Fn(Tag) -> bool) {
        while let Some(open) = self.current() {
            if open.namespace == Namespace::Html && (may_stay(open.tag) || open.tag == Html) {
                return;
            }
            self.pop();
        }
    }

    /// Where the innermost of these elements is, if no container lies between.
    pub(super) fn find(&mut self, wanted: impl Fn(Tag) -> bool, scope: Scope) -> Option<usize> {
        let is_wanted = |open: &Open| open.namespace == Namespace::Html && wanted(open.tag);
        let stop = self.open.iter().rposition(|open| is_wanted(open) || open.ends(scope));
        self.work(self.open.len() - stop.unwrap_or_default());
        stop.filter(|index| is_wanted(&self.open[*index]))
    }

    pub(super) fn has(&mut self, tag: Tag, scope: Scope) -> bool {
        self.find(|other| other == tag, scope).is_some()
    }

    /// Closes the elements whose end tags may be left out, but not `except`.
    pub(super) fn imply_ends(&mut self, except: Option<Tag>) {
        while let Some(open) = self.current() {
            let implied = open.namespace == Namespace::Html && open.tag.has_implied_end();
            if !implied || Some(open.tag) == except {
                return;
            }
            self.pop();
        }
    }

    /// Where the parent of a table is: what is misplaced in the table stands there.
    pub(super) fn foster_parent(&mut self) -> Option<usize> {
        let table = self.open.iter().rposition(|open| open.is(Table) || open.is(Template));
        self.work(self.open.len() - table.unwrap_or_default());
        match table {
            Some(index) if self.open[index].is(Template) => Some(index),
            Some(index) => index.checked_sub(1),
            None => (!self.open.is_empty()).then_some(0),
        }
    }

    // Text.

    /// Gives text to every match that is open around this place, for matches may be nested.
    pub(super) fn give(&mut self, text: &[u8]) {
        if self.in_template() {
            return;
        }
        self.text_read += text.len() as u64;
        if self.open_matches == 0 {
            return;
        }
        let fosters = self.fostering && self.current().is_some_and(Open::fosters);
        let mut place = self.open.len().checked_sub(1);
        let mut end = None; // where in the text of what is outside of a table the table begins
        if fosters {
            (place, end) = self.leave_table(self.open.len(), text.len());
        }
        while let Some(index) = place {
            let open = &self.open[index];
            if let Some(found) = open.found {
                let end = end.map(|end: u64| end.saturating_sub(open.text_before) as usize);
                self.matches.insert(found, end, text);
            }
            place = index.checked_sub(1);
            if open.fostered {
                (place, end) = self.leave_table(index, text.len());
            }
        }
        self.work(self.open.len());
    }

    /// From what is misplaced in a table to what is around it, and where its text goes there.
    fn leave_table(&mut self, inside: usize, length: usize) -> (Option<usize>, Option<u64>) {
        let is_end = |open: &Open| open.is(Table) || open.is(Template);
        let Some(index) = self.open[..inside].iter().rposition(is_end) else { return (None, None) };
        let table = &mut self.open[index];
        let end = table.text_before + table.text_fostered;
        table.text_fostered += length as u64;
        (index.checked_sub(1), Some(end))
    }

    /// The page is over: what its author has left out is there, too.
    pub(super) fn finish(&mut self) {
        self.end_table_text();
        if self.mode == Mode::Text {
            self.pop();
            self.mode = self.back;
        }
        while self.in_template() {
            self.end_template();
        }
        while matches!(
            self.mode,
            Mode::Initial
                | Mode::BeforeHtml
                | Mode::BeforeHead
                | Mode::InHead
                | Mode::InHeadNoscript
                | Mode::AfterHead
        ) {
            self.leave(self.mode);
        }
    }

    /// The next token is no text: what a table has got so far was white space, and may stay.
    pub(super) fn end_table_text(&mut self) {
        if mem::replace(&mut self.table_text, TableText::None) == TableText::Space {
            self.give(b" ");
        }
    }
}
