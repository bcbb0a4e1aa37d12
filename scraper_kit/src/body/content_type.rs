//! What a `Content-Type` says, as browsers read it: they make something of almost anything.
//!
//! One value is read by the data-url crate, after "parse a MIME type" of
//! <https://mimesniff.spec.whatwg.org/#parsing-a-mime-type>; of several, the last that is one
//! counts, after "extract a MIME type" of
//! <https://fetch.spec.whatwg.org/#concept-header-extract-mime-type>. Python's aiohttp takes the
//! first header, and reads it as e-mail programs do.

use data_url::mime::Mime;

/// The media type of a body, and its charset if the header names one.
#[derive(Debug)]
pub(crate) struct ContentType {
    mime: Mime,
    charset: Option<String>,
}

impl ContentType {
    /// Reads all values of the header, joined with commas; `None` if none of them is a media type.
    pub(crate) fn extract(header: &str) -> Option<Self> {
        let mut found: Option<Self> = None;
        let mut earlier: Option<String> = None; // the charset that was said first of this type
        for value in split(header) {
            let Ok(mime) = value.parse::<Mime>() else { continue };
            if mime.matches("*", "*") {
                continue;
            }
            let charset = mime.get_parameter("charset").map(str::to_owned);
            let same = found.is_some_and(|last| last.mime.matches(&mime.type_, &mime.subtype));
            if !same {
                earlier.clone_from(&charset);
            }
            let charset = charset.or_else(|| earlier.clone());
            found = Some(Self { mime, charset });
        }
        found
    }

    /// The name of a charset, or whatever stands in its place.
    pub(crate) fn charset(&self) -> Option<&str> {
        self.charset.as_deref()
    }

    pub(crate) fn is_html(&self) -> bool {
        self.mime.matches("text", "html") || self.mime.matches("application", "xhtml+xml")
    }
}

/// The values of a header at its commas, save those in quotes.
fn split(header: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    header.split(move |letter| {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            _ => return letter == ',' && !quoted,
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Type and charset.
    fn read(header: &str) -> Option<(String, Option<String>)> {
        let found = ContentType::extract(header)?;
        Some((format!("{}/{}", found.mime.type_, found.mime.subtype), found.charset))
    }

    #[test]
    fn a_charset_survives_what_stands_around_it() {
        for header in [
            "text/html;charset=koi8-r",
            "text/html; charset=koi8-r;",
            "text/html;; charset=koi8-r",
            "text/html ;charset=koi8-r",
            " TEXT/HTML ; CHARSET=koi8-r ",
            "text/html; charset=\"koi8-r\"",
            "text/html; charset=\"koi8-r",
            "text/html; charset=\"koi8\\-r\" and more",
            "text/html; profile=http://x/y; charset=koi8-r",
            "text/html; = ; x; charset=koi8-r; charset=utf-8",
            "text/html; charset =utf-8; charset=koi8-r",
            "text/html; x=\"; charset=utf-8\"; charset=koi8-r",
            "text/html; x=\u{fffd}; charset=koi8-r",
        ] {
            let expected = ("text/html".to_owned(), Some("koi8-r".to_owned()));
            assert_eq!(read(header), Some(expected), "{header}");
        }
    }

    #[test]
    fn of_several_the_last_type_counts_and_keeps_its_charset() {
        for (header, expected, charset) in [
            ("text/html; charset=gbk, text/html", "text/html", Some("gbk")),
            ("text/html, text/html; charset=gbk", "text/html", Some("gbk")),
            ("text/html; charset=gbk, text/html; charset=big5", "text/html", Some("big5")),
            ("text/html; charset=gbk, */*", "text/html", Some("gbk")),
            ("text/html; charset=gbk, , nonsense", "text/html", Some("gbk")),
            ("text/html; charset=gbk, TEXT/HTML; x=y", "text/html", Some("gbk")),
            ("text/plain; charset=gbk, text/html", "text/html", None),
            ("text/html; charset=gbk, text/plain, text/html", "text/html", None),
            ("text/html; x=\",text/plain\"; charset=gbk", "text/html", Some("gbk")),
            ("text/html; x=\"\\\",text/plain\"; charset=gbk", "text/html", Some("gbk")),
            ("text/html; x=\", text/plain", "text/html", None),
            ("text/html, image/png", "image/png", None),
        ] {
            let expected = (expected.to_owned(), charset.map(str::to_owned));
            assert_eq!(read(header), Some(expected), "{header}");
        }
    }

    #[test]
    fn a_type_that_is_malformed_behind_its_name_is_that_type() {
        for header in [
            "image/png;",
            "image/png ; x",
            "application/pdf;; name=a b.pdf",
            "application/json; charset",
            "text/plain; charset=",
        ] {
            assert!(!ContentType::extract(header).unwrap().is_html(), "{header}");
        }
    }

    #[test]
    fn nonsense_is_no_type() {
        for header in ["", ",", "html", "text/", "/html", "text/h tml", "*/*", "text html; a=b"] {
            assert_eq!(read(header), None, "{header}");
        }
    }

    proptest::proptest! {
        /// Any header can be read.
        #[test]
        fn any_header_can_be_read(header in "(text/html)?[;,\"\\\\= a/]*.*") {
            ContentType::extract(&header);
        }
    }
}
