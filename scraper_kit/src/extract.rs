//! The text of every element that a CSS selector matches, found while the page streams by.

use std::borrow::Cow;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use encoding_rs::{CoderResult, Decoder, Encoding};
use lol_html::html_content::TextType;
use lol_html::send::{Element, HtmlRewriter, Settings};
use lol_html::{ElementContentHandlers, MemorySettings, Selector};

use crate::charset;
use crate::content_type::ContentType;

/// The longest match, in bytes of UTF-8; a longer one is cut and ends in `…`.
const MAX_MATCH_BYTES: usize = 1024;

/// The most matches kept of one page.
const MAX_MATCHES: usize = 64;

/// The most text held for one page's matches while it streams by, white space and entities
/// included. Matches that come after it stay empty.
const MAX_HELD_BYTES: usize = 64 * 1024;

/// What the HTML parser may hold of one page: a tag until it ends, and the elements that are open.
const PARSER_BYTES: usize = 256 * 1024;

/// A reader of one HTML page: takes bytes as they arrive, keeps only what matches.
pub(crate) struct Extractor {
    state: State,
    content_type: Option<ContentType>,
    selector: Arc<Selector>,
    found: Arc<Mutex<Matches>>,
}

/// Its output, the page's HTML, is thrown away.
type Parser = HtmlRewriter<'static, fn(&[u8])>;

enum State {
    /// The start of the page, until there is enough of it to tell its charset.
    Start(Vec<u8>),
    Reading {
        decoder: Decoder,
        rewriter: Box<Parser>,
    },
    /// The parser has met more than it may hold: what was found before that is all there is.
    Full(&'static Encoding),
}

/// What an HTML page came to.
pub(crate) struct Found {
    /// The charset's name, in lower case.
    pub(crate) charset: String,
    pub(crate) matches: Vec<String>,
    pub(crate) truncated: bool,
}

impl Extractor {
    pub(crate) fn new(selector: Arc<Selector>, content_type: Option<ContentType>) -> Self {
        let state = State::Start(Vec::with_capacity(charset::PRESCAN_BYTES));
        Self { state, content_type, selector, found: Arc::default() }
    }

    /// Reads the next piece of the page, however it is cut.
    pub(crate) fn write(&mut self, mut bytes: &[u8]) {
        if let State::Start(start) = &mut self.state {
            let missing = charset::PRESCAN_BYTES - start.len();
            let (head, rest) = bytes.split_at(bytes.len().min(missing));
            start.extend_from_slice(head);
            if head.len() < missing {
                return;
            }
            bytes = rest;
            self.begin();
        }
        self.parse(bytes, false);
    }

    /// The page is over.
    pub(crate) fn finish(mut self) -> Found {
        self.begin();
        self.parse(&[], true);
        let (encoding, full) = match self.state {
            State::Start(_) => unreachable!("begun above"),
            State::Reading { decoder, rewriter } => (decoder.encoding(), rewriter.end().is_err()),
            State::Full(encoding) => (encoding, true),
        };
        let (matches, truncated) = lock(&self.found).finish();
        let charset = encoding.name().to_ascii_lowercase();
        Found { charset, matches, truncated: truncated || full }
    }

    /// Settles the charset and parses what has been waiting for it.
    fn begin(&mut self) {
        let State::Start(start) = &mut self.state else { return };
        let start = mem::take(start);
        let (encoding, bom) = charset::detect(&start, self.content_type.as_ref());
        let decoder = encoding.new_decoder_without_bom_handling();
        let rewriter = Box::new(rewriter(&self.selector, &self.found));
        self.state = State::Reading { decoder, rewriter };
        self.parse(&start[bom..], false);
    }

    fn parse(&mut self, mut bytes: &[u8], last: bool) {
        let mut text = [0; 4096];
        while let State::Reading { decoder, rewriter } = &mut self.state {
            let (result, read, written, _) = decoder.decode_to_utf8(bytes, &mut text, last);
            if rewriter.write(&text[..written]).is_err() {
                self.state = State::Full(decoder.encoding());
            }
            bytes = &bytes[read..];
            if result == CoderResult::InputEmpty {
                return;
            }
        }
    }
}

fn rewriter(selector: &Selector, found: &Arc<Mutex<Matches>>) -> Parser {
    let (opened, read) = (Arc::clone(found), Arc::clone(found));
    let handlers = ElementContentHandlers::default()
        .element(move |element: &mut Element<'_, '_>| {
            let Some(id) = lock(&opened).open(&element.tag_name()) else {
                return Ok(());
            };
            let closed = Arc::clone(&opened);
            match element.end_tag_handlers() {
                Some(handlers) => handlers.push(Box::new(move |_: &mut _| {
                    lock(&closed).close(id);
                    Ok(())
                })),
                None => lock(&opened).close(id), // <br>, <img>: nothing inside
            }
            Ok(())
        })
        .text(move |text: &mut lol_html::html_content::TextChunk<'_>| {
            lock(&read).push(text.as_str(), text.text_type());
            Ok(())
        });
    let memory = MemorySettings::new().with_max_allowed_memory_usage(PARSER_BYTES);
    let settings = Settings::new_send()
        .with_strict(false) // where a browser would guess, guess
        .with_memory_settings(memory)
        .append_element_content_handler((Cow::Owned(selector.clone()), handlers));
    HtmlRewriter::new(settings, |_| {})
}

/// Elements whose end tag HTML lets authors leave out: the next of the same name ends them.
const ENDED_BY_THE_NEXT: [&str; 8] = ["p", "li", "dt", "dd", "tr", "td", "th", "option"];

/// The matches of one page, in the order in which their elements open.
#[derive(Default)]
struct Matches {
    matches: Vec<Match>,
    held: usize,
    truncated: bool,
}

struct Match {
    tag: String,
    text: String,
    open: bool,
}

impl Matches {
    /// A matching element opens; `None` when the page has had as many as are kept.
    fn open(&mut self, tag: &str) -> Option<usize> {
        if ENDED_BY_THE_NEXT.contains(&tag) {
            self.matches.iter_mut().filter(|found| found.tag == tag).for_each(Match::close);
        }
        let id = self.matches.len();
        if id == MAX_MATCHES {
            self.truncated = true;
            return None;
        }
        self.matches.push(Match { tag: tag.to_owned(), text: String::new(), open: true });
        Some(id)
    }

    fn close(&mut self, id: usize) {
        self.matches[id].close();
    }

    /// Text inside a match belongs to every match that is open, for matches may be nested.
    fn push(&mut self, text: &str, text_type: TextType) {
        // <script> and <style> hold text that has no entities: keep their & through the decoding.
        let text = match text_type {
            TextType::Data | TextType::RCData => Cow::Borrowed(text),
            _ => Cow::Owned(text.replace('&', "&amp;")),
        };
        for found in self.matches.iter_mut().filter(|found| found.open) {
            // White space and entities shrink when the match is whole: leave room for some.
            let room = (4 * MAX_MATCH_BYTES).saturating_sub(found.text.len());
            let room = room.min(MAX_HELD_BYTES - self.held);
            let kept = &text[..text.floor_char_boundary(room)];
            found.text.push_str(kept);
            self.held += kept.len();
            self.truncated |= kept.len() < text.len();
        }
    }

    /// The matches as they are shown, and whether there was more.
    fn finish(&mut self) -> (Vec<String>, bool) {
        let mut matches = Vec::new();
        for found in mem::take(&mut self.matches) {
            let (text, cut) = tidy(&found.text);
            matches.push(text);
            self.truncated |= cut;
        }
        (matches, self.truncated)
    }
}

impl Match {
    fn close(&mut self) {
        self.open = false;
    }
}

/// Entities decoded, white space folded, and no longer than a match may be; and whether that cut it.
fn tidy(source: &str) -> (String, bool) {
    let text = htmlize::unescape(source);
    let mut tidy = String::new();
    for word in text.split_ascii_whitespace() {
        if !tidy.is_empty() {
            tidy.push(' ');
        }
        tidy.push_str(word);
    }
    let cut = tidy.len() > MAX_MATCH_BYTES;
    if cut {
        tidy.truncate(tidy.floor_char_boundary(MAX_MATCH_BYTES - '…'.len_utf8()));
        tidy.push('…');
    }
    (tidy, cut)
}

/// A panic in one handler must not hide the page's error behind a poisoned lock.
fn lock(matches: &Mutex<Matches>) -> MutexGuard<'_, Matches> {
    matches.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Extracts from a page that arrives in pieces of `step` bytes.
    fn extract_by(step: usize, selector: &str, page: &[u8]) -> Found {
        let mut extractor = Extractor::new(Arc::new(selector.parse().unwrap()), None);
        page.chunks(step).for_each(|piece| extractor.write(piece));
        extractor.finish()
    }

    /// Extracts, however the page is cut into pieces, always the same.
    fn extract(selector: &str, page: &[u8]) -> Vec<String> {
        let whole = extract_by(usize::MAX, selector, page);
        for step in [1, 2, 7, 1023, 1025] {
            let pieces = extract_by(step, selector, page);
            assert_eq!(pieces.matches, whole.matches, "in pieces of {step}");
            assert_eq!(pieces.charset, whole.charset, "in pieces of {step}");
        }
        assert!(!whole.truncated);
        whole.matches
    }

    #[test]
    fn entities_are_decoded_and_white_space_is_folded() {
        let page = b"<title>\n Tom &amp;\tJerry&nbsp;&#8212;  &lt;3 </title>";
        assert_eq!(extract("title", page), ["Tom & Jerry\u{a0}\u{2014} <3"]);
        assert_eq!(extract("script", b"<script>a &amp; b</script>"), ["a &amp; b"]);
    }

    #[test]
    fn any_selector_works_and_nested_matches_each_get_their_text() {
        let page = b"<div class=a>one <div>two</div> three</div><div>four</div><div></div>";
        assert_eq!(extract("div", page), ["one two three", "two", "four", ""]);
        assert_eq!(extract("div.a > div", page), ["two"]);
        assert_eq!(extract("li", b"<ul><li>a<li>b</ul>x<ul><li>c</ul>"), ["a", "b", "c"]);
        assert_eq!(extract("img", b"<img src=x>text"), [""]);
    }

    #[test]
    fn legacy_charsets_are_read() {
        let page = b"<title>\xcf\xf0\xe8\xe2\xe5\xf2</title><meta charset=windows-1251>";
        assert_eq!(extract("title", page), ["Привет"]);
        let utf_16: Vec<u8> =
            "\u{feff}<title>Привет</title>".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(extract("title", &utf_16), ["Привет"]);
    }

    #[test]
    fn what_is_kept_is_bounded_and_says_so() {
        let long = format!("<title>{}</title>", "я".repeat(100_000));
        let found = extract_by(4096, "title", long.as_bytes());
        let title = &found.matches[0];
        assert!(title.len() <= MAX_MATCH_BYTES && title.ends_with("я…"), "{}", title.len());
        assert!(found.truncated);

        let many = "<p>x</p>".repeat(1000);
        let found = extract_by(4096, "p", many.as_bytes());
        assert_eq!((found.matches.len(), found.truncated), (MAX_MATCHES, true));

        let nested = "<b>".repeat(100) + &"x".repeat(100_000);
        let found = extract_by(4096, "b", nested.as_bytes());
        let held: usize = found.matches.iter().map(String::len).sum();
        assert!(held <= MAX_HELD_BYTES && found.truncated, "{held}");
    }

    #[test]
    fn a_page_that_the_parser_cannot_hold_keeps_what_was_found() {
        let endless_tag = format!("<h1>One</h1><h1 class={}>Two</h1>", "x".repeat(1_000_000));
        let too_deep = format!("<h1>One</h1>{}<h1>Two</h1>", "<div>".repeat(100_000));
        for page in [endless_tag, too_deep] {
            let found = extract_by(4096, "h1", page.as_bytes());
            assert_eq!((&found.matches[..], found.truncated), (&["One".to_owned()][..], true));
        }
    }

    #[test]
    fn elements_that_authors_leave_open_are_no_problem() {
        let table = "<tr><td>x".repeat(1000) + "</table><h1>After</h1>";
        assert_eq!(extract("h1", table.as_bytes()), ["After"]);
    }

    proptest::proptest! {
        /// Whatever bytes arrive, and however they are cut, there is the same text within its
        /// bounds, and no panic.
        #[test]
        fn any_bytes_can_be_read(
            page in proptest::collection::vec(proptest::arbitrary::any::<u8>(), 0..5000),
            step in 1..2000_usize,
        ) {
            assert_bounded(&page, step);
        }

        /// The same for what looks like HTML, with tags that nest and charsets that change.
        #[test]
        fn any_markup_can_be_read(
            pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..300),
            step in 1..2000_usize,
        ) {
            assert_bounded(pieces.concat().as_bytes(), step);
        }
    }

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

    fn assert_bounded(page: &[u8], step: usize) {
        let whole = extract_by(usize::MAX, "title, p, li, b", page);
        let pieces = extract_by(step, "title, p, li, b", page);
        assert_eq!(whole.matches, pieces.matches);
        assert!(whole.matches.len() <= MAX_MATCHES);
        assert!(whole.matches.iter().all(|text| text.len() <= MAX_MATCH_BYTES));
    }
}
