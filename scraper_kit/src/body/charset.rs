//! From a page's bytes to text, as browsers do it: a byte order mark, else the charset of the
//! Content-Type header, else what the page declares near its start, else UTF-8.
//!
//! The order is the HTML standard's, "determining the character encoding":
//! <https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding>.
//! Python's aiohttp looks at the header only.

use encoding_rs::{Encoding, UTF_8};

use crate::body::content_type::ContentType;
use crate::body::prescan::prescan;

/// How many bytes of a page are looked at for its charset. The standard recommends 1024; when a
/// `<meta>` comes later, a browser's parser begins anew with its charset ("changing the encoding
/// while parsing"), or has read on to the end of the head before it began. No page is read twice
/// here, so a `<meta>` in the first 8 KiB counts, which is as much as is read at a time.
pub(crate) const PRESCAN_BYTES: usize = 8 * 1024;

/// How many of them the standard looks at first.
const STANDARD_BYTES: usize = 1024;

/// Byte order marks are no longer than this.
const MARK_BYTES: usize = 3;

/// How many bytes of the start of a page determine its encoding, if there are so many.
pub(crate) fn start_bytes(content_type: Option<&ContentType>) -> usize {
    if declared(content_type).is_some() { MARK_BYTES } else { PRESCAN_BYTES }
}

/// What the header says.
fn declared(content_type: Option<&ContentType>) -> Option<&'static Encoding> {
    let charset = content_type.and_then(ContentType::charset)?;
    Encoding::for_label(charset.as_bytes())
}

/// The encoding of a page that starts with `start`, and the length of its byte order mark.
pub(crate) fn detect(
    start: &[u8],
    content_type: Option<&ContentType>,
) -> (&'static Encoding, usize) {
    if let Some(found) = Encoding::for_bom(start) {
        return found;
    }
    let encoding = declared(content_type)
        .or_else(|| prescan(&start[..start.len().min(STANDARD_BYTES)]))
        .or_else(|| prescan(&start[..start.len().min(PRESCAN_BYTES)]))
        .unwrap_or(UTF_8);
    (encoding, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(start: &[u8], content_type: &str) -> (&'static str, usize) {
        let (encoding, bom) = detect(start, ContentType::extract(content_type).as_ref());
        (encoding.name(), bom)
    }

    #[test]
    fn a_byte_order_mark_beats_the_header_and_the_header_beats_meta() {
        assert_eq!(name(b"\xef\xbb\xbfhi", "text/html; charset=koi8-r"), ("UTF-8", 3));
        assert_eq!(name(b"\xff\xfeh\0", "text/html"), ("UTF-16LE", 2));
        let meta = b"<title>x</title><meta charset='windows-1251'>";
        assert_eq!(name(meta, "text/html; charset=koi8-r"), ("KOI8-R", 0));
        assert_eq!(name(meta, "text/html"), ("windows-1251", 0));
    }

    #[test]
    fn an_unknown_charset_is_passed_over() {
        assert_eq!(name(b"<meta charset=big5>", "text/html; charset=klingon"), ("Big5", 0));
        assert_eq!(name(b"<meta charset=klingon>", "text/html"), ("UTF-8", 0));
        assert_eq!(name(b"<meta charset=utf-16>", "text/html"), ("UTF-8", 0));
    }

    #[test]
    fn a_meta_after_the_first_kilobyte_counts_and_after_the_eighth_does_not() {
        let page = |before: &str, spaces| {
            let mut page = before.as_bytes().to_vec();
            page.resize(spaces, b' ');
            page.extend(b"<meta charset=koi8-r>");
            page
        };
        assert_eq!(name(&page("", 1010), "text/html"), ("KOI8-R", 0));
        assert_eq!(name(&page("", 1024), "text/html"), ("KOI8-R", 0));
        assert_eq!(name(&page("", PRESCAN_BYTES - 21), "text/html"), ("KOI8-R", 0));
        assert_eq!(name(&page("", PRESCAN_BYTES - 20), "text/html"), ("UTF-8", 0));
        // What the standard finds in the first kilobyte comes first.
        assert_eq!(name(&page("<?xml encoding='gbk'?>", 1000), "text/html"), ("KOI8-R", 0));
        assert_eq!(name(&page("<?xml encoding='gbk'?>", 1010), "text/html"), ("GBK", 0));
    }
}
