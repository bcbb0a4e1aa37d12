//! A CSS selector, taken apart so that it can be matched while a page streams by.
//!
//! `ul > li.a` is two parts, `ul` and `> li.a`. Each element carries a set of the parts that end
//! at it, one bit a part. Whether a child is the end of the next part can be told from its parent's
//! set, and so nobody ever has to look back, and no element has to keep its attributes.

use std::str::FromStr;

use selectors::parser::{AnPlusB, Combinator, Component, NthType, ParseRelative};
use selectors::parser::{Selector as Source, SelectorList};

use crate::css::Css;
use crate::place::{Parts, Place, Written, is_simple_match};
use crate::tag::Tag;

/// A CSS selector that needs to know no more of a page than what came before.
#[derive(Debug)]
pub struct Selector {
    parts: Vec<Part>,
    /// The parts with which the whole selector, or one of its alternatives, is complete.
    ends: Parts,
    /// `:nth-of-type` is asked for, and so children have to be counted by name.
    by_type: bool,
    reads_attributes: bool,
    wants_text_elements: bool,
}

/// What stands between two combinators, and the first of these.
#[derive(Debug, Default)]
struct Part {
    /// What the element's own tag tells.
    simple: Vec<Component<Css>>,
    /// The part before this one, and where its element has to be.
    before: Option<(Combinator, Parts)>,
    nth: Vec<Nth>,
    root: bool,
    /// `:not()`: parts that must not end here.
    not: Parts,
    /// `:is()`: of each of these, one part has to end here.
    any: Vec<Parts>,
}

impl Part {
    /// A name alone, of an element that holds text only.
    fn is_text_element(&self) -> bool {
        let [Component::LocalName(name)] = &self.simple[..] else { return false };
        let holds_text = Tag::known(name.lower_name.as_bytes()).is_some_and(Tag::holds_text);
        let is_alone = self.before.is_none() && self.nth.is_empty() && !self.root;
        holds_text && is_alone && self.not == 0 && self.any.is_empty()
    }
}

/// `:nth-child(step n + first)`, or the same among the children of one name.
#[derive(Debug)]
struct Nth {
    of_type: bool,
    step: i32,
    first: i32,
}

impl Selector {
    /// Whether it asks for attributes at all.
    pub(crate) fn reads_attributes(&self) -> bool {
        self.reads_attributes
    }

    /// Whether it asks for nothing but elements that hold text only, such as `title`.
    pub(crate) fn wants_text_elements(&self) -> bool {
        self.wants_text_elements
    }

    /// The parts that the element's own tag allows, wherever it may be.
    pub(crate) fn allowed(&self, written: &Written<'_>) -> Parts {
        let mut allowed = 0;
        for (bit, part) in self.parts.iter().enumerate() {
            if part.simple.iter().all(|simple| is_simple_match(simple, written)) {
                allowed |= 1 << bit;
            }
        }
        allowed
    }

    /// Puts an element below its parent, and tells whether it matches.
    pub(crate) fn enter(
        &self,
        tag: Tag,
        allowed: Parts,
        parent: Option<&mut Place>,
    ) -> (Place, bool) {
        let mut none = Place::default();
        let is_root = parent.is_none();
        let parent = parent.unwrap_or(&mut none);
        parent.children = parent.children.saturating_add(1);
        let mut of_type = 0;
        if self.by_type {
            let count = parent.by_type.get_or_insert_default().0.entry(tag).or_default();
            *count = count.saturating_add(1);
            of_type = *count;
        }
        let mut here = 0;
        if allowed != 0 {
            for (bit, part) in self.parts.iter().enumerate() {
                let nth = |nth: &Nth| {
                    let count = if nth.of_type { of_type } else { parent.children };
                    AnPlusB(nth.step, nth.first).matches_index(count)
                };
                if allowed & (1 << bit) != 0
                    && part.before.is_none_or(|(combinator, before)| match combinator {
                        Combinator::Child => parent.here & before != 0,
                        Combinator::NextSibling => parent.last & before != 0,
                        Combinator::LaterSibling => parent.any & before != 0,
                        _ => parent.around & before != 0,
                    })
                    && part.nth.iter().all(nth)
                    && (!part.root || is_root)
                    && part.not & here == 0
                    && part.any.iter().all(|any| any & here != 0)
                {
                    here |= 1 << bit;
                }
            }
        }
        parent.last = here;
        parent.any |= here;
        let place = Place { here, around: parent.around | here, ..Place::default() };
        (place, here & self.ends != 0)
    }

    /// Adds a selector and those inside it; gives the bit of its last part.
    fn add(&mut self, source: &Source<Css>) -> Result<Parts, &'static str> {
        let mut part = Part::default();
        let mut combinator = None;
        let mut before = None;
        for component in source.iter_raw_parse_order_from(0) {
            if let Component::Combinator(next) = component {
                if !matches!(
                    next,
                    Combinator::Child
                        | Combinator::Descendant
                        | Combinator::NextSibling
                        | Combinator::LaterSibling
                ) {
                    return Err("a combinator that is not supported");
                }
                part.before = combinator.zip(before);
                before = Some(self.push(std::mem::take(&mut part))?);
                combinator = Some(*next);
            } else {
                self.add_component(&mut part, component)?;
            }
        }
        part.before = combinator.zip(before);
        self.push(part)
    }

    fn add_component(
        &mut self,
        part: &mut Part,
        component: &Component<Css>,
    ) -> Result<(), &'static str> {
        match component {
            Component::LocalName(_)
            | Component::ExplicitUniversalType
            | Component::ExplicitAnyNamespace
            | Component::ID(_)
            | Component::Class(_)
            | Component::AttributeInNoNamespaceExists { .. }
            | Component::AttributeInNoNamespace { .. } => part.simple.push(component.clone()),
            Component::AttributeOther(other) if other.namespace.is_none() => {
                part.simple.push(component.clone());
            }
            Component::Root => part.root = true,
            Component::Nth(nth) if matches!(nth.ty, NthType::Child | NthType::OfType) => {
                let (of_type, AnPlusB(step, first)) = (nth.ty == NthType::OfType, nth.an_plus_b);
                self.by_type |= of_type;
                part.nth.push(Nth { of_type, step, first });
            }
            Component::Nth(_) | Component::Empty | Component::Has(_) => {
                return Err("it asks for what comes later on the page");
            }
            Component::Negation(list) => part.not |= self.add_list(list)?,
            Component::Is(list) | Component::Where(list) => {
                let any = self.add_list(list)?;
                part.any.push(any);
            }
            _ => return Err("a pseudo-class or a namespace that is not supported"),
        }
        Ok(())
    }

    fn add_list(&mut self, list: &SelectorList<Css>) -> Result<Parts, &'static str> {
        list.slice().iter().try_fold(0, |bits, source| Ok(bits | self.add(source)?))
    }

    fn push(&mut self, part: Part) -> Result<Parts, &'static str> {
        let bit = Parts::checked_shl(1, self.parts.len() as u32).ok_or("more than 64 parts")?;
        self.parts.push(part);
        Ok(bit)
    }
}

impl FromStr for Selector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut input = cssparser::ParserInput::new(text);
        let mut input = cssparser::Parser::new(&mut input);
        let list = SelectorList::parse(&crate::css::Reader, &mut input, ParseRelative::No)
            .map_err(|_| "this is no CSS selector, or one that is not supported")?;
        let mut selector = Self {
            parts: Vec::new(),
            ends: 0,
            by_type: false,
            reads_attributes: false,
            wants_text_elements: false,
        };
        selector.ends = selector.add_list(&list)?;
        let reads = |simple: &Component<Css>| {
            !matches!(simple, Component::LocalName(_) | Component::ExplicitUniversalType)
        };
        selector.reads_attributes = selector.parts.iter().flat_map(|part| &part.simple).any(reads);
        selector.wants_text_elements = selector.parts.iter().all(Part::is_text_element);
        Ok(selector)
    }
}
