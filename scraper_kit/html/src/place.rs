//! What is known of an element when it opens, and what it has to remember of its children.

use std::collections::HashMap;

use selectors::attr::ParsedCaseSensitivity;
use selectors::attr::{AttrSelectorOperator, CaseSensitivity, ParsedAttrSelectorOperation};
use selectors::parser::Component;

use crate::css::{Css, Text};
use crate::tag::Tag;

/// A set of a selector's parts, one bit each.
pub(crate) type Parts = u64;

/// The name and the attributes of an element, as they are written.
pub(crate) struct Written<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) attributes: &'a [(Vec<u8>, Vec<u8>)],
    /// An old page, whose classes and ids are the same in capital letters.
    pub(crate) quirks: bool,
}

impl Written<'_> {
    /// The value of an attribute; the first counts when it is there twice.
    pub(crate) fn attribute(&self, name: &[u8]) -> Option<&[u8]> {
        let mut named = self.attributes.iter().filter(|(other, _)| other == name);
        named.next().map(|(_, value)| &value[..])
    }
}

/// What an open element remembers of its children and of what is around it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    /// The parts that end at the element itself.
    pub(crate) here: Parts,
    /// Those that end at it or at an element around it.
    pub(crate) around: Parts,
    /// Those that end at its last child so far, and at any of its children.
    pub(crate) last: Parts,
    pub(crate) any: Parts,
    pub(crate) children: i32,
    pub(crate) by_type: Option<Box<Kinds>>,
}

/// How many children of each name; few places need it, and so it is not in all of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kinds(pub(crate) HashMap<Tag, i32>);

impl Place {
    /// Adds what an element has come to be by a second tag.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.here |= other.here;
        self.around |= other.around;
    }

    /// What is inside stays, around it is another element.
    pub(crate) fn move_to(&mut self, other: Self) {
        self.here = other.here;
        self.around = other.around;
    }

    /// The last child is counted again.
    pub(crate) fn uncount(&mut self, tag: Tag) {
        self.children -= 1;
        if let Some(count) = self.by_type.as_mut().and_then(|kinds| kinds.0.get_mut(&tag)) {
            *count -= 1;
        }
    }

    /// How many kinds of children are counted.
    pub(crate) fn kinds(&self) -> usize {
        self.by_type.as_ref().map_or(0, |kinds| kinds.0.len())
    }
}

/// Whether the tag of an element is as this says.
pub(crate) fn is_simple_match(simple: &Component<Css>, written: &Written<'_>) -> bool {
    let same = |value: &[u8], wanted: &Text| match written.quirks {
        true => value.eq_ignore_ascii_case(wanted.as_bytes()),
        false => value == wanted.as_bytes(),
    };
    match simple {
        Component::LocalName(name) => written.name == name.lower_name.as_bytes(),
        Component::ID(id) => written.attribute(b"id").is_some_and(|value| same(value, id)),
        Component::Class(class) => written.attribute(b"class").is_some_and(|value| {
            value.split(|byte| byte.is_ascii_whitespace()).any(|value| same(value, class))
        }),
        Component::AttributeInNoNamespaceExists { local_name_lower, .. } => {
            written.attribute(local_name_lower.as_bytes()).is_some()
        }
        Component::AttributeInNoNamespace { local_name, operator, value, case_sensitivity } => {
            is_attribute_match(written, local_name, *operator, value, *case_sensitivity)
        }
        Component::AttributeOther(other) => match &other.operation {
            ParsedAttrSelectorOperation::Exists => {
                written.attribute(other.local_name_lower.as_bytes()).is_some()
            }
            ParsedAttrSelectorOperation::WithValue { operator, case_sensitivity, value } => {
                let name = &other.local_name_lower;
                is_attribute_match(written, name, *operator, value, *case_sensitivity)
            }
        },
        _ => true, // `*`
    }
}

fn is_attribute_match(
    written: &Written<'_>,
    name: &Text,
    operator: AttrSelectorOperator,
    wanted: &Text,
    case: ParsedCaseSensitivity,
) -> bool {
    let case = match case {
        ParsedCaseSensitivity::ExplicitCaseSensitive | ParsedCaseSensitivity::CaseSensitive => {
            CaseSensitivity::CaseSensitive
        }
        _ => CaseSensitivity::AsciiCaseInsensitive,
    };
    let value = written.attribute(name.as_bytes());
    value.is_some_and(|value| operator.eval_str(&String::from_utf8_lossy(value), wanted, case))
}
