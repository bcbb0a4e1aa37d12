//! An open element, and what the rules ask of it.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::matches::Order;
use crate::place::{Parts, Place, Written};
use crate::tag::Tag::{self, *};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Namespace {
    Html,
    Svg,
    MathMl,
    /// It was taken off the list, as a `<form>` is by its end tag wherever that stands, but what is
    /// open inside is inside still.
    Gone,
}

/// What ends the search for an element that a tag would close.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Default,
    List,
    Button,
    Table,
}

/// A start tag.
pub(crate) struct Start<'a> {
    pub(crate) tag: Tag,
    pub(crate) written: Written<'a>,
    pub(crate) self_closing: bool,
}

/// An open element.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub(crate) order: Order,
    pub(crate) tag: Tag,
    pub(crate) namespace: Namespace,
    /// In a drawing or a formula: what is inside is HTML again.
    pub(crate) holds_html: bool,
    /// It stands before the table that it was written in.
    pub(crate) fostered: bool,
    /// The table before which it stands, or what it is in; 0 for none.
    pub(crate) before: u32,
    pub(crate) allowed: Parts,
    pub(crate) place: Place,
    /// The match that it is.
    pub(crate) found: Option<u8>,
    /// How much text the page had had when it opened.
    pub(crate) text_before: u64,
    /// How much text has been placed before it: it is a table.
    pub(crate) text_fostered: u64,
}

impl Open {
    pub(crate) fn is(&self, tag: Tag) -> bool {
        self.tag == tag && self.namespace == Namespace::Html
    }

    pub(crate) fn is_special(&self) -> bool {
        match self.namespace {
            Namespace::Html => self.tag.is_special(),
            _ => self.is_inside_point(),
        }
    }

    pub(crate) fn is_strange(&self) -> bool {
        self.is(Template) || matches!(self.namespace, Namespace::Svg | Namespace::MathMl)
    }

    /// What is misplaced directly in it goes before its table.
    pub(crate) fn fosters(&self) -> bool {
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

    pub(crate) fn ends(&self, scope: Scope) -> bool {
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

impl Start<'_> {
    /// The same for the same attributes, in whatever order.
    pub(crate) fn likeness(&self) -> u64 {
        let hash = |attribute: &(Vec<u8>, Vec<u8>)| {
            let mut hasher = DefaultHasher::new();
            attribute.hash(&mut hasher);
            hasher.finish()
        };
        self.written.attributes.iter().map(hash).fold(0, u64::wrapping_add)
    }
}
