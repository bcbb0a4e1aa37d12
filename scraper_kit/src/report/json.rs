//! JSON Lines: one object per page, printed as soon as the page is done.

use std::io::{self, Write};

use super::printable::is_hidden;
use crate::outcome::Outcome;

/// Adds a page's line. It is ASCII where a terminal could misread it: JSON itself escapes the first
/// 32 control characters only.
pub(super) fn add(page: &Outcome, lines: &mut Vec<u8>) -> io::Result<()> {
    let start = lines.len();
    serde_json::to_writer(&mut *lines, page)?;
    let is_plain = |byte| matches!(byte, b' '..=b'~'); // most lines are, and soon seen to be
    if !lines[start..].iter().copied().all(is_plain) {
        let json = lines.split_off(start);
        // Outside its strings JSON has no such character, so each is inside one, where \u may stand.
        for letter in str::from_utf8(&json).expect("JSON is UTF-8").chars() {
            match is_hidden(letter) {
                true => {
                    for unit in letter.encode_utf16(&mut [0; 2]) {
                        write!(lines, "\\u{unit:04x}")?;
                    }
                }
                false => write!(lines, "{letter}")?,
            }
        }
    }
    lines.push(b'\n');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Outcome {
        Outcome {
            index: 0,
            url: text.to_owned(),
            final_url: None,
            status: Some(200),
            bytes: 1,
            charset: None,
            matches: vec![text.to_owned()],
            truncated: false,
            file: None,
            tries: 1,
            start: std::time::Duration::from_micros(12_340),
            elapsed: std::time::Duration::ZERO,
            error: None,
        }
    }

    fn line(page: &Outcome) -> String {
        let mut lines = Vec::new();
        add(page, &mut lines).unwrap();
        let lines = String::from_utf8(lines).unwrap();
        assert!(lines.ends_with('\n') && lines.lines().count() == 1, "{lines}");
        lines.trim_end().to_owned()
    }

    fn comes_back(text: &str) {
        let line = line(&page(text));
        assert!(!line.contains(is_hidden), "{line:?}");
        let back: Outcome = serde_json::from_str(&line).unwrap();
        assert_eq!(back.matches, [text]);
    }

    #[test]
    fn a_line_is_readable_json_without_hidden_characters() {
        comes_back("a\u{1b}\u{9b}\u{202e}\u{e0041}\n\"\\ ж");
        assert!(line(&page("")).contains("\"start_ms\":12.3,"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_comes_back_from_its_line(text in ".*|[\\x00-\\x20\\x7f-\\xa0\u{2000}-\u{2070}\"\\\\]*") {
            comes_back(&text);
        }
    }
}
