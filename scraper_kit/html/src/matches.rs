//! The texts of the elements that match, within their bounds.

use std::mem;

/// The longest match, in bytes of UTF-8; a longer one is cut and ends in `…`.
pub(crate) const MAX_MATCH_BYTES: usize = 1024;

/// The most matches kept of one page.
pub(crate) const MAX_MATCHES: usize = 64;

/// The most text held for one page's matches while it streams by, white space included. Matches
/// that come after it stay empty.
pub(crate) const MAX_HELD_BYTES: usize = 64 * 1024;

/// Where an element stands among the others: its number, and for one that the parser puts around
/// (below 0) or into (above 0) another later on, how far from that.
pub(crate) type Order = (u32, i32);

/// The matches of one page, in the order in which their elements open.
#[derive(Default)]
pub(crate) struct Matches {
    matches: Vec<Match>,
    held: usize,
    pub(crate) truncated: bool,
}

struct Match {
    order: Order,
    text: Vec<u8>,
    withdrawn: bool,
}

impl Matches {
    /// A matching element opens; `None` when the page has had as many as are kept.
    pub(crate) fn open(&mut self, order: Order) -> Option<u8> {
        let id = self.matches.len();
        if id == MAX_MATCHES {
            self.truncated = true;
            return None;
        }
        self.matches.push(Match { order, text: Vec::new(), withdrawn: false });
        Some(id as u8)
    }

    pub(crate) fn push(&mut self, id: u8, text: &[u8]) {
        self.insert(id, None, text);
    }

    /// Adds text at its end, or else after so many bytes.
    pub(crate) fn insert(&mut self, id: u8, at: Option<usize>, text: &[u8]) {
        let found = &mut self.matches[usize::from(id)];
        // White space shrinks when the match is whole: leave room for some.
        let room = (4 * MAX_MATCH_BYTES).saturating_sub(found.text.len());
        let room = room.min(MAX_HELD_BYTES - self.held);
        let mut end = text.len().min(room);
        while end > 0 && text.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
            end -= 1; // in the middle of a character
        }
        let kept = &text[..end];
        let at = at.unwrap_or(usize::MAX).min(found.text.len());
        found.text.splice(at..at, kept.iter().copied());
        self.held += kept.len();
        self.truncated |= kept.len() < text.len();
    }

    /// What opened since an element is not on the page any more.
    pub(crate) fn withdraw_since(&mut self, order: Order) {
        for id in 0..self.matches.len() {
            if self.matches[id].order >= order {
                self.withdraw(id as u8);
            }
        }
    }

    /// The text that a match has got since it had so many bytes.
    pub(crate) fn since(&self, id: u8, length: usize) -> Vec<u8> {
        self.matches[usize::from(id)].text.get(length..).unwrap_or_default().to_vec()
    }

    /// Takes it back.
    pub(crate) fn cut(&mut self, id: u8, length: usize) {
        let text = &mut self.matches[usize::from(id)].text;
        let before = text.len();
        text.truncate(length);
        self.held -= before - text.len();
    }

    /// It is no match after all.
    pub(crate) fn withdraw(&mut self, id: u8) {
        self.cut(id, 0);
        self.matches[usize::from(id)].withdrawn = true;
    }

    /// The matches as they are shown, and whether there was more.
    pub(crate) fn finish(&mut self) -> (Vec<String>, bool) {
        let mut matches = mem::take(&mut self.matches);
        matches.retain(|found| !found.withdrawn);
        matches.sort_by_key(|found| found.order);
        let mut texts = Vec::new();
        for found in matches {
            let (text, cut) = tidy(&String::from_utf8_lossy(&found.text));
            texts.push(text);
            self.truncated |= cut;
        }
        (texts, self.truncated)
    }
}

/// White space folded, and no longer than a match may be; and whether that cut it.
fn tidy(text: &str) -> (String, bool) {
    let mut tidy = String::new();
    for word in text.split_ascii_whitespace() {
        if !tidy.is_empty() {
            tidy.push(' ');
        }
        tidy.push_str(word);
    }
    let cut = tidy.len() > MAX_MATCH_BYTES;
    if cut {
        tidy.truncate(tidy.floor_char_boundary(MAX_MATCH_BYTES - '…'.len_utf8()));
        tidy.push('…');
    }
    (tidy, cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_may_be_cut_in_a_character_where_there_is_no_more_room() {
        let mut matches = Matches::default();
        let id = matches.open((0, 0)).unwrap();
        let euro = "\u{20ac}".as_bytes();
        matches.push(id, &[&[b'x'; 4 * MAX_MATCH_BYTES - 2][..], &euro[..1]].concat());
        matches.push(id, &euro[1..]);
        matches.push(id, &euro[1..]);
        let (texts, truncated) = matches.finish();
        assert!(truncated && texts[0].len() <= MAX_MATCH_BYTES);
    }
}
