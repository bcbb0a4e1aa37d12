//! Over what makes no difference, without taking it apart.
//!
//! Who looks for a `<title>` in a page's body wants to know of few tags, and of no text: see
//! `Tree::passes_over`. The tokenizer is told that all the rest is text, which it hands on whole. To
//! find the end of a tag is much less work than to read it.

use crate::tag::Tag;

/// How many bytes, from the start of some text or markup, make no difference: up to what the
/// tokenizer has to look at, or is not there to its end.
pub(crate) fn markup(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(text) = memchr::memchr(b'<', &bytes[at..]) {
        at += text;
        match tag(bytes, at) {
            Some(end) => at = end,
            None => return at,
        }
    }
    bytes.len()
}

/// Where a tag ends that makes no difference. `None` for any other tag, for a comment, and for what is
/// not there to its end.
fn tag(bytes: &[u8], at: usize) -> Option<usize> {
    let start = if bytes.get(at + 1) == Some(&b'/') { at + 2 } else { at + 1 };
    // A name with other letters is left to the tokenizer: it knows what they become.
    let end = find(bytes, start, |byte| !matches!(byte, b'a'..=b'z' | b'0'..=b'9'))?;
    let name = &bytes[start..end];
    let is_plain = name.first()?.is_ascii_lowercase()
        && (is_space(bytes[end]) || matches!(bytes[end], b'/' | b'>'));
    if !is_plain || name.len() > 2 && Tag::changes_text(name) {
        return None;
    }
    attributes(bytes, end)
}

/// Where a tag ends, behind its attributes and its `>`: the HTML standard's states from "before
/// attribute name" to "after attribute value (quoted)", whose order this follows.
/// <https://html.spec.whatwg.org/multipage/parsing.html#before-attribute-name-state>
fn attributes(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at = find(bytes, at, |byte| !is_space(byte) && byte != b'/')?;
        if bytes[at] == b'>' {
            return Some(at + 1);
        }
        at += 1; // whatever it is, a name begins with it
        at = find(bytes, at, |byte| is_space(byte) || matches!(byte, b'/' | b'>' | b'='))?;
        at = find(bytes, at, |byte| !is_space(byte))?;
        if bytes[at] != b'=' {
            continue;
        }
        at = find(bytes, at + 1, |byte| !is_space(byte))?;
        at = match bytes[at] {
            quote @ (b'"' | b'\'') => find(bytes, at + 1, |byte| byte == quote)? + 1,
            _ => find(bytes, at, |byte| is_space(byte) || byte == b'>')?,
        };
    }
}

/// Where the next such byte is. Names, values and spaces are short: a plain loop is the fastest.
fn find(bytes: &[u8], mut at: usize, is_it: impl Fn(u8) -> bool) -> Option<usize> {
    while !is_it(*bytes.get(at)?) {
        at += 1;
    }
    Some(at)
}

/// White space in a tag; a `\r` is a line end, too.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}
