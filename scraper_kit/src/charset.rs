//! From a page's bytes to text, as browsers do it: a byte order mark, else the charset of the
//! Content-Type header, else a `<meta>` in the first 1024 bytes, else UTF-8.
//!
//! The order and the 1024 are the HTML standard's, "determining the character encoding":
//! <https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding>.
//! Python's aiohttp looks at the header only.

use std::cell::Cell;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use lol_html::{HtmlRewriter, Settings, element};

/// How many bytes of a page are looked at for a `<meta>` that names its charset.
pub(crate) const PRESCAN_BYTES: usize = 1024;

/// The encoding of a page that starts with `start`, and the length of its byte order mark.
pub(crate) fn detect(
    start: &[u8],
    content_type: Option<&mime::Mime>,
) -> (&'static Encoding, usize) {
    if let Some(found) = Encoding::for_bom(start) {
        return found;
    }
    let header = content_type.and_then(|mime| mime.get_param(mime::CHARSET));
    let encoding = header
        .and_then(|charset| Encoding::for_label(charset.as_str().as_bytes()))
        .or_else(|| from_meta(&start[..start.len().min(PRESCAN_BYTES)]))
        .unwrap_or(UTF_8);
    (encoding, 0)
}

/// The charset that a `<meta charset>` or `<meta http-equiv=content-type>` names.
fn from_meta(start: &[u8]) -> Option<&'static Encoding> {
    let found = Cell::new(None);
    let settings = Settings::new().with_strict(false).append_element_content_handler(element!(
        "meta",
        |meta| {
            let label = meta.get_attribute("charset").or_else(|| {
                let equiv = meta.get_attribute("http-equiv")?;
                let content = meta.get_attribute("content")?;
                let content_type = equiv.eq_ignore_ascii_case("content-type");
                let mime = content.parse::<mime::Mime>().ok().filter(|_| content_type)?;
                Some(mime.get_param(mime::CHARSET)?.to_string())
            });
            let encoding = label.and_then(|label| Encoding::for_label(label.as_bytes()));
            found.set(found.get().or(encoding));
            Ok(())
        }
    ));
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| {});
    // The start of a page may end inside a tag; whatever was found before that still counts.
    let _ = rewriter.write(start).and_then(|()| rewriter.end());
    // Text that could be read this far is not UTF-16, whatever it says: the standard's words.
    found.get().map(|encoding| match encoding == UTF_16BE || encoding == UTF_16LE {
        true => UTF_8,
        false => encoding,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(start: &[u8], content_type: &str) -> (&'static str, usize) {
        let (encoding, bom) = detect(start, content_type.parse().ok().as_ref());
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
    fn both_forms_of_meta_are_read() {
        let equiv = b"<META HTTP-EQUIV=Content-Type CONTENT=\"text/html; charset=Shift_JIS\">";
        assert_eq!(name(equiv, "text/html"), ("Shift_JIS", 0));
        assert_eq!(name(b"<meta name=description content=x><meta charset=gbk>", ""), ("GBK", 0));
    }

    #[test]
    fn an_unknown_charset_is_passed_over() {
        assert_eq!(name(b"<meta charset=big5>", "text/html; charset=klingon"), ("Big5", 0));
        assert_eq!(name(b"<meta charset=klingon>", "text/html"), ("UTF-8", 0));
        assert_eq!(name(b"<meta charset=utf-16>", "text/html"), ("UTF-8", 0));
    }

    #[test]
    fn a_meta_after_the_first_1024_bytes_is_too_late() {
        let mut page = vec![b' '; PRESCAN_BYTES];
        page.extend(b"<meta charset=koi8-r>");
        assert_eq!(name(&page, "text/html"), ("UTF-8", 0));
    }
}
