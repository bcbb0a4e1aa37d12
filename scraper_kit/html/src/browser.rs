//! For tests: the tree that a browser builds, by html5ever, to compare with what is found without.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::{Rc, Weak};

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, ExpandedName, ParseOpts, QualName, ns, parse_document};

type Link = Rc<Node>;

struct Node {
    name: QualName,
    parent: RefCell<Weak<Node>>,
    children: RefCell<Vec<Child>>,
    template: RefCell<Option<Link>>,
}

#[derive(Clone)]
enum Child {
    Node(Link),
    Text(String),
}

/// An element of the page, in the order of the page.
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) text: String,
    /// Where its parent and the element before it are in the list.
    pub(crate) parent: Option<usize>,
    pub(crate) previous: Option<usize>,
    /// How many children its parent has had with it.
    pub(crate) nth: usize,
}

/// What `document.querySelectorAll("*")` gives, without scripts.
pub(crate) fn elements(page: &str) -> Vec<Element> {
    let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..Default::default() };
    let options = ParseOpts { tree_builder, ..Default::default() };
    let sink = Dom { document: node(name("document")) };
    let document = parse_document(sink, options).one(page);
    let mut elements = Vec::new();
    list(&document, None, &mut elements);
    elements
}

fn list(parent: &Link, parent_index: Option<usize>, elements: &mut Vec<Element>) {
    let (mut previous, mut nth) = (None, 0);
    for child in parent.children.borrow().iter() {
        let Child::Node(child) = child else { continue };
        let name = child.name.local.to_ascii_lowercase().to_string();
        if name == "comment" {
            continue;
        }
        nth += 1;
        let mut text = String::new();
        collect(child, &mut text);
        let text = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        elements.push(Element { name, text, parent: parent_index, previous, nth });
        let index = elements.len() - 1;
        previous = Some(index);
        list(child, Some(index), elements);
    }
}

fn collect(parent: &Link, text: &mut String) {
    for child in parent.children.borrow().iter() {
        match child {
            Child::Node(child) => collect(child, text),
            Child::Text(more) => text.push_str(more),
        }
    }
}

fn name(local: &str) -> QualName {
    QualName::new(None, ns!(html), local.into())
}

fn node(name: QualName) -> Link {
    let (parent, children, template) = Default::default();
    Rc::new(Node { name, parent, children, template })
}

fn detach(node: &Link) {
    let parent = node.parent.take().upgrade();
    if let Some(parent) = parent {
        parent
            .children
            .borrow_mut()
            .retain(|child| !matches!(child, Child::Node(child) if Rc::ptr_eq(child, node)));
    }
}

fn put(parent: &Link, index: usize, child: NodeOrText<Link>) {
    let child = match child {
        NodeOrText::AppendText(text) => Child::Text(text.to_string()),
        NodeOrText::AppendNode(node) => {
            detach(&node);
            *node.parent.borrow_mut() = Rc::downgrade(parent);
            Child::Node(node)
        }
    };
    parent.children.borrow_mut().insert(index, child);
}

struct Dom {
    document: Link,
}

impl TreeSink for Dom {
    type Handle = Link;
    type Output = Link;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Link {
        self.document
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Link {
        self.document.clone()
    }

    fn elem_name<'a>(&'a self, target: &'a Link) -> ExpandedName<'a> {
        target.name.expanded()
    }

    fn create_element(&self, name: QualName, _: Vec<Attribute>, flags: ElementFlags) -> Link {
        let element = node(name);
        if flags.template {
            *element.template.borrow_mut() = Some(node(self::name("content")));
        }
        element
    }

    fn create_comment(&self, _: StrTendril) -> Link {
        node(name("comment"))
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Link {
        node(name("comment"))
    }

    fn append(&self, parent: &Link, child: NodeOrText<Link>) {
        if let NodeOrText::AppendNode(child) = &child {
            detach(child);
        }
        let end = parent.children.borrow().len();
        put(parent, end, child);
    }

    fn append_based_on_parent_node(&self, element: &Link, before: &Link, child: NodeOrText<Link>) {
        if element.parent.borrow().upgrade().is_some() {
            self.append_before_sibling(element, child);
        } else {
            self.append(before, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Link) -> Link {
        target.template.borrow().clone().expect("a template")
    }

    fn same_node(&self, x: &Link, y: &Link) -> bool {
        Rc::ptr_eq(x, y)
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Link, child: NodeOrText<Link>) {
        let parent = sibling.parent.borrow().upgrade().expect("a parent");
        if let NodeOrText::AppendNode(child) = &child {
            detach(child);
        }
        let is_sibling =
            |child: &Child| matches!(child, Child::Node(child) if Rc::ptr_eq(child, sibling));
        let index = parent.children.borrow().iter().position(is_sibling).expect("a sibling");
        put(&parent, index, child);
    }

    fn add_attrs_if_missing(&self, _: &Link, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, target: &Link) {
        detach(target);
    }

    fn reparent_children(&self, node: &Link, new_parent: &Link) {
        let children = node.children.take();
        for child in &children {
            if let Child::Node(child) = child {
                *child.parent.borrow_mut() = Rc::downgrade(new_parent);
            }
        }
        new_parent.children.borrow_mut().extend(children);
    }
}
