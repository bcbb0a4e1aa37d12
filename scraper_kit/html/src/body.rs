//! The start tags of a page's body, and what each of them closes.

use html5gum::State;

use crate::open::{Namespace, Scope, Start};
use crate::tag::Tag::{self, *};
use crate::tree::{Mode, Tree};

impl Tree {
    /// Opens an element of the body, or answers `true`: it wants the tag again.
    pub(crate) fn start_in_body(&mut self, start: &Start<'_>) -> bool {
        let tag = start.tag;
        match tag {
            Html | Body => self.add_attributes(start),
            Base | Basefont | Bgsound | Link | Meta | Noframes | Script | Style | Template
            | Title => return self.start_in_head(start),
            Frameset => {
                if self.frameset_ok && self.open.get(1).is_some_and(|open| open.is(Body)) {
                    self.matches.withdraw_since(self.open[1].order); // the body goes
                    while self.open.len() > 1 {
                        self.pop();
                    }
                    self.push(start);
                    self.mode = Mode::InFrameset;
                }
            }
            Caption | Col | Colgroup | Frame | Head | Tbody | Td | Tfoot | Th | Thead | Tr => {}
            Pre | Listing => {
                self.close_p();
                self.push(start);
                self.frameset_ok = false;
            }
            Form => {
                if self.form.is_none() || self.in_template() {
                    self.close_p();
                    self.push(start);
                    if !self.in_template() {
                        self.form = self.current().map(|open| open.order);
                    }
                }
            }
            Li | Dd | Dt => self.start_item(start),
            Plaintext => {
                self.close_p();
                self.push(start);
                self.switch = Some(State::PlainText);
            }
            Button => {
                if self.has(Button, Scope::Default) {
                    self.imply_ends(None);
                    self.pop_until(|tag| tag == Button);
                }
                self.reconstruct();
                self.push(start);
                self.frameset_ok = false;
            }
            A => {
                if let Some((_, entry)) = self.last_entry(A) {
                    self.adopt(A); // links do not nest
                    self.forget(entry);
                }
                self.reconstruct();
                self.push_formatting(start);
            }
            Nobr => {
                self.reconstruct();
                if self.has(Nobr, Scope::Default) {
                    self.adopt(Nobr);
                    self.reconstruct();
                }
                self.push_formatting(start);
            }
            Applet | Marquee | Object => {
                self.reconstruct();
                self.push(start);
                self.push_marker();
                self.frameset_ok = false;
            }
            Table => {
                if !self.quirks {
                    self.close_p();
                }
                self.push(start);
                self.frameset_ok = false;
                self.mode = Mode::InTable;
            }
            Textarea => {
                self.frameset_ok = false;
                return self.push_text(start, State::RcData);
            }
            Xmp => {
                self.close_p();
                self.reconstruct();
                self.frameset_ok = false;
                return self.push_text(start, State::RawText);
            }
            Iframe | Noembed => {
                self.frameset_ok &= tag == Noembed;
                return self.push_text(start, State::RawText);
            }
            Svg | Math => {
                self.reconstruct();
                let namespace = if tag == Svg { Namespace::Svg } else { Namespace::MathMl };
                self.push_foreign(start, namespace);
            }
            Image => {
                let written = crate::place::Written { name: Img.name(), ..start.written };
                return self.start_in_body(&Start { tag: Img, written, ..*start });
            }
            _ => self.start_plain(start),
        }
        false
    }

    fn start_plain(&mut self, start: &Start<'_>) {
        let tag = start.tag;
        match tag {
            Area | Br | Embed | Img | Keygen | Wbr => {
                self.reconstruct();
                self.push_void(start);
                self.frameset_ok = false;
            }
            Input => {
                if self.has(Select, Scope::Default) {
                    self.pop_until(|tag| tag == Select);
                }
                self.reconstruct();
                self.push_void(start);
                self.frameset_ok &= start.is_hidden();
            }
            Param | Source | Track => self.push_void(start),
            Hr => {
                self.close_p();
                if self.has(Select, Scope::Default) {
                    self.imply_ends(None);
                }
                self.push_void(start);
                self.frameset_ok = false;
            }
            Select => {
                if self.has(Select, Scope::Default) {
                    self.pop_until(|tag| tag == Select);
                } else {
                    self.reconstruct();
                    self.push(start);
                    self.frameset_ok = false;
                }
            }
            Choice | Optgroup => {
                if self.has(Select, Scope::Default) {
                    self.imply_ends(Some(Optgroup).filter(|_| tag == Choice));
                } else if self.current_is(Choice) {
                    self.pop();
                }
                self.reconstruct();
                self.push(start);
            }
            Rb | Rtc | Rp | Rt => {
                if self.has(Ruby, Scope::Default) {
                    self.imply_ends(Some(Rtc).filter(|_| matches!(tag, Rp | Rt)));
                }
                self.push(start);
            }
            _ if tag.is_heading() => {
                self.close_p();
                if self.current().is_some_and(|open| open.is(open.tag) && open.tag.is_heading()) {
                    self.pop();
                }
                self.push(start);
            }
            _ if tag.is_block() => {
                self.close_p();
                self.push(start);
            }
            _ if tag.is_formatting() => {
                self.reconstruct();
                self.push_formatting(start);
            }
            _ => {
                self.reconstruct();
                self.push(start);
            }
        }
    }

    /// The next item of a list ends the one before it, but not one that holds the list.
    fn start_item(&mut self, start: &Start<'_>) {
        self.frameset_ok = false;
        let ends = |tag: Tag| match start.tag {
            Li => tag == Li,
            _ => matches!(tag, Dd | Dt),
        };
        let stop = self.open.iter().rposition(|open| {
            let html = open.namespace == Namespace::Html;
            let transparent = html && matches!(open.tag, Address | Div | P);
            (html && ends(open.tag)) || (open.is_special() && !transparent)
        });
        self.work(self.open.len() - stop.unwrap_or_default());
        let item = stop.map(|index| &self.open[index]);
        if let Some(item) = item.filter(|item| item.namespace == Namespace::Html && ends(item.tag))
        {
            let tag = item.tag;
            self.imply_ends(Some(tag));
            self.pop_until(|other| other == tag);
        }
        self.close_p();
        self.push(start);
    }

    /// A second `<html>` or `<body>` gives its attributes to the first.
    fn add_attributes(&mut self, start: &Start<'_>) {
        if self.in_template() {
            return;
        }
        self.frameset_ok &= start.tag != Body;
        if !self.selector.reads_attributes() {
            return;
        }
        let index = usize::from(start.tag == Body);
        let Some(open) = self.open.get(index).filter(|open| open.is(start.tag)) else { return };
        let (order, was_found) = (open.order, open.found.is_some());
        let allowed = open.allowed | self.selector.allowed(&start.written);
        let mut parent = index.checked_sub(1).map(|parent| self.open[parent].place.clone());
        let (place, is_match) = self.selector.enter(start.tag, allowed, parent.as_mut());
        self.open[index].place.extend(&place);
        self.open[index].allowed = allowed;
        if is_match && !was_found {
            let found = self.matches.open(order);
            self.set_found(index, found);
            self.matches.truncated |= self.text_read > 0; // and that is not in the match
        }
    }
}
