//! The text of a page, decoded and kept while it arrives: as much of it as is searched.

use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use encoding_rs::{CoderResult, Decoder, Encoding};

use crate::body::charset;
use crate::body::content_type::ContentType;
use crate::search::{Found, Query, Text};

/// The most text of a page that is kept, in bytes of UTF-8. What is beyond is counted and saved as ever,
/// and not searched. Few pages of the web are as long, and a tree takes up to fifty times its text.
const MAX_TEXT_BYTES: usize = 1 << 20;

/// How much is decoded at a time: a title mostly stands near the start, and behind it nothing is wanted.
const PIECE_BYTES: usize = 2 * 1024;

/// A title is looked for at once, on the thread that runs all tasks, for that takes some microseconds. On
/// a page where it takes longer than this it is looked for where a selector is.
const AT_ONCE: Duration = Duration::from_millis(1);

const TITLE: &str = "<title";
const TITLE_END: &str = "</title";

/// Reads an HTML page as it arrives.
pub(crate) struct TextReader {
    query: Arc<Query>,
    content_type: Option<ContentType>,
    /// The start of the page, until there is enough of it to determine its charset.
    start: Vec<u8>,
    decoder: Option<Decoder>,
    text: String,
    state: State,
}

/// What becomes of the text that is decoded.
#[derive(PartialEq)]
enum State {
    /// It is kept, and looked through for the end of a title from this place on.
    Title(usize),
    Kept,
    /// There is more than is kept.
    Full,
    Found(Found),
}

/// What an HTML page came to.
pub(crate) struct Read {
    /// The charset's name, in lower case.
    pub(crate) charset: String,
    /// What was looked for, or the text to look for it in.
    pub(crate) result: Result<Found, Text>,
}

impl TextReader {
    pub(crate) fn new(query: Arc<Query>, content_type: Option<ContentType>) -> Self {
        let state = if matches!(*query, Query::Title) { State::Title(0) } else { State::Kept };
        let (start, text) = (Vec::new(), String::new());
        Self { query, content_type, start, decoder: None, text, state }
    }

    /// Reads the next piece of the page, however it is cut.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let enough = charset::start_bytes(self.content_type.as_ref());
        if self.decoder.is_some() {
            self.decode(bytes, false);
        } else if self.start.is_empty() && bytes.len() >= enough {
            self.begin(bytes);
        } else {
            self.start.extend_from_slice(bytes);
            if self.start.len() >= enough {
                let start = mem::take(&mut self.start);
                self.begin(&start);
            }
        }
    }

    /// The page is over.
    pub(crate) fn finish(mut self) -> Read {
        if self.decoder.is_none() {
            let start = mem::take(&mut self.start);
            self.begin(&start);
        }
        self.decode(&[], true);
        let encoding = self.decoder.map_or(encoding_rs::UTF_8, |decoder| decoder.encoding());
        let truncated = self.state == State::Full;
        let wants_title = matches!(*self.query, Query::Title);
        let result = match self.state {
            State::Found(found) => Ok(found),
            _ if wants_title && find(TITLE, &self.text, 0).is_none() => {
                Ok(Found { matches: Vec::new(), truncated })
            }
            _ => Err(Text { text: self.text, truncated }),
        };
        Read { charset: encoding.name().to_ascii_lowercase(), result }
    }

    /// Settles the charset, and decodes the start of the page.
    fn begin(&mut self, start: &[u8]) {
        let (encoding, bom): (&Encoding, _) = charset::detect(start, self.content_type.as_ref());
        self.decoder = Some(encoding.new_decoder_without_bom_handling());
        self.decode(&start[bom..], false);
    }

    fn decode(&mut self, mut bytes: &[u8], last: bool) {
        let Some(decoder) = &mut self.decoder else { return };
        while matches!(self.state, State::Title(_) | State::Kept) {
            let room = MAX_TEXT_BYTES - self.text.len();
            self.text.reserve(room.min(PIECE_BYTES)); // doubles, and ends at MAX_TEXT_BYTES
            let (result, read, _) = decoder.decode_to_string(bytes, &mut self.text, last);
            bytes = &bytes[read..];
            if let State::Title(from) = self.state {
                self.state = look_for_title(&self.query, &self.text, from);
            }
            match result {
                CoderResult::InputEmpty => break,
                CoderResult::OutputFull if room < PIECE_BYTES => self.state = State::Full,
                CoderResult::OutputFull => {}
            }
        }
        if let State::Found(_) = self.state {
            self.text = String::new();
        }
    }
}

/// The first title on a page ends with the first `</title`, unless that is in a comment, or the like.
/// Then it is looked for once more when the page is there, and not at each further one: a page may
/// consist of them.
fn look_for_title(query: &Query, text: &str, from: usize) -> State {
    let Some(end) = find(TITLE_END, text, from) else {
        return State::Title((text.len() + 1).saturating_sub(TITLE_END.len()));
    };
    let started = Instant::now();
    match query.search(&text[..end], &mut || started.elapsed() < AT_ONCE) {
        Some(found) if !found.matches.is_empty() => State::Found(found),
        _ => State::Kept,
    }
}

/// Where the start of this tag is in a text, in lower or upper case.
fn find(tag: &str, text: &str, from: usize) -> Option<usize> {
    let is_tag = |part: &[u8]| part[0] == b'<' && part.eq_ignore_ascii_case(tag.as_bytes());
    text.as_bytes().get(from..)?.windows(tag.len()).position(is_tag).map(|place| from + place)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a page that arrives in pieces of `step` bytes: its charset, and what is found in it.
    fn read_by(step: usize, css: &str, page: &[u8]) -> (String, Found) {
        let query = if css.is_empty() { Query::Title } else { css.parse().unwrap() };
        let query = Arc::new(query);
        let mut reader = TextReader::new(Arc::clone(&query), None);
        page.chunks(step).for_each(|piece| reader.write(piece));
        let read = reader.finish();
        let found = read.result.unwrap_or_else(|text| {
            assert!(text.text.len() <= MAX_TEXT_BYTES && text.text.capacity() <= MAX_TEXT_BYTES);
            let mut found = query.search(&text.text, &mut || true).unwrap();
            found.truncated |= text.truncated;
            found
        });
        (read.charset, found)
    }

    /// Reads a page, however it is cut into pieces, always the same.
    fn read(css: &str, page: &[u8]) -> (String, Found) {
        let whole = read_by(usize::MAX, css, page);
        for step in [1, 2, 7, 1023, 1025] {
            assert_eq!(read_by(step, css, page), whole, "in pieces of {step}");
        }
        whole
    }

    #[test]
    fn legacy_charsets_are_read() {
        let page = b"<title>\xcf\xf0\xe8\xe2\xe5\xf2</title><meta charset=windows-1251>";
        let utf_16: Vec<u8> =
            "\u{feff}<title>Привет</title>".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (page, charset) in [(&page[..], "windows-1251"), (&utf_16, "utf-16be")] {
            for css in ["", "title"] {
                let (name, found) = read(css, page);
                assert_eq!((&name[..], &found.matches[0][..]), (charset, "Привет"), "{css}");
            }
        }
    }

    #[test]
    fn a_title_is_found_wherever_it_is() {
        let far = format!("<script>{}</script><title>yes</title>", "x".repeat(100_000));
        let many = "<!-- </title> -->".repeat(1000) + "<title>yes";
        for page in [
            "<title>yes</title>",
            "<TITLE>yes</TITLE >",
            "<title>yes",
            "<!-- </title> --><title>yes</title>",
            "<svg><title>no</title></svg><title>yes</title>",
            &many,
            &far,
        ] {
            assert_eq!(read("", page.as_bytes()).1.matches, ["yes"], "{page:.50}");
        }
        for page in ["", "<p>no title</p>", "</title>", "<!-- <title>no</title> -->"] {
            assert_eq!(read("", page.as_bytes()).1, Found::default(), "{page}");
        }
    }

    #[test]
    fn what_is_kept_of_a_page_is_bounded_and_says_so() {
        let long = "x".repeat(3 * MAX_TEXT_BYTES);
        let page = format!("<p>One<p>{long}<p>Two");
        let found = read_by(8192, "p", page.as_bytes()).1;
        assert_eq!((&found.matches[0][..], found.matches.len(), found.truncated), ("One", 2, true));
        let page = format!("{long}<title>no</title>");
        let found = read_by(8192, "", page.as_bytes()).1;
        assert_eq!(found, Found { matches: Vec::new(), truncated: true });
        let page = format!("<title>yes</title>{long}");
        assert!(!read_by(8192, "", page.as_bytes()).1.truncated, "nothing more is wanted");
    }

    proptest::proptest! {
        /// Whatever bytes arrive, and however they are cut, there is the same text, and no panic.
        #[test]
        fn any_bytes_can_be_read(
            page in proptest::collection::vec(proptest::arbitrary::any::<u8>(), 0..5000),
            step in 1..2000_usize,
        ) {
            for css in ["", "*"] {
                assert_eq!(read_by(usize::MAX, css, &page), read_by(step, css, &page));
            }
        }

        /// The same for what looks like HTML.
        #[test]
        fn any_markup_can_be_read(
            pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..300),
            step in 1..2000_usize,
        ) {
            let page = pieces.concat();
            for css in ["", "title, p, b"] {
                let whole = read_by(usize::MAX, css, page.as_bytes());
                assert_eq!(whole, read_by(step, css, page.as_bytes()));
            }
        }
    }

    #[rustfmt::skip]
    const PIECES: [&str; 24] = [
        "<title>", "</title>", "<p>", "</p>", "<li>", "<b class='", "'>", "<!--", "-->", "<script>",
        "</script>", "<meta charset=utf-16>", "<meta charset=koi8-r>", "&amp;", "&#0;", "&#x110000;",
        "&notanentity", "\u{feff}", "\0", "текст", "<svg><title>", "<select>", "<table>", "<template>",
    ];
}
