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
        match tag(&bytes[at..]) {
            Some(length) => at += length,
            None => return at,
        }
    }
    bytes.len()
}

/// The length of a tag that makes no difference. `None` for any other tag, for a comment, and for what
/// is not there to its end.
fn tag(bytes: &[u8]) -> Option<usize> {
    let start = if bytes.get(1) == Some(&b'/') { 2 } else { 1 };
    let end = start + position(bytes.get(start..)?, |byte| !byte.is_ascii_alphanumeric())?;
    let name = &bytes[start..end];
    // A name with other letters is left to the tokenizer: it knows what they become.
    let is_plain = name.first()?.is_ascii_lowercase()
        && name.iter().all(|byte| !byte.is_ascii_uppercase())
        && (is_space(bytes[end]) || matches!(bytes[end], b'/' | b'>'));
    if !is_plain || name.len() > 2 && Tag::changes_text(name) {
        return None;
    }
    Some(end + attributes(&bytes[end..])?)
}

/// The length of a tag's attributes, with its `>`: the HTML standard's states from "before attribute
/// name" to "after attribute value (quoted)", whose order this follows.
/// <https://html.spec.whatwg.org/multipage/parsing.html#before-attribute-name-state>
fn attributes(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += position(&bytes[at..], |byte| !is_space(byte) && byte != b'/')?;
        if bytes[at] == b'>' {
            return Some(at + 1);
        }
        at += 1; // whatever it is, a name begins with it
        at += position(&bytes[at..], |byte| is_space(byte) || matches!(byte, b'/' | b'>' | b'='))?;
        at += position(&bytes[at..], |byte| !is_space(byte))?;
        if bytes[at] != b'=' {
            continue;
        }
        at += 1;
        at += position(&bytes[at..], |byte| !is_space(byte))?;
        at += match bytes[at] {
            quote @ (b'"' | b'\'') => 2 + memchr::memchr(quote, &bytes[at + 1..])?,
            _ => position(&bytes[at..], |byte| is_space(byte) || byte == b'>')?,
        };
    }
}

fn position(bytes: &[u8], is_it: impl Fn(u8) -> bool) -> Option<usize> {
    bytes.iter().position(|byte| is_it(*byte))
}

/// White space in a tag; a `\r` is a line end, too.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}
