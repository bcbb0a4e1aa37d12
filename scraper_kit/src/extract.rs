//! The text of every element that a CSS selector matches, found while the page streams by.

use std::mem;
use std::sync::Arc;

use encoding_rs::{CoderResult, Decoder, Encoding};
use scraper_html::{Reading, Selector, Texts};

use crate::charset;
use crate::content_type::ContentType;

/// How much text is read at a time, in bytes: little, for it stays in the processor's nearest cache.
const TEXT_BYTES: usize = 2 * 1024;

/// A reader of one HTML page: takes bytes as they arrive, keeps only what matches.
pub(crate) struct Extractor {
    state: State,
    /// How much of the page tells its charset.
    start_bytes: usize,
    content_type: Option<ContentType>,
    selector: Arc<Selector>,
}

enum State {
    /// The start of the page, until there is enough of it to tell its charset.
    Start(Vec<u8>),
    Reading {
        decoder: Decoder,
        reading: Reading,
    },
    /// The parser has met more than it may hold: what was found before that is all there is.
    Full(&'static Encoding, Texts),
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
        let start_bytes = charset::start_bytes(content_type.as_ref());
        Self { state: State::Start(Vec::new()), start_bytes, content_type, selector }
    }

    /// Reads the next piece of the page, however it is cut.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Start(start) if start.is_empty() && bytes.len() >= self.start_bytes => {
                self.begin(bytes);
            }
            State::Start(start) => {
                start.extend_from_slice(bytes);
                if start.len() >= self.start_bytes {
                    let start = mem::take(start);
                    self.begin(&start);
                }
            }
            _ => self.parse(bytes, false),
        }
    }

    /// The page is over.
    pub(crate) fn finish(mut self) -> Found {
        if let State::Start(start) = &mut self.state {
            let start = mem::take(start);
            self.begin(&start);
        }
        self.parse(&[], true);
        let (encoding, (matches, truncated)) = match self.state {
            State::Start(_) => unreachable!("begun above"),
            State::Reading { decoder, reading } => (decoder.encoding(), reading.finish()),
            State::Full(encoding, texts) => (encoding, texts),
        };
        let charset = encoding.name().to_ascii_lowercase();
        Found { charset, matches, truncated }
    }

    /// Settles the charset, and parses the start of the page.
    fn begin(&mut self, start: &[u8]) {
        let (encoding, bom) = charset::detect(start, self.content_type.as_ref());
        let decoder = encoding.new_decoder_without_bom_handling();
        let reading = Reading::new(Arc::clone(&self.selector));
        self.state = State::Reading { decoder, reading };
        self.parse(&start[bom..], false);
    }

    fn parse(&mut self, mut bytes: &[u8], last: bool) {
        while let State::Reading { decoder, reading } = &mut self.state {
            let mut done = true;
            let texts = reading.write(|text| {
                text.reserve(TEXT_BYTES);
                let (result, read, _) = decoder.decode_to_string(bytes, text, last);
                bytes = &bytes[read..];
                done = result == CoderResult::InputEmpty;
            });
            if let Some(texts) = texts {
                self.state = State::Full(decoder.encoding(), texts);
            }
            if done {
                return;
            }
        }
    }
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
    fn legacy_charsets_are_read() {
        let page = b"<title>\xcf\xf0\xe8\xe2\xe5\xf2</title><meta charset=windows-1251>";
        assert_eq!(extract("title", page), ["Привет"]);
        let utf_16: Vec<u8> =
            "\u{feff}<title>Привет</title>".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(extract("title", &utf_16), ["Привет"]);
    }

    proptest::proptest! {
        /// Whatever bytes arrive, and however they are cut, there is the same text, and no panic.
        #[test]
        fn any_bytes_can_be_read(
            page in proptest::collection::vec(proptest::arbitrary::any::<u8>(), 0..5000),
            step in 1..2000_usize,
        ) {
            let whole = extract_by(usize::MAX, "title, p, li, b", &page);
            let pieces = extract_by(step, "title, p, li, b", &page);
            assert_eq!(whole.matches, pieces.matches);
        }
    }
}
