//! What the selectors crate has to be told before it reads a selector: that names are text, and
//! that there are no pseudo-elements and no states such as `:hover` on a page nobody looks at.

use std::fmt;
use std::ops::Deref;

use cssparser::ToCss;
use precomputed_hash::PrecomputedHash;
use selectors::parser::{
    NonTSPseudoClass, Parser, PseudoElement, SelectorImpl, SelectorParseErrorKind,
};

/// The language of selectors, as far as it is understood here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Css;

/// Reads it.
pub(crate) struct Reader;

/// A name or a value in a selector.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text(Box<str>);

/// What there is none of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Nothing {}

impl<'i> Parser<'i> for Reader {
    type Impl = Css;
    type Error = SelectorParseErrorKind<'i>;

    fn parse_is_and_where(&self) -> bool {
        true
    }
}

impl SelectorImpl for Css {
    type ExtraMatchingData<'a> = ();
    type AttrValue = Text;
    type Identifier = Text;
    type LocalName = Text;
    type NamespaceUrl = Text;
    type NamespacePrefix = Text;
    type BorrowedNamespaceUrl = Text;
    type BorrowedLocalName = Text;
    type NonTSPseudoClass = Nothing;
    type PseudoElement = Nothing;
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl ToCss for Text {
    fn to_css<W: fmt::Write>(&self, out: &mut W) -> fmt::Result {
        out.write_str(self)
    }
}

/// For filters that are of no use here.
impl PrecomputedHash for Text {
    fn precomputed_hash(&self) -> u32 {
        0
    }
}

impl ToCss for Nothing {
    fn to_css<W: fmt::Write>(&self, _: &mut W) -> fmt::Result {
        match *self {}
    }
}

impl PseudoElement for Nothing {
    type Impl = Css;
}

impl NonTSPseudoClass for Nothing {
    type Impl = Css;

    fn is_active_or_hover(&self) -> bool {
        match *self {}
    }

    fn is_user_action_state(&self) -> bool {
        match *self {}
    }
}
