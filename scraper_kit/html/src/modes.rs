//! Which start tags and which text may stand where, outside of a page's body: the standard's
//! "insertion modes". A rule that answers `true` has closed or opened something that the tag asked
//! for, and wants the tag again.

use html5gum::State;

use crate::open::{Scope, Start};
use crate::tag::Tag::{self, *};
use crate::tree::{Mode, Tree};

impl Tree {
    /// A start tag.
    pub(crate) fn start(&mut self, start: &Start<'_>) {
        self.end_table_text();
        loop {
            let again = match self.takes_foreign(Some(start)) {
                true => self.start_foreign(start),
                false => self.start_in(self.mode, start),
            };
            if !again {
                return;
            }
        }
    }

    fn start_in(&mut self, mode: Mode, start: &Start<'_>) -> bool {
        let tag = start.tag;
        match mode {
            Mode::Initial => {
                self.quirks = true; // there is no doctype
                self.go(Mode::BeforeHtml)
            }
            Mode::BeforeHtml if tag == Html => {
                self.push(start);
                self.mode = Mode::BeforeHead;
                false
            }
            Mode::BeforeHead if tag == Head => {
                self.push(start);
                self.mode = Mode::InHead;
                false
            }
            Mode::BeforeHtml => self.leave(mode),
            _ if tag == Html => self.start_in_body(start),
            Mode::BeforeHead => self.leave(mode),
            Mode::InHead => self.start_in_head(start),
            Mode::InHeadNoscript => match tag {
                Basefont | Bgsound | Link | Meta | Noframes | Style => self.start_in_head(start),
                Head | Noscript => false,
                _ => self.leave(mode),
            },
            Mode::AfterHead => self.start_after_head(start),
            Mode::InBody | Mode::Text => self.start_in_body(start),
            Mode::InTable => self.start_in_table(start),
            Mode::InCaption => match tag {
                Caption | Col | Colgroup | Tbody | Td | Tfoot | Th | Thead | Tr => {
                    self.close_caption()
                }
                _ => self.start_in_body(start),
            },
            Mode::InColumnGroup => match tag {
                Col => self.void(start),
                Template => self.start_in_head(start),
                _ => self.close_colgroup(),
            },
            Mode::InTableBody => self.start_in_table_body(start),
            Mode::InRow => match tag {
                Td | Th => {
                    self.pop_to(|tag| matches!(tag, Tr | Template));
                    self.push(start);
                    self.mode = Mode::InCell;
                    self.push_marker();
                    false
                }
                Caption | Col | Colgroup | Tbody | Tfoot | Thead | Tr => self.close_row(),
                _ => self.start_in_table(start),
            },
            Mode::InCell => match tag {
                Caption | Col | Colgroup | Tbody | Td | Tfoot | Th | Thead | Tr => {
                    self.find(Tag::is_cell, Scope::Table).is_some() && self.close_cell()
                }
                _ => self.start_in_body(start),
            },
            Mode::InTemplate => self.start_in_template(start),
            Mode::AfterBody => self.leave(mode),
            Mode::InFrameset | Mode::AfterFrameset => match tag {
                Frameset if mode == Mode::InFrameset => {
                    self.push(start);
                    false
                }
                Frame if mode == Mode::InFrameset => self.void(start),
                Noframes => self.start_in_head(start),
                _ => false,
            },
        }
    }

    pub(crate) fn go(&mut self, mode: Mode) -> bool {
        self.mode = mode;
        true
    }

    /// What the author has left out before anything else may come.
    pub(crate) fn leave(&mut self, mode: Mode) -> bool {
        match mode {
            Mode::Initial => self.go(Mode::BeforeHtml),
            Mode::BeforeHtml => {
                self.push_implied(Html);
                self.go(Mode::BeforeHead)
            }
            Mode::BeforeHead => {
                self.push_implied(Head);
                self.go(Mode::InHead)
            }
            Mode::InHead => {
                self.head = self.current().cloned();
                self.pop();
                self.go(Mode::AfterHead)
            }
            Mode::InHeadNoscript => {
                self.pop();
                self.go(Mode::InHead)
            }
            Mode::AfterHead => {
                self.push_implied(Body);
                self.go(Mode::InBody)
            }
            _ => self.go(Mode::InBody),
        }
    }

    pub(crate) fn void(&mut self, start: &Start<'_>) -> bool {
        self.push_void(start);
        false
    }

    /// An element of which everything up to its end tag is text.
    pub(crate) fn push_text(&mut self, start: &Start<'_>, state: State) -> bool {
        self.push(start);
        self.switch = Some(state);
        self.back = self.mode;
        self.mode = Mode::Text;
        false
    }

    pub(crate) fn start_in_head(&mut self, start: &Start<'_>) -> bool {
        match start.tag {
            Base | Basefont | Bgsound | Link | Meta => self.void(start),
            Title => self.push_text(start, State::RcData),
            Noframes | Style => self.push_text(start, State::RawText),
            Script => self.push_text(start, State::ScriptData),
            Noscript => {
                self.push(start); // without scripts, what is inside is read
                self.mode = Mode::InHeadNoscript;
                false
            }
            Template => {
                self.push(start);
                self.push_marker();
                self.frameset_ok = false;
                self.mode = Mode::InTemplate;
                self.template_modes.push(Mode::InTemplate);
                false
            }
            Head => false,
            _ => self.leave(Mode::InHead),
        }
    }

    fn start_after_head(&mut self, start: &Start<'_>) -> bool {
        match start.tag {
            Body => {
                self.push(start);
                self.frameset_ok = false;
                self.mode = Mode::InBody;
                false
            }
            Frameset => {
                self.push(start);
                self.mode = Mode::InFrameset;
                false
            }
            Base | Basefont | Bgsound | Link | Meta | Noframes | Script | Style | Template
            | Title => {
                // What belongs into the head goes there, though that is closed.
                let Some(head) = self.head.take() else { return false };
                let order = head.order;
                self.insert(self.open.len(), head);
                self.start_in_head(start);
                if let Some(index) = self.position(order) {
                    self.head = Some(self.open[index].clone());
                    self.take_off(index);
                }
                false
            }
            Head => false,
            _ => self.leave(Mode::AfterHead),
        }
    }

    fn start_in_template(&mut self, start: &Start<'_>) -> bool {
        let mode = match start.tag {
            Base | Basefont | Bgsound | Link | Meta | Noframes | Script | Style | Template
            | Title => return self.start_in_head(start),
            Caption | Colgroup | Tbody | Tfoot | Thead => Mode::InTable,
            Col => Mode::InColumnGroup,
            Tr => Mode::InTableBody,
            Td | Th => Mode::InRow,
            _ => Mode::InBody,
        };
        self.template_modes.pop();
        self.template_modes.push(mode);
        self.go(mode)
    }
}
