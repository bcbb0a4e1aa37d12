//! The charset that a page's own first bytes declare, found before anything of it is decoded.
//!
//! The steps are the HTML standard's, so that a page is read as in a browser however odd its tags:
//! "prescan a byte stream to determine its encoding", with "get an attribute" and "get an XML
//! encoding", in <https://html.spec.whatwg.org/multipage/parsing.html>. In all of them, `None`
//! says that the bytes have run out, which ends the search. BeautifulSoup does it with two regular
//! expressions.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED};

/// The encoding that the start of a page declares.
pub(crate) fn prescan(start: &[u8]) -> Option<&'static Encoding> {
    if start.starts_with(b"<\0?\0x\0") {
        return Some(UTF_16LE);
    }
    if start.starts_with(b"\0<\0?\0x") {
        return Some(UTF_16BE);
    }
    // What could be read this far is not UTF-16, whatever it says: the standard's words.
    from_tags(start)
        .or_else(|| from_xml(start))
        .map(|encoding| if encoding == UTF_16BE || encoding == UTF_16LE { UTF_8 } else { encoding })
}

/// Goes through the tags up to a `<meta>` that names an encoding.
fn from_tags(mut rest: &[u8]) -> Option<&'static Encoding> {
    loop {
        skip(&mut rest, |byte| byte != b'<')?;
        let name = rest[1..].strip_prefix(b"/").unwrap_or(&rest[1..]);
        if rest.starts_with(b"<!--") {
            rest = behind(&rest[2..], b"-->")?; // `<!-->` is a comment, too
        } else if is_meta(rest) {
            rest = &rest[5..];
            if let Some(encoding) = from_meta(&mut rest)? {
                return Some(encoding);
            }
        } else if name.first().is_some_and(u8::is_ascii_alphabetic) {
            skip(&mut rest, |byte| !byte.is_ascii_whitespace() && byte != b'>')?;
            while attribute(&mut rest)?.is_some() {}
        } else if matches!(rest.get(1), Some(b'!' | b'/' | b'?')) {
            rest = behind(rest, b">")?;
        } else {
            rest = &rest[1..];
        }
    }
}

fn is_meta(rest: &[u8]) -> bool {
    rest.get(..5).is_some_and(|tag| tag.eq_ignore_ascii_case(b"<meta"))
        && rest.get(5).is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b'/')
}

/// The encoding that the attributes of a `<meta>` name, if they do.
fn from_meta(rest: &mut &[u8]) -> Option<Option<&'static Encoding>> {
    let (mut http_equiv, mut content, mut charset) = (None, None, None);
    while let Some((name, value)) = attribute(rest)? {
        let known = match name.to_ascii_lowercase().as_slice() {
            b"http-equiv" => &mut http_equiv,
            b"content" => &mut content,
            b"charset" => &mut charset,
            _ => continue,
        };
        known.get_or_insert(value); // the first of a name counts
    }
    let is_pragma = http_equiv.is_some_and(|value| value.eq_ignore_ascii_case(b"content-type"));
    let label = charset.or_else(|| content.filter(|_| is_pragma).and_then(label_in));
    let encoding = label.and_then(Encoding::for_label);
    Some(encoding.map(|found| if found == X_USER_DEFINED { WINDOWS_1252 } else { found }))
}

/// What stands behind `charset=` in the `content` of a `<meta>`, which need be no media type:
/// "extracting a character encoding from a meta element".
fn label_in(content: &[u8]) -> Option<&[u8]> {
    const NAME: &[u8] = b"charset";
    let mut rest = content;
    loop {
        let place = rest.windows(NAME.len()).position(|part| part.eq_ignore_ascii_case(NAME))?;
        rest = &rest[place + NAME.len()..];
        skip(&mut rest, |byte| byte.is_ascii_whitespace())?;
        if rest[0] == b'=' {
            break;
        }
    }
    rest = &rest[1..];
    skip(&mut rest, |byte| byte.is_ascii_whitespace())?;
    if let quote @ (b'"' | b'\'') = rest[0] {
        return rest[1..].split(|byte| *byte == quote).next().filter(|label| {
            label.len() + 1 < rest.len() // or else the quote is not closed
        });
    }
    rest.split(|byte| byte.is_ascii_whitespace() || *byte == b';').next()
}

/// The name and value of the next attribute; nothing at the end of the tag.
fn attribute<'p>(rest: &mut &'p [u8]) -> Option<Option<(&'p [u8], &'p [u8])>> {
    skip(rest, |byte| byte.is_ascii_whitespace() || byte == b'/')?;
    if rest[0] == b'>' {
        return Some(None);
    }
    // A name may begin with `=`.
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"/>=".contains(byte);
    let name = take(rest, 1 + rest[1..].iter().position(ends)?);
    skip(rest, |byte| byte.is_ascii_whitespace())?;
    if rest[0] != b'=' {
        return Some(Some((name, b"")));
    }
    take(rest, 1);
    skip(rest, |byte| byte.is_ascii_whitespace())?;
    let value = match rest[0] {
        quote @ (b'"' | b'\'') => {
            take(rest, 1);
            let value = take(rest, rest.iter().position(|byte| *byte == quote)?);
            take(rest, 1);
            value
        }
        _ => {
            let ends = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'>';
            take(rest, rest.iter().position(ends)?)
        }
    };
    Some(Some((name, value)))
}

/// The encoding of an XML declaration, which XHTML begins with.
fn from_xml(start: &[u8]) -> Option<&'static Encoding> {
    const NAME: &[u8] = b"encoding";
    let declaration = start.strip_prefix(b"<?xml")?;
    let mut rest = &declaration[..declaration.iter().position(|byte| *byte == b'>')?];
    let place = rest.windows(NAME.len()).position(|part| part == NAME)?;
    rest = &rest[place + NAME.len()..];
    skip(&mut rest, |byte| byte <= b' ')?;
    rest = rest.strip_prefix(b"=")?;
    skip(&mut rest, |byte| byte <= b' ')?;
    let quote = take(&mut rest, 1)[0];
    let label = &rest[..rest.iter().position(|byte| *byte == quote)?];
    let is_label = b"\"'".contains(&quote) && label.iter().all(|byte| *byte > b' ');
    Encoding::for_label(label).filter(|_| is_label)
}

/// Moves on to the first byte that `passed` does not hold for; there is one, or the bytes run out.
fn skip(rest: &mut &[u8], passed: impl Fn(u8) -> bool) -> Option<()> {
    take(rest, rest.iter().position(|byte| !passed(*byte))?);
    Some(())
}

fn take<'p>(rest: &mut &'p [u8], length: usize) -> &'p [u8] {
    let (taken, left) = rest.split_at(length);
    *rest = left;
    taken
}

/// What follows the first `end`.
fn behind<'p>(rest: &'p [u8], end: &[u8]) -> Option<&'p [u8]> {
    let place = rest.windows(end.len()).position(|part| part == end)?;
    Some(&rest[place + end.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(start: &str) -> &'static str {
        prescan(start.as_bytes()).map_or("", Encoding::name)
    }

    #[test]
    fn every_way_to_write_a_meta() {
        for start in [
            "<meta charset=gbk>",
            "<META\tCHARSET = 'GBK' >",
            "<meta/charset=\"gbk\"/>",
            "<meta charset=gbk/>x<meta charset=gb2312>", // "gbk/" is no charset, GB2312 is GBK
            "<meta charset=' gbk '>",
            "<meta name=a charset=gbk charset=koi8-r content=x>",
            "<meta charset=gbk http-equiv=content-type content='text/html; charset=koi8-r'>",
            "<meta http-equiv=content-type content='text/html; charset=koi8-r' charset=gbk>",
            "<meta content='text/html; charset=gbk' http-equiv=Content-Type>",
            "<meta http-equiv=Content-Type content='charset=gbk'>",
            "<meta http-equiv=Content-Type content='text/html charset=gbk'>",
            "<meta http-equiv=Content-Type content='text/html; charset = gbk'>",
            "<meta http-equiv=Content-Type content='text/html; CHARSET=\"gbk\"'>",
            "<meta http-equiv=Content-Type content=\"text/html; charset='gbk' x\">",
            "<meta http-equiv=Content-Type content='text/html, charset=gbk'>",
            "<meta http-equiv=Content-Type content='text/html;; charset=gbk;'>",
            "<meta http-equiv=Content-Type content='text/html: charset=gbk foo'>",
            "<meta http-equiv=Content-Type content='charset charset; charset=gbk'>",
            "<meta http-equiv=Content-Type content=text/html;charset=gbk>",
        ] {
            assert_eq!(name(start), "GBK", "{start}");
        }
    }

    #[test]
    fn what_only_looks_like_a_meta() {
        for start in [
            "<metadata charset=koi8-r>",
            "<meta-charset=koi8-r>",
            "</meta charset=koi8-r>",
            "<!-- <meta charset=koi8-r> -->",
            "<!doctype <meta charset=koi8-r>",
            "<?php <meta charset=koi8-r>",
            "</ <meta charset=koi8-r>",
            "<a title='<meta charset=koi8-r>'>",
            "<a title=\"<meta charset=koi8-r>\" b>",
            "<meta name='charset=koi8-r' content='text/html; charset=koi8-r'>",
            "<meta http-equiv=refresh content='text/html; charset=koi8-r'>",
            "<meta http-equiv=Content-Type content='text/html; charset=\"koi8-r'>",
            "<meta charset='koi8-r>",
            "<meta charset=koi8-r",
            "<meta charset>",
            "<meta charset=klingon content='text/html; charset=koi8-r' http-equiv=content-type>",
        ] {
            assert_eq!(name(start), "", "{start}");
        }
    }

    #[test]
    fn comments_end_where_the_standard_says() {
        assert_eq!(name("<!--><meta charset=gbk>"), "GBK");
        assert_eq!(name("<!---><meta charset=gbk>"), "GBK");
        assert_eq!(name("<!-- > <meta charset=koi8-r> --!> --><meta charset=gbk>"), "GBK");
        assert_eq!(name("< a><3 <<meta charset=gbk>"), "GBK");
    }

    #[test]
    fn some_names_mean_another_encoding() {
        assert_eq!(name("<meta charset=x-user-defined>"), "windows-1252");
        assert_eq!(name("<meta charset=latin1>"), "windows-1252");
        for label in ["utf-16", "utf-16le", "utf-16be", "unicode"] {
            assert_eq!(name(&format!("<meta charset={label}>")), "UTF-8", "{label}");
            assert_eq!(name(&format!("<?xml encoding='{label}'?>")), "UTF-8", "{label}");
        }
        assert_eq!(prescan(b"<\0?\0x\0m\0l\0"), Some(UTF_16LE));
        assert_eq!(prescan(b"\0<\0?\0x\0m\0l"), Some(UTF_16BE));
    }

    #[test]
    fn an_xml_declaration_counts_where_no_meta_does() {
        for start in [
            "<?xml version='1.0' encoding='gbk'?>",
            "<?xml version=\"1.0\" encoding = \"GBK\" standalone='yes'?><p>",
            "<?xml encoding='gbk'><meta charset=klingon>",
            "<?xml encoding='koi8-r'?><meta charset=gbk>",
        ] {
            assert_eq!(name(start), "GBK", "{start}");
        }
        for start in [
            " <?xml encoding='gbk'?>",
            "<?XML encoding='gbk'?>",
            "<?xml encoding='gbk'",
            "<?xml encoding=gbk?>",
            "<?xml encoding='g bk'?>",
            "<?xml encoding='gbk?>'",
            "<?xml encoding=",
            "<?xml?> encoding='gbk'>",
        ] {
            assert_eq!(name(start), "", "{start}");
        }
    }

    proptest::proptest! {
        /// Anything can be looked at, wherever it is cut.
        #[test]
        fn anything_can_be_looked_at(
            start in "(<|/|!|-|>|=|'|\"| |<meta|<\\?xml|charset|encoding|content|gbk|\\PC)*",
        ) {
            for (end, _) in start.char_indices() {
                prescan(&start.as_bytes()[..end]);
            }
        }
    }
}
