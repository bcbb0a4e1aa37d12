//! `<b>`, `<i>` and their like, which an author may close in another order than they were opened,
//! or not at all: the standard's "list of active formatting elements".

use std::hash::{DefaultHasher, Hash, Hasher};

use super::matches::Order;
use super::selector::Parts;
use super::tag::Tag;
use super::tree::{Namespace, Open, Scope, Start, Tree};

/// How many may wait to be opened again.
const MAX_FORMATTING: usize = 512;

/// A formatting element that was opened and has had no end tag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    order: Order,
    tag: Tag,
    allowed: Parts,
    /// The same for the same tag with the same attributes.
    likeness: u64,
}

impl Tree {
    /// Opens a formatting element.
    pub(super) fn push_formatting(&mut self, start: &Start<'_>) {
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
    pub(super) fn push_marker(&mut self) {
        self.remember(None);
    }

    fn remember(&mut self, entry: Option<Entry>) {
        if self.formatting.len() == MAX_FORMATTING {
            self.matches.truncated = true;
            self.formatting.remove(0);
        }
        self.formatting.push(entry);
    }

    pub(super) fn clear_to_marker(&mut self) {
        while let Some(Some(_)) = self.formatting.pop() {}
    }

    /// Opens again what a block has closed, before text or a tag that comes after the block.
    pub(super) fn reconstruct(&mut self) {
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
    pub(super) fn forget(&mut self, entry: Entry) {
        self.formatting.retain(|other| other.is_none_or(|other| other.order != entry.order));
        if let Some(index) = self.position(entry.order) {
            self.remove(index);
        }
    }

    /// The place of an open element.
    pub(super) fn position(&mut self, order: Order) -> Option<usize> {
        let place = self.open.iter().rposition(|open| open.order == order);
        self.work(self.open.len() - place.unwrap_or_default());
        place
    }

    /// The innermost entry of this name since the last marker.
    pub(super) fn last_entry(&self, tag: Tag) -> Option<(usize, Entry)> {
        let entries = self.formatting.iter().enumerate().rev();
        let mut entries = entries.map_while(|(index, entry)| Some((index, (*entry)?)));
        entries.find(|(_, entry)| entry.tag == tag)
    }

    /// The end tag of a formatting element: the standard's "adoption agency algorithm". What was
    /// opened inside and is still open, such as the `<p>` of `<b>1<p>2</b>3</p>`, moves out of it,
    /// and the part of it that is inside that becomes an element of its own.
    pub(super) fn adopt(&mut self, tag: Tag) {
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
        let moved = self.open[block].text_before;
        let block_order = self.open[block].order;
        let taken = self.take_text(place, block, moved);
        let mut bookmark = None;
        // From the block outwards: a few that are opened again around it, the others stay behind.
        let mut index = block;
        let mut clones = 0;
        while index - 1 > place {
            index -= 1;
            let order = self.open[index].order;
            let known = self
                .formatting
                .iter()
                .rposition(|entry| entry.is_some_and(|entry| entry.order == order));
            clones += 1;
            match known {
                Some(known) if clones <= 3 => {
                    let entry = self.formatting[known].expect("it was found");
                    let order = (block_order.0, block_order.1 - clones);
                    bookmark.get_or_insert(known + 1);
                    self.formatting[known] = Some(Entry { order, ..entry });
                    let old = self.remove(index);
                    self.insert(index, Open { order, found: None, text_before: moved, ..old });
                    self.find_again(index, &taken);
                }
                known => {
                    self.remove(index);
                    if let Some(known) = known {
                        self.formatting.remove(known);
                        entry_index -= usize::from(known < entry_index);
                        bookmark = bookmark.map(|at| at - usize::from(known < at));
                    }
                }
            }
        }
        let block = self.position(block_order).expect("it is open");
        let parent = place.checked_sub(1).map(|index| &self.open[index]);
        let fosters = parent.is_some_and(|parent| parent.tag.fosters());
        self.open[place + 1].fostered = fosters;
        // The formatting element's own part inside the block.
        let order = (block_order.0, block_order.1 + 1);
        let old = self.open[place].clone();
        self.insert(
            block + 1,
            Open { order, found: None, fostered: false, text_before: moved, ..old },
        );
        self.find_again(block + 1, &taken);
        let bookmark = bookmark.unwrap_or(entry_index);
        self.formatting.insert(bookmark, Some(Entry { order, ..entry }));
        self.formatting.remove(entry_index + usize::from(entry_index >= bookmark));
        self.remove(place);
    }

    /// Takes from the matches between `place` and `block` what they have got from the block, and
    /// gives it back for the elements that it belongs to now.
    fn take_text(&mut self, place: usize, block: usize, moved: u64) -> Option<Vec<u8>> {
        let mut taken = None;
        for index in place..block {
            let open = &self.open[index];
            if let Some(found) = open.found {
                let own = (moved - open.text_before) as usize;
                taken.get_or_insert_with(|| self.matches.since(found, own));
                self.matches.cut(found, own);
            }
        }
        taken
    }

    /// Looks whether an element matches where it has come to be.
    fn find_again(&mut self, index: usize, text: &Option<Vec<u8>>) {
        let (tag, allowed, order) =
            (self.open[index].tag, self.open[index].allowed, self.open[index].order);
        let (place, is_match) = self.enter(tag, allowed, index.checked_sub(1));
        self.open[index].place = place;
        if is_match {
            let found = self.matches.open(order);
            if let (Some(found), Some(text)) = (found, text) {
                self.matches.push(found, text);
            }
            self.set_found(index, found);
        }
    }
}

impl Start<'_> {
    /// The same for the same attributes, in whatever order.
    fn likeness(&self) -> u64 {
        let hash = |attribute: &(Vec<u8>, Vec<u8>)| {
            let mut hasher = DefaultHasher::new();
            attribute.hash(&mut hasher);
            hasher.finish()
        };
        self.written.attributes.iter().map(hash).fold(0, u64::wrapping_add)
    }
}
