//! The text of every element that a CSS selector matches, found while the page streams by.
//!
//! No tree is built. The elements that are open are all that is known of a page, with the rules of
//! the HTML standard for what opens, closes and moves them, and that is enough: the text of an
//! element ends where a browser ends it, and a selector is matched when its element begins.
//!
//! ```text
//! text ──> reading, tokens ──> tree, stack, open ──> selector, place ──> matches
//!          tags, by html5gum   what is open: modes,  CSS, read by the    what is found,
//!                              body, tables, ends,   selectors crate     within its bounds
//!                              formatting, foreign
//! ```
//!
//! Why not html5ever, Servo's parser, which builds the whole tree: its parts cannot move between
//! threads, as a task may that holds them, and a page that is never held whole must not be a tree
//! in memory either. It is what the tests compare with.

mod body;
mod css;
mod doctype;
mod ends;
mod foreign;
mod formatting;
mod matches;
mod modes;
mod open;
mod place;
mod reading;
mod selector;
mod skip;
mod stack;
mod tables;
mod tag;
mod text;
mod tokens;
mod tree;

pub use reading::Reading;
pub use selector::Selector;
pub use tokens::Texts;

#[cfg(test)]
mod browser;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::matches::{MAX_HELD_BYTES, MAX_MATCH_BYTES, MAX_MATCHES};
    use super::*;

    struct Found {
        matches: Vec<String>,
        truncated: bool,
    }

    /// Extracts from a page that arrives in pieces of some `step` bytes.
    fn extract_by(step: usize, selector: &str, page: impl AsRef<str>) -> Found {
        let mut reading = Reading::new(Arc::new(selector.parse().unwrap()));
        let mut rest = page.as_ref();
        while !rest.is_empty() {
            let end = rest.floor_char_boundary(step);
            let end = if end == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { end };
            let (piece, after) = rest.split_at(end);
            if let Some((matches, truncated)) = reading.write(|text| text.push_str(piece)) {
                return Found { matches, truncated };
            }
            rest = after;
        }
        let (matches, truncated) = reading.finish();
        Found { matches, truncated }
    }

    /// Extracts, however the page is cut into pieces, always the same.
    fn extract(selector: &str, page: impl AsRef<str>) -> Vec<String> {
        let page = page.as_ref();
        let whole = extract_by(usize::MAX, selector, page);
        for step in [1, 2, 7, 1023, 1025] {
            assert_eq!(extract_by(step, selector, page).matches, whole.matches, "by {step}");
        }
        assert!(!whole.truncated);
        whole.matches
    }

    #[test]
    fn entities_are_decoded_and_white_space_is_folded() {
        let page = "<title>\n Tom &amp;\tJerry&nbsp;&#8212;  &lt;3 </title>";
        assert_eq!(extract("title", page), ["Tom & Jerry\u{a0}\u{2014} <3"]);
        assert_eq!(extract("script", "<script>a &amp; b</script>"), ["a &amp; b"]);
    }

    #[test]
    fn any_selector_works_and_nested_matches_each_get_their_text() {
        let page = "<div class=a>one <div>two</div> three</div><div>four</div><div></div>";
        assert_eq!(extract("div", page), ["one two three", "two", "four", ""]);
        assert_eq!(extract("div.a > div", page), ["two"]);
        assert_eq!(extract("li", "<ul><li>a<li>b</ul>x<ul><li>c</ul>"), ["a", "b", "c"]);
        assert_eq!(extract("img", "<img src=x>text"), [""]);
    }

    #[test]
    fn what_is_kept_is_bounded_and_says_so() {
        let long = format!("<title>{}</title>", "я".repeat(100_000));
        let found = extract_by(4096, "title", long);
        let title = &found.matches[0];
        assert!(title.len() <= MAX_MATCH_BYTES && title.ends_with("я…"), "{}", title.len());
        assert!(found.truncated);

        let many = "<p>x</p>".repeat(1000);
        let found = extract_by(4096, "p", many);
        assert_eq!((found.matches.len(), found.truncated), (MAX_MATCHES, true));

        let nested = "<b>".repeat(100) + &"x".repeat(100_000);
        let found = extract_by(4096, "b", nested);
        let held: usize = found.matches.iter().map(String::len).sum();
        assert!(held <= MAX_HELD_BYTES && found.truncated, "{held}");
    }

    #[test]
    fn a_page_that_the_parser_cannot_hold_keeps_what_was_found() {
        let endless_name = format!("<h1>One</h1><title></{}", "x".repeat(1_000_000));
        let found = extract_by(4096, "h1", endless_name);
        assert_eq!((&found.matches[..], found.truncated), (&["One".to_owned()][..], true));
    }

    #[test]
    fn a_tag_or_a_comment_may_be_of_any_length() {
        let tag = format!("<h1>One</h1><h1 class={}>Two</h1>", "x".repeat(300_000));
        assert_eq!(extract("h1", &tag), ["One", "Two"]);
        assert!(extract_by(4096, "h1.x", tag).truncated, "who knows what else it was");
        let comment = format!("<h1>One</h1><!--{}--><h1>Two</h1>", "<h1>".repeat(100_000));
        assert_eq!(extract("h1", comment), ["One", "Two"]);
    }

    #[test]
    fn what_is_nested_too_deep_is_beside_what_it_was_in() {
        let too_deep = format!("<h1>One</h1>{}<h1>Two</h1>", "<div>".repeat(100_000));
        let found = extract_by(4096, "h1", too_deep);
        assert_eq!(
            (&found.matches[..], found.truncated),
            (&["One".into(), "Two".into()][..], true)
        );
    }

    #[test]
    fn a_page_that_is_made_to_be_slow_is_given_up() {
        let far = "<p>One</p><p><button>".to_owned() + &"<div>".repeat(2000);
        let page = far + &"<div></div>".repeat(20_000) + "<h1>Two</h1>";
        let found = extract_by(4096, "p, h1", page);
        assert_eq!((&found.matches[0][..], found.truncated), ("One", true));
        assert!(!found.matches.contains(&"Two".to_owned()));
    }

    #[test]
    fn what_is_held_of_a_page_is_bounded() {
        let open = size_of::<open::Open>() * tree::MAX_OPEN;
        assert!(open < 256 * 1024 - 32 * 1024, "{open} bytes, and the attributes of a tag");
    }

    #[test]
    fn what_cannot_be_known_in_time_is_no_selector() {
        for selector in ["p:last-child", "p:empty", "ul:has(li)", "a:hover", "p::before", "a["] {
            assert!(selector.parse::<Selector>().is_err(), "{selector}");
        }
        let long = vec!["a"; 100].join(" ");
        assert!(long.parse::<Selector>().unwrap_err().contains("64"));
    }

    #[test]
    fn elements_that_authors_leave_open_are_no_problem() {
        let table = "<tr><td>x".repeat(1000) + "</table><h1>After</h1>";
        assert_eq!(extract("h1", table), ["After"]);
    }

    proptest::proptest! {
        /// Whatever text arrives, and however it is cut, there is the same text within its bounds,
        /// and no panic.
        #[test]
        fn any_text_can_be_read(page in "(?s).{0,2000}", step in 1..2000_usize) {
            assert_bounded(&page, step);
        }

        /// The same for what looks like HTML, with tags that nest and charsets that change.
        #[test]
        fn any_markup_can_be_read(
            pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..300),
            step in 1..2000_usize,
        ) {
            assert_bounded(&pieces.concat(), step);
        }

        /// What is passed over ends where it would end if it were read.
        #[test]
        fn nothing_is_lost_in_what_is_passed_over(
            pieces in proptest::collection::vec(proptest::sample::select(&TAGS[..]), 0..60),
            step in 1..200_usize,
        ) {
            let page = format!("<!doctype html><li>{}", pieces.concat());
            let read = extract_by(usize::MAX, "title, textarea, script, x-y", &page);
            for step in [usize::MAX, step] {
                let passed_over = extract_by(step, "title, textarea, script", &page);
                assert_eq!(passed_over.matches, read.matches, "{page}");
            }
        }
    }

    /// A page, and where what is found on it differs from what a browser finds.
    fn differences(page: &str, relations: &[&str]) -> Vec<String> {
        let tree = browser::elements(page);
        let mut names: Vec<&str> = tree.iter().map(|element| &element.name[..]).collect();
        names.sort_unstable();
        names.dedup();
        let mut selectors: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        for (outer, inner) in names.iter().zip(names.iter().cycle().skip(3)) {
            for relation in relations {
                selectors.push(format!("{outer}{relation}{inner}"));
            }
        }
        selectors.push("*".into());
        if relations.contains(&" + ") {
            selectors.push(":nth-child(2)".into());
        }
        let mut differences = Vec::new();
        for selector in selectors {
            let right =
                tree.iter().enumerate().filter(|(index, _)| selects(&tree, &selector, *index));
            let right: Vec<&str> =
                right.map(|(_, element)| &element.text[..]).take(MAX_MATCHES).collect();
            let found = extract_by(7, &selector, page);
            if found.matches != right && !found.truncated {
                differences.push(format!("{selector}: {:?} is not {right:?}", found.matches));
            }
        }
        differences
    }

    /// Whether one of the selectors above selects an element.
    fn selects(tree: &[browser::Element], selector: &str, index: usize) -> bool {
        let is = |name: &str, index: usize| tree[index].name == name;
        let chain = |next: fn(&browser::Element) -> Option<usize>| {
            std::iter::successors(next(&tree[index]), move |index| next(&tree[*index]))
        };
        let words: Vec<&str> = selector.split(' ').collect();
        match words[..] {
            ["*"] => true,
            [":nth-child(2)"] => tree[index].nth == 2,
            [name] => is(name, index),
            [outer, inner] => is(inner, index) && chain(|e| e.parent).any(|at| is(outer, at)),
            [outer, relation, inner] => {
                is(inner, index)
                    && match relation {
                        ">" => tree[index].parent.is_some_and(|at| is(outer, at)),
                        "+" => tree[index].previous.is_some_and(|at| is(outer, at)),
                        _ => chain(|e| e.previous).any(|at| is(outer, at)),
                    }
            }
            _ => unreachable!("no such selector"),
        }
    }

    /// Pages of every kind, put together at random, are read as html5ever reads them. Some that no
    /// author would write are not: with a table or a `<b>` open where it must not be, the last word
    /// of the page decides what comes first.
    #[test]
    fn random_pages_are_read_as_in_a_browser() {
        let all = &[" ", " > ", " + ", " ~ "][..];
        let up = &all[..2]; // what is put before a table later on is no sibling of it yet
        let groups = [
            (0, all, "p div ul li dl dt dd h1 h2 hr section button form pre address x-y img"),
            (0, all, "select option optgroup p div ruby rt rp rb rtc input hr button"),
            (0, all, "html head body title script style noscript template meta p textarea"),
            (1, up, "table tr td th tbody thead caption colgroup col p div"),
            (1, up, "svg title desc foreignObject p b a div table font"),
            (2, up, "b i a nobr p div table td object em li font"),
        ];
        let mut seed = 1_u64;
        let mut below = |limit: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as usize % limit
        };
        for (allowed, relations, names) in groups {
            let names: Vec<&str> = names.split(' ').collect();
            let mut found = Vec::new();
            for _ in 0..300 {
                let mut page = String::from("<!doctype html>");
                for word in 0..2 + below(14) {
                    let name = names[below(names.len())];
                    page += &match below(5) {
                        0 => format!("</{name}>"),
                        1 => format!("{word} "),
                        _ => format!("<{name}>{}", ["", "x", " ", "y"][below(4)]),
                    };
                }
                let differences = differences(&page, relations);
                if !differences.is_empty() {
                    found.push(format!("{page}\n  {}", differences.join("\n  ")));
                }
            }
            assert!(found.len() <= allowed, "{}", found.join("\n"));
        }
    }

    #[test]
    fn an_element_ends_where_a_browser_ends_it() {
        for (selector, page, right) in BROWSER {
            let page = format!("<!doctype html>{page}");
            assert_eq!(extract(selector, &page), *right, "{selector} in {page}");
        }
        let many = ["<p>text\n".repeat(2048), format!("<ul>{}</ul>", "<li>x\n".repeat(2048))];
        let table = format!("<table>{}</table>", "<tr><td>x\n".repeat(1024));
        for open in many.into_iter().chain([table, "<div>".repeat(2048)]) {
            let found = extract_by(4096, "h1", format!("{open}<h1>y</h1>"));
            assert_eq!((&found.matches[..], found.truncated), (&["y".to_owned()][..], false));
        }
    }

    /// A selector, a page, and the texts that a browser without scripts finds.
    #[rustfmt::skip]
    const BROWSER: &[(&str, &str, &[&str])] = &[
        // An item holds the list that is inside it.
        ("li", "<ul><li>Menu<ul><li>Sub 1</li><li>Sub 2</li></ul> after</li><li>Next</li></ul>",
         &["MenuSub 1Sub 2 after", "Sub 1", "Sub 2", "Next"]),
        ("td",
         "<table><tr><td>Outer <table><tr><td>Inner</td></tr></table> tail</td><td>Second</td></tr></table>",
         &["Outer Inner tail", "Inner", "Second"]),
        ("tr", "<table><tr><td>A<table><tr><td>B</td></tr></table>C</td></tr></table>",
         &["ABC", "B"]),
        ("dd", "<dl><dt>a<dd>b<dl><dt>c<dd>d</dl>e</dl>", &["bcde", "d"]),
        ("option", "<select><optgroup><option>a<option>b<optgroup><option>c</select>d",
         &["a", "b", "c"]),
        // End tags that are left out.
        ("p", "<body><p>Intro<ul><li>one</ul><p>Next</body>", &["Intro", "Next"]),
        ("p", "<body><p>Intro<h2>Head</h2>text<p>Next", &["Intro", "Next"]),
        ("p", "<p>Intro<table><tr><td>x</table>tail", &["Intro"]),
        ("p", "<p>a<button><p>b</button>c<p>d", &["abc", "b", "d"]),
        ("dt", "<dl><dt>Term 1<dd>Def 1<dt>Term 2<dd>Def 2</dl>", &["Term 1", "Term 2"]),
        ("dd", "<dl><dt>Term 1<dd>Def 1<dt>Term 2<dd>Def 2</dl>", &["Def 1", "Def 2"]),
        ("th", "<table><tr><th>H<td>a<tr><th>I<td>b</table>", &["H", "I"]),
        ("td", "<table><tr><td>a<th>H<tr><td>b<th>I</table>", &["a", "b"]),
        ("thead", "<table><thead><tr><td>h<tbody><tr><td>b</table>", &["h"]),
        ("h1", "<h1>One<h2>Two</h2>", &["One"]),
        ("rt", "<ruby>a<rt>b<rp>c</ruby>d", &["b"]),
        // Tags in the wrong order.
        ("a", "<a href=1>one <a href=2>two</a> three", &["one", "two"]),
        ("b", "<b>1<p>2</b>3</p>", &["1", "2"]),
        ("p", "<b>1<p>2</b>3</p>", &["23"]),
        ("i", "<b>1<i>2</b>3</i>4", &["2", "3"]),
        ("body", "<table>a<tr><td>b</td>c</table>d", &["acbd"]),
        ("form", "<form>a<div>b</form>c</div>d", &["abc"]),
        // Parents that are not written.
        ("head > title", "<title>ok</title>", &["ok"]),
        ("html title", "<title>ok</title>", &["ok"]),
        ("body h1", "<title>ok</title><h1>Head</h1>", &["Head"]),
        ("tbody > tr", "<table><tr><td>a</td></tr></table>", &["a"]),
        ("table > tr", "<table><tr><td>a</td></tr></table>", &[]),
        ("body", "<title>x</title><p>text", &["text"]),
        ("ul > li", "<ul><li>a<li>b<ol><li>c</ol></ul>", &["a", "bc"]),
        ("td:nth-child(2)", "<table><tr><td>a<td>b<tr><td>c<td>d</table>", &["b", "d"]),
        ("p:nth-of-type(2)", "<p>a<div>b</div><p>c", &["c"]),
        ("h1 + p, dt ~ dd", "<h1>a</h1><p>b<p>c<dl><dt>d<dd>e<dd>f</dl>", &["b", "e", "f"]),
        ("p:not(div p, .x)", "<p>a<p class=x>b<div><p>c</div>", &["a"]),
        (":is(h1, h2) > b", "<h1><b>a</b></h1><h3><b>b</b></h3>", &["a"]),
        // Attributes.
        ("a[title='Tom & Jerry']", "<a title='Tom &amp; Jerry'>yes</a>", &["yes"]),
        ("a[href*='a=1&b=2']", "<a href='/p?a=1&amp;b=2'>yes</a>", &["yes"]),
        ("a[href*='&copy=2']", "<a href='/p?a=1&copy=2'>yes</a>", &["yes"]),
        ("[data-x='\"q\"']", "<p data-x='&quot;q&quot;'>yes</p>", &["yes"]),
        ("p.b", "<p CLASS='a b' class=c>yes</p>", &["yes"]),
        // What a browser without scripts shows, and what no browser does.
        ("img", "<noscript><img src=a></noscript><img src=b>", &["", ""]),
        ("noscript", "<body><noscript>Please &amp; enable <b>JS</b></noscript>",
         &["Please & enable JS"]),
        ("p", "<template><p>no</p></template><p>yes</p>", &["yes"]),
        ("title", "<body><template><title>no</title></template><svg><title>yes</svg>", &["yes"]),
        ("title", "<title>a\0b</title>", &["a\u{fffd}b"]),
        ("p", "<p>a\0b</p>", &["ab"]),
        ("p", "<p>a&am<b>p;</b>", &["a&amp;"]),
    ];

    /// What tags are made of, right and wrong.
    #[rustfmt::skip]
    const TAGS: [&str; 32] = [
        "<p", "<a", "</p", "<P", "<title", "<title>", "</title>", "<textarea>", "</textarea>",
        "<script", "</script", "<!--", "-->", "<", ">", "/", "/>", " ", "\n", "=", "\"", "'", "x",
        "x=\"", "x='", "x=y", " =\"", "&amp;", "\0", "\u{c}", "\r", "я",
    ];

    const PIECES: [&str; 24] = [
        "<title>",
        "</title>",
        "<p>",
        "</p>",
        "<li>",
        "<b class='",
        "'>",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<meta charset=utf-16>",
        "<meta charset=koi8-r>",
        "&amp;",
        "&#0;",
        "&#x110000;",
        "&notanentity",
        "\u{feff}",
        "\0",
        "текст",
        "<svg><title>",
        "<select>",
        "<![CDATA[",
        "\u{202e}",
    ];

    fn assert_bounded(page: &str, step: usize) {
        let whole = extract_by(usize::MAX, "title, p, li, b", page);
        let pieces = extract_by(step, "title, p, li, b", page);
        assert_eq!(whole.matches, pieces.matches);
        assert!(whole.matches.len() <= MAX_MATCHES);
        assert!(whole.matches.iter().all(|text| text.len() <= MAX_MATCH_BYTES));
    }
}
