//! Which start tags and which text may stand where, outside of a page's body: the standard's
//! "insertion modes". A rule that answers `true` has closed or opened something that the tag asked
//! for, and wants the tag again.

use html5gum::State;

use super::tag::Tag::{self, *};
use super::tokens::Doctype;
use super::tree::{Mode, Open, Scope, Start, TableText, Tree};

/// How the public identifiers of old doctypes begin, in lower case.
const OLD_DOCTYPES: [&str; 18] = [
    "-//ietf//dtd html",
    "-//w3c//dtd html 3",
    "-//w3c//dtd html 4.0 frameset",
    "-//w3c//dtd html 4.0 transitional",
    "-//w3c//dtd html experimental",
    "-//w3c//dtd w3 html",
    "-//w3o//dtd w3 html",
    "-//as//dtd html",
    "-//advasoft ltd//dtd html",
    "-//metrius//dtd metrius",
    "-//microsoft//dtd internet explorer",
    "-//netscape comm. corp.//dtd",
    "-//o'reilly and associates//dtd html",
    "-//softquad",
    "-//spyglass//dtd html",
    "-//sq//dtd html",
    "-//sun microsystems corp.//dtd hotjava",
    "-//webtechs//dtd mozilla html",
];

/// These are old when no system identifier follows.
const OLD_WITHOUT_SYSTEM: [&str; 2] =
    ["-//w3c//dtd html 4.01 frameset", "-//w3c//dtd html 4.01 transitional"];

impl Tree {
    /// A start tag.
    pub(super) fn start(&mut self, start: &Start<'_>) {
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

    pub(super) fn go(&mut self, mode: Mode) -> bool {
        self.mode = mode;
        true
    }

    /// What the author has left out before anything else may come.
    pub(super) fn leave(&mut self, mode: Mode) -> bool {
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

    pub(super) fn void(&mut self, start: &Start<'_>) -> bool {
        self.push_void(start);
        false
    }

    /// An element of which everything up to its end tag is text.
    pub(super) fn push_text(&mut self, start: &Start<'_>, state: State) -> bool {
        self.push(start);
        self.switch = Some(state);
        self.back = self.mode;
        self.mode = Mode::Text;
        false
    }

    pub(super) fn start_in_head(&mut self, start: &Start<'_>) -> bool {
        match start.tag {
            Base | Basefont | Bgsound | Link | Meta => self.void(start),
            Title => self.push_text(start, State::RcData),
            Noframes | Style => self.push_text(start, State::RawText),
            Script => self.push_text(start, State::ScriptData),
            Noscript => {
                self.push(start); // a browser without scripts, as a scraper is, reads what is inside
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

    /// What a page says of its age. An old one, or one that says nothing, is read as the browsers
    /// of its time did ("quirks mode"): a table stays in its paragraph.
    pub(super) fn doctype(&mut self, doctype: &Doctype) {
        self.end_table_text();
        if self.mode != Mode::Initial {
            return;
        }
        self.mode = Mode::BeforeHtml;
        let public = doctype.public.as_deref().unwrap_or_default().to_ascii_lowercase();
        let is_old = OLD_DOCTYPES.iter().any(|old| public.starts_with(old.as_bytes()));
        let is_transitional =
            OLD_WITHOUT_SYSTEM.iter().any(|old| public.starts_with(old.as_bytes()));
        self.quirks = doctype.force_quirks
            || doctype.name != b"html"
            || is_old
            || is_transitional && !doctype.has_system;
    }

    // Text.

    /// Text of which nothing is markup.
    pub(super) fn text(&mut self, text: &[u8]) {
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

    pub(super) fn text_in_body(&mut self, text: &[u8]) {
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
}
