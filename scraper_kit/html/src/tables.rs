//! What belongs into a table, and what ends its parts.

use crate::open::{Scope, Start};
use crate::tag::Tag::{self, *};
use crate::tree::{Mode, Tree};

impl Tree {
    pub(crate) fn start_in_table(&mut self, start: &Start<'_>) -> bool {
        match start.tag {
            Caption => {
                self.clear_to_table();
                self.push_marker();
                self.push(start);
                self.mode = Mode::InCaption;
            }
            Colgroup => {
                self.clear_to_table();
                self.push(start);
                self.mode = Mode::InColumnGroup;
            }
            Col => {
                self.clear_to_table();
                self.push_implied(Colgroup);
                return self.go(Mode::InColumnGroup);
            }
            Tbody | Tfoot | Thead => {
                self.clear_to_table();
                self.push(start);
                self.mode = Mode::InTableBody;
            }
            Td | Th | Tr => {
                self.clear_to_table();
                self.push_implied(Tbody); // browsers put it there
                return self.go(Mode::InTableBody);
            }
            Table => return self.close_table(),
            Style | Script | Template => return self.start_in_head(start),
            Input if start.is_hidden() => self.push_void(start),
            Form => {
                if !self.in_template() && self.form.is_none() {
                    self.push(start);
                    self.form = self.current().map(|open| open.order);
                    self.pop();
                }
            }
            _ => return self.misplaced(|tree| tree.start_in_body(start)),
        }
        false
    }

    /// What does not belong into a table goes before it.
    pub(crate) fn misplaced(&mut self, rule: impl FnOnce(&mut Self) -> bool) -> bool {
        self.fostering = true;
        let again = rule(self);
        self.fostering = false;
        again
    }

    pub(crate) fn start_in_table_body(&mut self, start: &Start<'_>) -> bool {
        match start.tag {
            Tr => {
                self.clear_to_section();
                self.push(start);
                self.mode = Mode::InRow;
                false
            }
            Td | Th => {
                self.clear_to_section();
                self.push_implied(Tr);
                self.go(Mode::InRow)
            }
            Caption | Col | Colgroup | Tbody | Tfoot | Thead => self.close_section(),
            _ => self.start_in_table(start),
        }
    }

    fn clear_to_table(&mut self) {
        self.pop_to(|tag| matches!(tag, Table | Template));
    }

    fn clear_to_section(&mut self) {
        self.pop_to(|tag| tag.is_table_section() || tag == Template);
    }

    /// These close a part of a table, and answer whether it was there.
    pub(crate) fn close_table(&mut self) -> bool {
        let is_there = self.has(Table, Scope::Table);
        if is_there {
            self.pop_until(|tag| tag == Table);
            self.reset_mode();
        }
        is_there
    }

    pub(crate) fn close_section(&mut self) -> bool {
        let is_there = self.find(Tag::is_table_section, Scope::Table).is_some();
        if is_there {
            self.clear_to_section();
            self.pop();
            self.mode = Mode::InTable;
        }
        is_there
    }

    pub(crate) fn close_row(&mut self) -> bool {
        let is_there = self.has(Tr, Scope::Table);
        if is_there {
            self.pop_to(|tag| matches!(tag, Tr | Template));
            self.pop();
            self.mode = Mode::InTableBody;
        }
        is_there
    }

    pub(crate) fn close_cell(&mut self) -> bool {
        self.imply_ends(None);
        self.pop_until(Tag::is_cell);
        self.clear_to_marker();
        self.go(Mode::InRow)
    }

    pub(crate) fn close_caption(&mut self) -> bool {
        let is_there = self.has(Caption, Scope::Table);
        if is_there {
            self.imply_ends(None);
            self.pop_until(|tag| tag == Caption);
            self.clear_to_marker();
            self.mode = Mode::InTable;
        }
        is_there
    }

    pub(crate) fn close_colgroup(&mut self) -> bool {
        let is_there = self.current_is(Colgroup);
        if is_there {
            self.pop();
            self.mode = Mode::InTable;
        }
        is_there
    }

    /// Finds out from what is open where the parser is.
    pub(crate) fn reset_mode(&mut self) {
        let mode = self.open.iter().rev().find_map(|open| match open.tag {
            Td | Th if open.is(open.tag) => Some(Mode::InCell),
            Tr if open.is(Tr) => Some(Mode::InRow),
            Tbody | Thead | Tfoot if open.is(open.tag) => Some(Mode::InTableBody),
            Caption if open.is(Caption) => Some(Mode::InCaption),
            Colgroup if open.is(Colgroup) => Some(Mode::InColumnGroup),
            Table if open.is(Table) => Some(Mode::InTable),
            Template if open.is(Template) => {
                Some(self.template_modes.last().copied().unwrap_or(Mode::InBody))
            }
            Head if open.is(Head) => Some(Mode::InHead),
            Body if open.is(Body) => Some(Mode::InBody),
            Frameset if open.is(Frameset) => Some(Mode::InFrameset),
            _ => None,
        });
        self.work(self.open.len());
        self.mode = mode.unwrap_or(match self.head {
            None => Mode::BeforeHead,
            Some(_) => Mode::AfterHead,
        });
    }
}

impl Start<'_> {
    /// An `<input>` that takes no place.
    pub(crate) fn is_hidden(&self) -> bool {
        let kind = self.written.attribute(b"type");
        kind.is_some_and(|kind| kind.eq_ignore_ascii_case(b"hidden"))
    }
}
