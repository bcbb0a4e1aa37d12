//! Drawings (`<svg>`) and formulas (`<math>`), which have elements of their own, and where HTML may
//! be inside of them.

use crate::open::{Namespace, Start};
use crate::tag::Tag::{self, *};
use crate::tree::{Mode, Tree};

impl Tree {
    /// Whether the next token, a start tag or else text, belongs to a drawing or a formula.
    pub(crate) fn takes_foreign(&self, start: Option<&Start<'_>>) -> bool {
        let Some(current) = self.current() else { return false };
        if current.namespace == Namespace::Html || current.holds_html {
            return false;
        }
        if current.namespace == Namespace::MathMl {
            if matches!(current.tag, Mi | Mn | Mo | Ms | Mtext) {
                return start.is_some_and(|start| matches!(start.tag, Mglyph | Malignmark));
            }
            return current.tag != AnnotationXml || start.is_none_or(|start| start.tag != Svg);
        }
        true
    }

    pub(crate) fn push_foreign(&mut self, start: &Start<'_>, namespace: Namespace) {
        let allowed = self.selector.allowed(&start.written);
        self.push_element(start.tag, namespace, allowed);
        let holds_html = match (namespace, start.tag) {
            (Namespace::Svg, ForeignObject | Desc | Title) => true,
            (Namespace::MathMl, AnnotationXml) => {
                let encoding = start.written.attribute(b"encoding").unwrap_or_default();
                encoding.eq_ignore_ascii_case(b"text/html")
                    || encoding.eq_ignore_ascii_case(b"application/xhtml+xml")
            }
            _ => false,
        };
        if let Some(open) = self.open.last_mut() {
            open.holds_html = holds_html;
        }
        if start.self_closing {
            self.pop();
        }
    }

    pub(crate) fn start_foreign(&mut self, start: &Start<'_>) -> bool {
        let colours = [&b"color"[..], b"face", b"size"];
        let is_html = start.tag.breaks_out()
            || start.tag == Font
                && colours.iter().any(|name| start.written.attribute(name).is_some());
        if is_html {
            self.leave_foreign();
            return true;
        }
        let namespace = self.current().map_or(Namespace::Html, |open| open.namespace);
        self.push_foreign(start, namespace);
        false
    }

    /// Closes drawings and formulas up to where HTML may be.
    fn leave_foreign(&mut self) {
        while let Some(open) = self.current() {
            let math_text = open.namespace == Namespace::MathMl
                && matches!(open.tag, Mi | Mn | Mo | Ms | Mtext);
            if open.namespace == Namespace::Html || open.holds_html || math_text {
                return;
            }
            self.pop();
        }
    }

    /// An end tag in a drawing or a formula; `false` if it is none of theirs.
    pub(crate) fn end_foreign(&mut self, tag: Tag) -> bool {
        if matches!(tag, Br | P) {
            self.leave_foreign();
            return false;
        }
        let stop = self.open.iter().rposition(|open| {
            open.namespace == Namespace::Html
                || (open.tag == tag && open.namespace != Namespace::Gone)
        });
        self.work(self.open.len() - stop.unwrap_or_default());
        let Some(stop) = stop.filter(|index| self.open[*index].namespace != Namespace::Html) else {
            return false;
        };
        while self.open.len() > stop {
            self.pop();
        }
        true
    }

    /// A `<![CDATA[` is text here, and a comment elsewhere.
    pub(crate) fn takes_cdata(&self) -> bool {
        self.mode != Mode::Text
            && self.current().is_some_and(|open| open.namespace != Namespace::Html)
    }
}
