//! `<b>`, `<i>` and their like, which an author may close in another order than they were opened,
//! or not at all: the standard's "list of active formatting elements".

use std::mem;

use crate::matches::Order;
use crate::open::{Namespace, Open, Scope, Start};
use crate::place::{Parts, Place};
use crate::tag::Tag::{self, Table};
use crate::tree::Tree;

/// How many may wait to be opened again.
const MAX_FORMATTING: usize = 512;

/// A formatting element that was opened and has had no end tag.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    order: Order,
    tag: Tag,
    allowed: Parts,
    /// The same for the same tag with the same attributes.
    likeness: u64,
}

impl Tree {
    /// Opens a formatting element.
    pub(crate) fn push_formatting(&mut self, start: &Start<'_>) {
        self.push(start);
        let likeness = start.likeness();
        let since_marker = self.formatting.iter().rposition(Option::is_none).map_or(0, |at| at + 1);
        self.work(self.formatting.len() - since_marker);
        let alike = |entry: &Option<Entry>| {
            entry.is_some_and(|entry| entry.tag == start.tag && entry.likeness == likeness)
        };
        let entries = &self.formatting[since_marker..];
        if entries.iter().filter(|entry| alike(entry)).count() >= 3 {
            let first = entries.iter().position(alike).expect("there are three");
            self.formatting.remove(since_marker + first);
        }
        let Some(&Open { order, allowed, .. }) = self.current() else { return };
        self.remember(Some(Entry { order, tag: start.tag, allowed, likeness }));
    }

    /// What was opened before an object or a table's cell is not opened again inside.
    pub(crate) fn push_marker(&mut self) {
        self.remember(None);
    }

    fn remember(&mut self, entry: Option<Entry>) {
        if self.formatting.len() == MAX_FORMATTING {
            self.matches.truncated = true;
            self.formatting.remove(0);
        }
        self.formatting.push(entry);
    }

    pub(crate) fn clear_to_marker(&mut self) {
        while let Some(Some(_)) = self.formatting.pop() {}
    }

    /// Opens again what a block has closed, before text or a tag that comes after the block.
    pub(crate) fn reconstruct(&mut self) {
        let is_closed = |tree: &mut Self, entry: &Option<Entry>| {
            entry.is_some_and(|entry| tree.position(entry.order).is_none())
        };
        let mut first = self.formatting.len();
        while let Some(index) = first.checked_sub(1) {
            let entry = self.formatting[index];
            if !is_closed(self, &entry) {
                break;
            }
            first = index;
        }
        for index in first..self.formatting.len() {
            let Some(entry) = self.formatting[index] else { continue };
            self.push_element(entry.tag, Namespace::Html, entry.allowed);
            let Some(&Open { order, .. }) = self.current() else { return };
            self.formatting[index] = Some(Entry { order, ..entry });
        }
    }

    /// Drops an entry, and its element where that is: it is not opened again.
    pub(crate) fn forget(&mut self, entry: Entry) {
        self.formatting.retain(|other| other.is_none_or(|other| other.order != entry.order));
        if let Some(index) = self.position(entry.order) {
            self.take_off(index);
        }
    }

    /// The place of an open element.
    pub(crate) fn position(&mut self, order: Order) -> Option<usize> {
        let place = self.open.iter().rposition(|open| open.order == order);
        self.work(self.open.len() - place.unwrap_or_default());
        place
    }

    /// The innermost entry of this name since the last marker.
    pub(crate) fn last_entry(&self, tag: Tag) -> Option<(usize, Entry)> {
        let entries = self.formatting.iter().enumerate().rev();
        let mut entries = entries.map_while(|(index, entry)| Some((index, (*entry)?)));
        entries.find(|(_, entry)| entry.tag == tag)
    }

    /// The end tag of a formatting element: the standard's "adoption agency algorithm". What was
    /// opened inside and is still open, such as the `<p>` of `<b>1<p>2</b>3</p>`, moves out of it,
    /// and the part of it that is inside that becomes an element of its own.
    pub(crate) fn adopt(&mut self, tag: Tag) {
        let current = self.current().filter(|open| open.is(tag)).map(|open| open.order);
        let is_listed = |order| self.formatting.iter().flatten().any(|entry| entry.order == order);
        if current.is_some_and(|order| !is_listed(order)) {
            self.pop();
            return;
        }
        for _ in 0..8 {
            let Some((entry_index, entry)) = self.last_entry(tag) else {
                self.end_other(tag);
                return;
            };
            let Some(place) = self.position(entry.order) else {
                self.formatting.remove(entry_index);
                return;
            };
            let scope = self.open[place + 1..].iter().any(|open| open.ends(Scope::Default));
            if scope {
                return;
            }
            self.work(self.open.len() - place);
            let block = (place + 1..self.open.len()).find(|index| self.open[*index].is_special());
            let Some(block) = block else {
                while self.open.len() > place {
                    self.pop();
                }
                self.formatting.remove(entry_index);
                return;
            };
            self.move_out(place, block, entry_index, entry);
        }
    }

    /// Moves the block out of the formatting element at `place`, and that into the block.
    fn move_out(&mut self, place: usize, block: usize, mut entry_index: usize, entry: Entry) {
        let Open { order: block_order, text_before: moved, .. } = self.open[block];
        let taken = self.take_text(place, block, moved);
        let mut bookmark = None;
        // From the block outwards: a few are opened again around it, the others stay behind.
        let mut distance = 0;
        for index in (place + 1..block).rev() {
            let old = self.remove(index);
            distance += 1;
            let is_it = |entry: &Option<Entry>| entry.is_some_and(|it| it.order == old.order);
            let Some(known) = self.formatting.iter().rposition(is_it) else { continue };
            if distance > 3 {
                self.formatting.remove(known);
                entry_index -= usize::from(known < entry_index);
                bookmark = bookmark.map(|at| at - usize::from(known < at));
                continue;
            }
            let order = (block_order.0, block_order.1.saturating_sub(distance));
            bookmark.get_or_insert(known + 1);
            self.formatting[known] = self.formatting[known].map(|entry| Entry { order, ..entry });
            let place = Place::default();
            self.insert(index, Open { order, found: None, text_before: moved, place, ..old });
        }
        let Some(block) = self.position(block_order) else { return };
        // The formatting element's own part inside the block, and in it what was in the block.
        let order = (block_order.0, block_order.1.saturating_add(1));
        let Open { tag, namespace, allowed, before, .. } = self.open[place];
        let children = mem::take(&mut self.open[block].place);
        self.insert(
            block + 1,
            Open {
                order,
                tag,
                namespace,
                holds_html: false,
                fostered: false,
                before,
                allowed,
                place: children,
                found: None,
                text_before: moved,
                text_fostered: 0,
            },
        );
        let bookmark = bookmark.unwrap_or(entry_index);
        self.formatting.insert(bookmark, Some(Entry { order, ..entry }));
        self.formatting.remove(entry_index + usize::from(entry_index >= bookmark));
        self.remove(place);
        for index in place..self.open.len() {
            if index > block {
                // It is inside, as it was: not one more child.
                let tag = self.open[index].tag;
                self.open[index - 1].place.uncount(tag);
            }
            self.look_again(index, index == place, &taken);
        }
    }

    /// The text that came since the block was opened. The formatting element and those around the
    /// block lose it: the block moves out of them.
    fn take_text(&mut self, place: usize, block: usize, moved: u64) -> Option<Vec<u8>> {
        let mut taken = None;
        for index in (0..=block).rev() {
            let open = &self.open[index];
            let Some(found) = open.found else { continue };
            let own = moved.saturating_sub(open.text_before) as usize;
            taken.get_or_insert_with(|| self.matches.since(found, own));
            if (place..block).contains(&index) {
                self.matches.cut(found, own);
            }
        }
        taken
    }

    /// Looks whether an element matches where it has come to be.
    fn look_again(&mut self, index: usize, is_first: bool, text: &Option<Vec<u8>>) {
        let mut parent = index.checked_sub(1);
        if is_first && parent.is_some_and(|parent| self.open[parent].fosters()) {
            self.open[index].fostered = true;
            parent = self.open[..index].iter().rposition(|open| open.is(Table));
            parent = parent.and_then(|table| table.checked_sub(1));
        }
        let Open { tag, allowed, order, .. } = self.open[index];
        let (place, is_match) = self.enter(tag, allowed, parent);
        self.open[index].place.move_to(place);
        if !is_match {
            self.unset_found(index);
        } else if self.open[index].found.is_none() {
            let found = self.matches.open(order);
            self.set_found(index, found);
            match (found, text) {
                (Some(found), Some(text)) => self.matches.push(found, text),
                // Nobody has kept it.
                _ => self.matches.truncated |= self.text_read > self.open[index].text_before,
            }
        }
    }
}
