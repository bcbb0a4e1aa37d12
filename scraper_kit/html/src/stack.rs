//! The list of open elements, and how far a tag reaches in it.

use crate::open::{Namespace, Open, Scope};
use crate::tag::Tag::{self, *};
use crate::tree::Tree;

impl Tree {
    pub(crate) fn insert(&mut self, index: usize, open: Open) {
        self.templates += usize::from(open.is(Template));
        self.paragraphs += usize::from(open.is(P));
        self.strangers += usize::from(open.is_strange());
        self.open_matches += usize::from(open.found.is_some());
        self.work(self.open.len() - index);
        if self.open.len() == self.open.capacity() {
            self.open.reserve_exact(self.open.len().clamp(8, 512)); // and not twice as many
        }
        self.open.insert(index, open);
    }

    pub(crate) fn set_found(&mut self, index: usize, found: Option<u8>) {
        self.open[index].found = found;
        self.open_matches += usize::from(found.is_some());
    }

    /// It matches no more, where it has come to be.
    pub(crate) fn unset_found(&mut self, index: usize) {
        if let Some(found) = self.open[index].found.take() {
            self.open_matches -= 1;
            self.matches.withdraw(found);
        }
    }

    pub(crate) fn remove(&mut self, index: usize) -> Open {
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
    pub(crate) fn take_off(&mut self, index: usize) {
        if index + 1 == self.open.len() {
            return self.pop();
        }
        self.templates -= usize::from(self.open[index].is(Template));
        self.paragraphs -= usize::from(self.open[index].is(P));
        self.open[index].namespace = Namespace::Gone;
    }

    /// Closes the innermost element.
    pub(crate) fn pop(&mut self) {
        loop {
            let Some(last) = self.open.len().checked_sub(1) else { return };
            self.remove(last);
            if self.current().is_none_or(|open| open.namespace != Namespace::Gone) {
                return;
            }
        }
    }

    /// Closes elements up to and with the innermost one of these.
    pub(crate) fn pop_until(&mut self, is_last: impl Fn(Tag) -> bool) {
        while let Some(open) = self.current() {
            let last = open.namespace == Namespace::Html && is_last(open.tag);
            self.pop();
            if last {
                return;
            }
        }
    }

    /// Closes elements until the innermost is one of these.
    pub(crate) fn pop_to(&mut self, may_stay: impl Fn(Tag) -> bool) {
        while let Some(open) = self.current() {
            if open.namespace == Namespace::Html && (may_stay(open.tag) || open.tag == Html) {
                return;
            }
            self.pop();
        }
    }

    /// Where the innermost of these elements is, if no container lies between.
    pub(crate) fn find(&mut self, wanted: impl Fn(Tag) -> bool, scope: Scope) -> Option<usize> {
        let is_wanted = |open: &Open| open.namespace == Namespace::Html && wanted(open.tag);
        let stop = self.open.iter().rposition(|open| is_wanted(open) || open.ends(scope));
        self.work(self.open.len() - stop.unwrap_or_default());
        stop.filter(|index| is_wanted(&self.open[*index]))
    }

    pub(crate) fn has(&mut self, tag: Tag, scope: Scope) -> bool {
        self.find(|other| other == tag, scope).is_some()
    }

    /// Closes the elements whose end tags may be left out, but not `except`.
    pub(crate) fn imply_ends(&mut self, except: Option<Tag>) {
        while let Some(open) = self.current() {
            let implied = open.namespace == Namespace::Html && open.tag.has_implied_end();
            if !implied || Some(open.tag) == except {
                return;
            }
            self.pop();
        }
    }

    /// Where the parent of a table is: what is misplaced in the table stands there.
    pub(crate) fn foster_parent(&mut self) -> Option<usize> {
        let table = self.open.iter().rposition(|open| open.is(Table) || open.is(Template));
        self.work(self.open.len() - table.unwrap_or_default());
        match table {
            Some(index) if self.open[index].is(Template) => Some(index),
            Some(index) => index.checked_sub(1),
            None => (!self.open.is_empty()).then_some(0),
        }
    }
}
