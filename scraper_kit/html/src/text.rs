//! Where text belongs.

use std::mem;

use crate::open::Open;
use crate::tag::Tag::*;
use crate::tree::{Mode, TableText, Tree};

impl Tree {
    /// Text of which nothing is markup.
    pub(crate) fn text(&mut self, text: &[u8]) {
        let blank = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if self.takes_foreign(None) {
            self.frameset_ok &= blank == text.len();
            let text = if text == b"\0" { "\u{fffd}".as_bytes() } else { text };
            return self.give(text);
        }
        let (space, rest) = text.split_at(blank);
        match self.mode {
            Mode::Text => self.give(text),
            Mode::InBody | Mode::InCell | Mode::InCaption | Mode::InTemplate => {
                self.text_in_body(text);
            }
            Mode::InTable | Mode::InTableBody | Mode::InRow
                if self.current().is_some_and(Open::fosters) =>
            {
                self.text_in_table(text, rest.is_empty());
            }
            Mode::InTable | Mode::InTableBody | Mode::InRow => self.text_in_body(text),
            mode => {
                let keeps_space =
                    !matches!(mode, Mode::Initial | Mode::BeforeHtml) && mode != Mode::BeforeHead;
                if keeps_space && !space.is_empty() {
                    self.give(space);
                }
                if rest.is_empty() {
                    return;
                }
                let again = match mode {
                    Mode::Initial => {
                        self.quirks = true;
                        self.go(Mode::BeforeHtml)
                    }
                    Mode::InColumnGroup => self.close_colgroup(),
                    Mode::InFrameset | Mode::AfterFrameset => false,
                    _ => self.leave(mode),
                };
                if again {
                    self.text(rest);
                }
            }
        }
    }

    pub(crate) fn text_in_body(&mut self, text: &[u8]) {
        if text == b"\0" {
            return;
        }
        self.reconstruct();
        self.frameset_ok &= text.iter().all(u8::is_ascii_whitespace);
        self.give(text);
    }

    /// Text directly in a table is white space, or goes before the table.
    fn text_in_table(&mut self, text: &[u8], blank: bool) {
        if text == b"\0" {
            return;
        }
        if blank && self.table_text != TableText::Fostered {
            self.table_text = TableText::Space;
            return;
        }
        let fostering = std::mem::replace(&mut self.fostering, true);
        if self.table_text == TableText::Space {
            self.text_in_body(b" ");
        }
        self.table_text = TableText::Fostered;
        self.text_in_body(text);
        self.fostering = fostering;
    }

    /// Gives text to every match that is open around this place, for matches may be nested.
    pub(crate) fn give(&mut self, text: &[u8]) {
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
    pub(crate) fn finish(&mut self) {
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
    pub(crate) fn end_table_text(&mut self) {
        if mem::replace(&mut self.table_text, TableText::None) == TableText::Space {
            self.give(b" ");
        }
    }
}
