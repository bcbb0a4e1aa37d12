//! What end tags close, and what they do not.

use crate::open::{Namespace, Scope};
use crate::tag::Tag::{self, *};
use crate::tree::{Mode, Tree};

impl Tree {
    /// An end tag.
    pub(crate) fn end(&mut self, tag: Tag) {
        self.end_table_text();
        let in_html = self.current().is_none_or(|open| open.namespace == Namespace::Html);
        if !in_html && self.end_foreign(tag) {
            return;
        }
        while self.end_in(self.mode, tag) {}
    }

    /// Closes what the tag ends, or answers `true`: it wants the tag again, in another mode.
    pub(crate) fn end_in(&mut self, mode: Mode, tag: Tag) -> bool {
        let implies = matches!(tag, Head | Body | Html | Br);
        match mode {
            Mode::Initial => {
                self.quirks = true;
                self.go(Mode::BeforeHtml)
            }
            Mode::Text => {
                self.pop();
                self.mode = self.back;
                false
            }
            Mode::InHead if tag == Head => {
                self.leave(mode);
                false
            }
            Mode::InHeadNoscript if tag == Noscript => {
                self.leave(mode);
                false
            }
            Mode::InHead | Mode::AfterHead | Mode::InTemplate if tag == Template => {
                self.end_template()
            }
            Mode::BeforeHtml | Mode::BeforeHead if implies => self.leave(mode),
            Mode::InHeadNoscript if tag == Br => self.leave(mode),
            Mode::InHead | Mode::AfterHead if implies && tag != Head => self.leave(mode),
            Mode::BeforeHtml
            | Mode::BeforeHead
            | Mode::InHead
            | Mode::InHeadNoscript
            | Mode::AfterHead
            | Mode::InTemplate => false,
            Mode::InBody => self.end_in_body(tag),
            Mode::InTable => self.end_in_table(tag),
            Mode::InCaption => match tag {
                Caption => {
                    self.close_caption();
                    false
                }
                Table => self.close_caption(),
                Body | Col | Colgroup | Html | Tbody | Td | Tfoot | Th | Thead | Tr => false,
                _ => self.end_in_body(tag),
            },
            Mode::InColumnGroup => match tag {
                Colgroup => {
                    self.close_colgroup();
                    false
                }
                Col => false,
                Template => self.end_template(),
                _ => self.close_colgroup(),
            },
            Mode::InTableBody => match tag {
                Tbody | Tfoot | Thead => {
                    if self.has(tag, Scope::Table) {
                        self.close_section();
                    }
                    false
                }
                Table => self.close_section(),
                Body | Caption | Col | Colgroup | Html | Td | Th | Tr => false,
                _ => self.end_in_table(tag),
            },
            Mode::InRow => match tag {
                Tr => {
                    self.close_row();
                    false
                }
                Table => self.close_row(),
                Tbody | Tfoot | Thead => self.has(tag, Scope::Table) && self.close_row(),
                Body | Caption | Col | Colgroup | Html | Td | Th => false,
                _ => self.end_in_table(tag),
            },
            Mode::InCell => match tag {
                Td | Th => {
                    if self.has(tag, Scope::Table) {
                        self.imply_ends(None);
                        self.pop_until(|other| other == tag);
                        self.clear_to_marker();
                        self.mode = Mode::InRow;
                    }
                    false
                }
                Body | Caption | Col | Colgroup | Html => false,
                Table | Tbody | Tfoot | Thead | Tr => {
                    self.has(tag, Scope::Table) && self.close_cell()
                }
                _ => self.end_in_body(tag),
            },
            Mode::AfterBody if tag == Html => false,
            Mode::AfterBody => self.go(Mode::InBody),
            Mode::InFrameset if tag == Frameset => {
                if self.open.len() > 1 {
                    self.pop();
                }
                if !self.current_is(Frameset) {
                    self.mode = Mode::AfterFrameset;
                }
                false
            }
            Mode::InFrameset | Mode::AfterFrameset => false,
        }
    }

    fn end_in_table(&mut self, tag: Tag) -> bool {
        match tag {
            Table => {
                self.close_table();
                false
            }
            Body | Caption | Col | Colgroup | Html | Tbody | Td | Tfoot | Th | Thead | Tr => false,
            Template => self.end_template(),
            _ => self.misplaced(|tree| tree.end_in_body(tag)),
        }
    }

    pub(crate) fn end_template(&mut self) -> bool {
        if self.in_template() {
            while self.current().is_some_and(|open| !open.is(Template)) {
                self.pop();
            }
            self.pop();
            self.clear_to_marker();
            self.template_modes.pop();
            self.reset_mode();
        }
        false
    }

    fn end_in_body(&mut self, tag: Tag) -> bool {
        match tag {
            Template => return self.end_template(),
            Body | Html => {
                if self.has(Body, Scope::Default) {
                    self.mode = Mode::AfterBody;
                    return tag == Html;
                }
            }
            Form => self.end_form(),
            P => {
                if !self.has(P, Scope::Button) {
                    self.push_implied(P); // a `</p>` alone is an empty paragraph
                }
                self.close_p();
            }
            Li => self.end_block(tag, Scope::List),
            Dd | Dt => self.end_block(tag, Scope::Default),
            Br => {
                self.reconstruct();
                self.push_implied(Br);
                self.pop();
                self.frameset_ok = false;
            }
            Applet | Marquee | Object => {
                if self.has(tag, Scope::Default) {
                    self.end_block(tag, Scope::Default);
                    self.clear_to_marker();
                }
            }
            _ if tag.is_heading() => {
                if self.find(Tag::is_heading, Scope::Default).is_some() {
                    self.imply_ends(None);
                    self.pop_until(Tag::is_heading); // `</h2>` ends an `<h1>`, too
                }
            }
            _ if tag.is_formatting() => self.adopt(tag),
            Button | Listing | Pre | Select => self.end_block(tag, Scope::Default),
            _ if tag.is_block() => self.end_block(tag, Scope::Default),
            _ => self.end_other(tag),
        }
        false
    }

    /// Closes an element, and in it those whose end tags were left out.
    fn end_block(&mut self, tag: Tag, scope: Scope) {
        if self.has(tag, scope) {
            self.imply_ends(Some(tag).filter(|tag| tag.has_implied_end()));
            self.pop_until(|other| other == tag);
        }
    }

    pub(crate) fn close_p(&mut self) {
        if self.has_paragraph() && self.has(P, Scope::Button) {
            self.imply_ends(Some(P));
            self.pop_until(|tag| tag == P);
        }
    }

    fn end_form(&mut self) {
        if self.in_template() {
            return self.end_block(Form, Scope::Default);
        }
        let Some(form) = self.form.take() else { return };
        let Some(index) = self.position(form) else { return };
        if self.find(|tag| tag == Form, Scope::Default) == Some(index) {
            self.imply_ends(None);
            self.take_off(index);
        }
    }

    /// An element that has no rule of its own ends, unless a special one is open inside.
    pub(crate) fn end_other(&mut self, tag: Tag) {
        let stop = self.open.iter().rposition(|open| open.is(tag) || open.is_special());
        self.work(self.open.len() - stop.unwrap_or_default());
        let Some(stop) = stop.filter(|index| self.open[*index].is(tag)) else { return };
        while self.open.len() > stop {
            self.pop();
        }
    }
}
