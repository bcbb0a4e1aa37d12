//! A page's text as a tree, by html5ever, Servo's parser, and the scraper crate's tree.
//!
//! The parser is full of `Rc` and `Cell`, so it is not `Send`: a task that held it across an await could
//! not move to another thread. Here it begins and ends inside of one call, without an await.
//!
//! Such a call cannot be cancelled from outside, and a page may be made to be slow: html5ever looks
//! through all open elements again and again, so it is quadratic in their number. Hence the text goes in
//! by small pieces, and between two of them the caller's function `go_on` returns whether to go on.

use std::cell::Cell;

use html5ever::driver::{self, ParseOpts};
use html5ever::interface::Tracer;
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, TreeSink};
use scraper::{Html, HtmlTreeSink, Node};

/// How much text goes in between two looks at the bounds.
const PIECE_BYTES: usize = 256;

/// The most elements that are open at a time, their attributes counted, too. What is misnested is copied
/// again and again, so within a piece a page may grow by some hundred times as much. Browsers stop at 512
/// elements, and put deeper ones beside each other.
const MAX_OPEN: usize = 4096;

/// The most nodes and attributes of a tree: each takes about a hundred bytes. A page has more only if it
/// consists of tags.
pub(crate) const MAX_NODES: usize = 400_000;

/// The tree of a page that begins with `text`, and whether that is all of it: one that is made to be deep,
/// or has more than so many nodes and attributes, ends early. `None` if `go_on` said no.
pub(crate) fn parse(
    text: &str,
    max_nodes: usize,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<(Html, bool)> {
    let sink = HtmlTreeSink::new(Html::new_document());
    let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let mut parser =
        driver::parse_document(sink, ParseOpts { tree_builder, ..ParseOpts::default() });
    let (mut rest, mut nodes, mut size) = (text, 0, 0);
    while !rest.is_empty() && size <= max_nodes && open(&parser.tokenizer.sink) <= MAX_OPEN {
        if !go_on() {
            return None;
        }
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE_BYTES));
        parser.process(StrTendril::from(piece));
        rest = after;
        let html = parser.tokenizer.sink.sink.0.borrow();
        let new = html.tree.values().len() - nodes;
        size += html.tree.values().rev().take(new).map(weight).sum::<usize>();
        nodes += new;
    }
    let mut html = parser.finish();
    // What is in a `<template>` is a document of its own, and no part of the page.
    let templates = html.tree.nodes().filter(|node| node.value().is_fragment());
    for contents in templates.map(|node| node.id()).collect::<Vec<_>>() {
        html.tree.get_mut(contents).expect("it is in the tree").detach();
    }
    Some((html, rest.is_empty()))
}

fn weight(node: &Node) -> usize {
    1 + node.as_element().map_or(0, |element| element.attrs.len())
}

type Handle = <HtmlTreeSink as TreeSink>::Handle;

/// How many elements are open, or to be opened again, attributes included.
fn open(builder: &TreeBuilder<Handle, HtmlTreeSink>) -> usize {
    struct Open<'b>(&'b HtmlTreeSink, Cell<usize>);

    impl Tracer for Open<'_> {
        type Handle = Handle;

        fn trace_handle(&self, handle: &Handle) {
            let Self(sink, open) = self;
            open.set(
                open.get()
                    + sink.0.borrow().tree.get(*handle).map_or(0, |node| weight(node.value())),
            );
        }
    }

    let open = Open(&builder.sink, Cell::new(0));
    builder.trace_handles(&open);
    open.1.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many nodes there are, and whether the whole text was read.
    fn size(text: &str) -> (usize, bool) {
        let (html, whole) = parse(text, MAX_NODES, &mut || true).unwrap();
        (html.tree.values().len(), whole)
    }

    #[test]
    fn a_page_that_is_made_to_be_slow_or_large_ends_early() {
        let distinct: String = (0..5000).map(|number| format!("<b x={number}>")).collect();
        for text in [
            "<div>".repeat(200_000),
            distinct.clone() + &"<p>x".repeat(200_000), // each copies all that are open
            format!("<b {}>", distinct) + &"<p>x".repeat(200_000),
            "<i></i>".repeat(2 * MAX_NODES),
        ] {
            let (nodes, whole) = size(&text);
            assert!(!whole && nodes < 2 * MAX_NODES, "{nodes} from {}", &text[..10]);
        }
        assert_eq!(size(&"<p>x".repeat(MAX_NODES / 4)), (MAX_NODES / 2 + 4, true));
    }

    #[test]
    fn a_page_ends_when_nobody_wants_it() {
        let mut pieces = 0;
        let mut go_on = || {
            pieces += 1;
            pieces <= 3
        };
        assert!(parse(&"<p>x".repeat(1000), MAX_NODES, &mut go_on).is_none());
        assert_eq!(pieces, 4);
    }
}
