//! Text from the network is shown, never obeyed.

/// Whether a terminal may take `letter` for a command, or show the text around it in another
/// order: control characters (Unicode Cc) and the characters that format text without being seen
/// (bidirectional controls, <https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters>,
/// line and paragraph separators, tags and their like).
pub(super) fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with a � where something hides, and a space where white space was, on one line.
pub(super) fn printable(text: &str) -> String {
    let show = |letter: char| match letter {
        '\t' | '\n' | '\r' => ' ',
        letter if is_hidden(letter) => char::REPLACEMENT_CHARACTER,
        letter => letter,
    };
    text.chars().map(show).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_gets_through() {
        assert_eq!(printable("a\u{1b}[31mb\u{9b}2Jc\u{7f}\u{0}"), "a�[31mb�2Jc��");
        assert_eq!(printable("evil\u{202e}gpj.exe\u{2066}"), "evil�gpj.exe�");
        assert_eq!(printable("one\r\ntwo\tthree"), "one  two three");
        assert_eq!(printable("Привет, мир — 你好 👩‍🚀"), "Привет, мир — 你好 👩‍🚀");
    }
}
