//! What is looked for on a page: its title, or the text of each element that a CSS selector matches.

use std::str::FromStr;

use cssparser::ParseErrorKind::Custom;
use html5ever::{QualName, local_name, ns, tree_builder};
use scraper::selector::{Parser, Simple};
use scraper::{ElementRef, Html};
use selectors::SelectorList;
use selectors::context::QuirksMode;
use selectors::matching::{
    MatchingContext, MatchingForInvalidation, MatchingMode, NeedsSelectorFlags, SelectorCaches,
    matches_selector_list,
};
use selectors::parser::{ParseRelative, SelectorParseErrorKind};

use crate::search::html::{self, MAX_NODES};

/// The longest match, in bytes of UTF-8; a longer one is cut and ends in `…`.
const MAX_MATCH_BYTES: usize = 1024;

/// The most matches kept of one page.
const MAX_MATCHES: usize = 64;

/// The most nodes and attributes of a page that is searched with `:has()`: to match one element may then
/// take time that grows with their square, and that is one call of the library, which cannot be stopped.
const MAX_NODES_FOR_HAS: usize = 20_000;

/// What is looked for on every page.
#[derive(Debug, Clone)]
pub(crate) enum Query {
    /// The page's title, as `document.title` has it in a browser: the first `title` that is HTML's.
    Title,
    /// What `document.querySelectorAll` finds, and of each element its `textContent`.
    Selector { list: SelectorList<Simple>, max_nodes: usize },
}

/// What was found, in the order of the page, white space folded.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Found {
    pub(crate) matches: Vec<String>,
    /// There was more than is kept.
    pub(crate) truncated: bool,
}

impl Query {
    /// Searches the text of a page; `None` if `go_on`, which is called again and again, returned `false`.
    pub(crate) fn search(&self, text: &str, go_on: &mut dyn FnMut() -> bool) -> Option<Found> {
        let max_nodes = match self {
            Self::Title => MAX_NODES,
            Self::Selector { max_nodes, .. } => *max_nodes,
        };
        let (html, whole) = html::parse(text, max_nodes, go_on)?;
        let mut found = Found { matches: Vec::new(), truncated: !whole };
        let mut caches = SelectorCaches::default();
        for element in html.tree.root().descendants().filter_map(ElementRef::wrap) {
            if !go_on() {
                return None;
            }
            match self {
                Self::Title if is_title(&element.value().name) => {
                    let (title, truncated) = fold(element.text());
                    return Some(Found { matches: vec![title], truncated });
                }
                Self::Selector { list, .. } if matches(list, element, &html, &mut caches) => {
                    if found.matches.len() == MAX_MATCHES {
                        found.truncated = true;
                        break;
                    }
                    let (text, cut) = fold(element.text());
                    found.matches.push(text);
                    found.truncated |= cut;
                }
                _ => {}
            }
        }
        Some(found)
    }
}

impl FromStr for Query {
    type Err = String;

    fn from_str(css: &str) -> Result<Self, String> {
        let list =
            SelectorList::parse(&Parser, &mut cssparser::Parser::new(css), ParseRelative::No);
        let has = css.to_ascii_lowercase().contains(":has(");
        let max_nodes = if has { MAX_NODES_FOR_HAS } else { MAX_NODES };
        list.map(|list| Self::Selector { list, max_nodes }).map_err(|error| match error.kind {
            Custom(SelectorParseErrorKind::UnsupportedPseudoClassOrElement) => {
                "there is a pseudo-class or pseudo-element in it that cannot be answered".to_owned()
            }
            _ => "this is no CSS selector".to_owned(),
        })
    }
}

fn is_title(name: &QualName) -> bool {
    name.ns == ns!(html) && name.local == local_name!("title")
}

/// As scraper's own `Selector::matches`, and in quirks mode, too, where names of classes ignore case.
fn matches(
    list: &SelectorList<Simple>,
    element: ElementRef<'_>,
    html: &Html,
    caches: &mut SelectorCaches,
) -> bool {
    let quirks_mode = match html.quirks_mode {
        tree_builder::QuirksMode::Quirks => QuirksMode::Quirks,
        tree_builder::QuirksMode::LimitedQuirks => QuirksMode::LimitedQuirks,
        tree_builder::QuirksMode::NoQuirks => QuirksMode::NoQuirks,
    };
    let mut context = MatchingContext::new(
        MatchingMode::Normal,
        None,
        caches,
        quirks_mode,
        NeedsSelectorFlags::No,
        MatchingForInvalidation::No,
    );
    matches_selector_list(list, &element, &mut context)
}

/// Text without the white space that is not shown, and no longer than a match may be; and whether that
/// cut it.
fn fold<'t>(pieces: impl Iterator<Item = &'t str>) -> (String, bool) {
    let (mut text, mut gap) = (String::new(), false);
    for letter in pieces.flat_map(str::chars) {
        if letter.is_ascii_whitespace() {
            gap = !text.is_empty();
            continue;
        }
        if gap {
            text.push(' ');
            gap = false;
        }
        text.push(letter);
        if text.len() > MAX_MATCH_BYTES {
            text.truncate(text.floor_char_boundary(MAX_MATCH_BYTES - '…'.len_utf8()));
            text.push('…');
            return (text, true);
        }
    }
    (text, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(css: &str, page: &str) -> Found {
        let query = if css.is_empty() { Query::Title } else { css.parse().unwrap() };
        query.search(page, &mut || true).unwrap()
    }

    #[test]
    fn the_title_is_the_first_that_is_html() {
        for (page, title) in [
            ("<title>One</title><body><title>Two</title>", &["One"][..]),
            ("<svg><title>no</title></svg><title>yes", &["yes"]),
            ("<!-- <title>no</title> --><TITLE>yes</TITLE>", &["yes"]),
            ("<template><title>no</title></template>", &[]),
            ("<title>a &amp; <b>c</title>", &["a & <b>c"]),
        ] {
            let found = search("", page);
            assert_eq!(found.matches, title, "{page}");
            assert!(!found.truncated, "{page}");
        }
    }

    #[test]
    fn what_browsers_find_is_found() {
        for (css, page, right) in [
            ("li", "<ul><li>a<ul><li>b</ul>c<li>d</ul>", &["abc", "b", "d"][..]),
            ("p", "<p>\n a&nbsp;&#8212;\t <b>b</b>  \n</p>", &["a\u{a0}\u{2014} b"]),
            ("li:last-child, p:empty", "<ul><li>a<li>b</ul><p></p>", &["b", ""]),
            ("div:has(> p)", "<div>a</div><div><p>b</div>", &["b"]),
            ("p:only-child, b:last-of-type", "<div><p>a</div><b>b</b><b>c</b>", &["a", "c"]),
            ("p", "<template><p>no</p></template><p>yes</p>", &["yes"]),
            ("div", "<div>a<template>no</template>b</div>", &["ab"]),
            ("noscript p", "<body><noscript><p>a</noscript>", &["a"]),
            ("tbody > tr", "<table><tr><td>a</table>", &["a"]),
            // What is moved in the tree is where it was moved to.
            ("* ~ *", "<a>1<div>2<p>3<i>4<a>5", &["12345", "2345", "345", "5"]),
            ("svg[viewBox], svg[viewbox]", "<svg viewBox=''>a</svg>", &["a"]),
            ("[title='Tom & Jerry']", "<p title='Tom &amp; Jerry'>a", &["a"]),
        ] {
            let found = search(css, &format!("<!doctype html>{page}"));
            assert_eq!(found.matches, right, "{css}");
            assert!(!found.truncated, "{css}");
        }
        // Without a doctype, names of classes ignore case.
        assert_eq!(search(".Foo", "<p class=foo>a").matches, ["a"]);
        assert_eq!(search(".Foo", "<!doctype html><p class=foo>a").matches, [""; 0]);
    }

    #[test]
    fn what_is_kept_is_bounded_and_says_so() {
        for css in ["", "title"] {
            let found = search(css, &format!("<title>{}</title>", "я".repeat(100_000)));
            let title = &found.matches[0];
            assert!(title.len() <= MAX_MATCH_BYTES && title.ends_with("я…"), "{}", title.len());
            assert!(found.truncated);
        }
        let blank = format!("<title>{}yes</title>", " \n".repeat(100_000));
        assert_eq!(search("", &blank), Found { matches: vec!["yes".into()], truncated: false });
        for (count, truncated) in [(MAX_MATCHES, false), (MAX_MATCHES + 1, true)] {
            let found = search("p", &"<p>x".repeat(count));
            assert_eq!((found.matches.len(), found.truncated), (MAX_MATCHES, truncated));
        }
        let deep = "<p>One</p>".to_owned() + &"<div>".repeat(10_000) + "<p>Two";
        assert_eq!(search("p", &deep), Found { matches: vec!["One".into()], truncated: true });
    }

    #[test]
    fn a_search_can_be_stopped_in_the_midst_of_matching() {
        let page = "<i></i>".repeat(10_000);
        let query: Query = "b ~ i".parse().unwrap();
        let mut left = 2000; // more than there are pieces
        let mut go_on = || {
            left -= 1;
            left > 0
        };
        assert_eq!(query.search(&page, &mut go_on), None);
    }

    #[test]
    fn what_cannot_be_answered_is_no_selector() {
        for css in ["a:hover", "p::before", "a:visited"] {
            assert!(css.parse::<Query>().unwrap_err().contains("pseudo"), "{css}");
        }
        for css in ["", "a[", "p >", "h1,", "!", ":nth-child(x)", ":has(:has(a))"] {
            assert!(css.parse::<Query>().is_err(), "{css}");
        }
    }
}
