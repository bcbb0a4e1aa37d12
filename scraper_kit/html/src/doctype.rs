//! How old a page is, by its first line.

use crate::tree::{Mode, Tree};

/// How much of it is kept.
const MAX_BYTES: usize = 64;

/// How the public identifiers of old doctypes begin, in lower case.
const OLD_DOCTYPES: [&str; 18] = [
    "-//ietf//dtd html",
    "-//w3c//dtd html 3",
    "-//w3c//dtd html 4.0 frameset",
    "-//w3c//dtd html 4.0 transitional",
    "-//w3c//dtd html experimental",
    "-//w3c//dtd w3 html",
    "-//w3o//dtd w3 html",
    "-//as//dtd html",
    "-//advasoft ltd//dtd html",
    "-//metrius//dtd metrius",
    "-//microsoft//dtd internet explorer",
    "-//netscape comm. corp.//dtd",
    "-//o'reilly and associates//dtd html",
    "-//softquad",
    "-//spyglass//dtd html",
    "-//sq//dtd html",
    "-//sun microsystems corp.//dtd hotjava",
    "-//webtechs//dtd mozilla html",
];

/// These are old when no system identifier follows.
const OLD_WITHOUT_SYSTEM: [&str; 2] =
    ["-//w3c//dtd html 4.01 frameset", "-//w3c//dtd html 4.01 transitional"];

#[derive(Default)]
pub(crate) struct Doctype {
    pub(crate) name: Vec<u8>,
    pub(crate) public: Option<Vec<u8>>,
    pub(crate) has_system: bool,
    pub(crate) force_quirks: bool,
}

impl Doctype {
    pub(crate) fn push_name(&mut self, text: &[u8]) {
        push_some(&mut self.name, text);
    }

    pub(crate) fn push_public(&mut self, text: &[u8]) {
        push_some(self.public.get_or_insert_default(), text);
    }
}

/// As much of it as can matter.
fn push_some(kept: &mut Vec<u8>, text: &[u8]) {
    let room = MAX_BYTES.saturating_sub(kept.len());
    kept.extend_from_slice(&text[..text.len().min(room)]);
}

impl Tree {
    /// What a page says of its age. An old one, or one that says nothing, is read as the browsers
    /// of its time did ("quirks mode"): a table stays in its paragraph.
    pub(crate) fn doctype(&mut self, doctype: &Doctype) {
        self.end_table_text();
        if self.mode != Mode::Initial {
            return;
        }
        self.mode = Mode::BeforeHtml;
        let public = doctype.public.as_deref().unwrap_or_default().to_ascii_lowercase();
        let is_old = OLD_DOCTYPES.iter().any(|old| public.starts_with(old.as_bytes()));
        let is_transitional =
            OLD_WITHOUT_SYSTEM.iter().any(|old| public.starts_with(old.as_bytes()));
        self.quirks = doctype.force_quirks
            || doctype.name != b"html"
            || is_old
            || is_transitional && !doctype.has_system;
    }
}
