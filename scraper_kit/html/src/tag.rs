//! The names of elements, and the sets of names that the HTML standard's parsing rules speak of.

use std::collections::HashMap;

/// How many different names that HTML does not know are told apart on a page.
const MAX_OTHER_NAMES: u16 = 256;

macro_rules! tags {
    ($($tag:ident $name:literal)*) => {
        /// The name of an element: one that the rules speak of, or another by its number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Tag { $($tag,)* Other(u16) }

        impl Tag {
            pub(crate) fn known(name: &[u8]) -> Option<Self> {
                match name { $($name => Some(Self::$tag),)* _ => None }
            }

            /// The name of one that the rules speak of.
            pub(crate) fn name(self) -> &'static [u8] {
                match self { $(Self::$tag => $name,)* Self::Other(_) => b"" }
            }
        }
    };
}

tags! {
    A b"a" Address b"address" AnnotationXml b"annotation-xml" Applet b"applet" Area b"area"
    Article b"article" Aside b"aside" B b"b" Base b"base" Basefont b"basefont" Bgsound b"bgsound"
    Big b"big" Blockquote b"blockquote" Body b"body" Br b"br" Button b"button" Caption b"caption"
    Center b"center" Code b"code" Col b"col" Colgroup b"colgroup" Dd b"dd" Desc b"desc"
    Details b"details" Dialog b"dialog" Dir b"dir" Div b"div" Dl b"dl" Dt b"dt" Em b"em"
    Embed b"embed" Fieldset b"fieldset" Figcaption b"figcaption" Figure b"figure" Font b"font"
    Footer b"footer" ForeignObject b"foreignobject" Form b"form" Frame b"frame"
    Frameset b"frameset" H1 b"h1" H2 b"h2" H3 b"h3" H4 b"h4" H5 b"h5" H6 b"h6" Head b"head"
    Header b"header" Hgroup b"hgroup" Hr b"hr" Html b"html" I b"i" Iframe b"iframe"
    Image b"image" Img b"img" Input b"input" Keygen b"keygen" Li b"li" Link b"link"
    Listing b"listing" Main b"main" Malignmark b"malignmark" Marquee b"marquee" Math b"math"
    Menu b"menu" Meta b"meta" Mglyph b"mglyph" Mi b"mi" Mn b"mn" Mo b"mo" Ms b"ms"
    Mtext b"mtext" Nav b"nav" Nobr b"nobr" Noembed b"noembed" Noframes b"noframes"
    Noscript b"noscript" Object b"object" Ol b"ol" Optgroup b"optgroup" Choice b"option" P b"p"
    Param b"param" Plaintext b"plaintext" Pre b"pre" Rb b"rb" Rp b"rp" Rt b"rt" Rtc b"rtc"
    Ruby b"ruby" S b"s" Script b"script" Search b"search" Section b"section" Select b"select"
    Small b"small" Source b"source" Span b"span" Strike b"strike" Strong b"strong" Style b"style"
    Sub b"sub" Summary b"summary" Sup b"sup" Svg b"svg" Table b"table" Tbody b"tbody" Td b"td"
    Template b"template" Textarea b"textarea" Tfoot b"tfoot" Th b"th" Thead b"thead"
    Title b"title" Tr b"tr" Track b"track" Tt b"tt" U b"u" Ul b"ul" Var b"var" Wbr b"wbr"
    Xmp b"xmp"
}

use Tag::*;

impl Tag {
    /// "Special": a misplaced end tag of another element does not reach through one of these.
    pub(crate) fn is_special(self) -> bool {
        let formatting_or_plain = self.is_formatting()
            || matches!(self, Dialog | Image | Optgroup | Choice | Rb | Rp | Rt | Rtc | Ruby)
            || matches!(self, Span | Sub | Sup | Var)
            || matches!(self, AnnotationXml | Desc | ForeignObject | Malignmark | Math | Mglyph)
            || matches!(self, Mi | Mn | Mo | Ms | Mtext | Svg | Other(_));
        !formatting_or_plain
    }

    /// Everything up to the end tag is text, whatever is around the element.
    pub(crate) fn holds_text(self) -> bool {
        matches!(self, Iframe | Noembed | Noframes | Script | Style | Textarea | Title | Xmp)
    }

    /// Whether an element of this name holds text only, or what is inside is read by other rules.
    pub(crate) fn changes_text(name: &[u8]) -> bool {
        let strange = |tag: Self| matches!(tag, Svg | Math | Template | Plaintext);
        Self::known(name).is_some_and(|tag| tag.holds_text() || strange(tag))
    }

    /// What an author may leave open across other elements: `<b>`, `<i>` and their like.
    pub(crate) fn is_formatting(self) -> bool {
        matches!(self, A | B | Big | Code | Em | Font | I | Nobr | S | Small | Strike)
            || matches!(self, Strong | Tt | U)
    }

    /// The containers out of which no implied end reaches.
    pub(crate) fn bounds_scope(self) -> bool {
        matches!(self, Applet | Caption | Html | Table | Td | Th | Marquee | Object | Select)
            || self == Template
    }

    pub(crate) fn is_heading(self) -> bool {
        matches!(self, H1 | H2 | H3 | H4 | H5 | H6)
    }

    /// End tags that HTML lets authors leave out.
    pub(crate) fn has_implied_end(self) -> bool {
        matches!(self, Dd | Dt | Li | Optgroup | Choice | P | Rb | Rp | Rt | Rtc)
    }

    pub(crate) fn is_table_section(self) -> bool {
        matches!(self, Tbody | Tfoot | Thead)
    }

    pub(crate) fn is_cell(self) -> bool {
        matches!(self, Td | Th)
    }

    /// Text that is in one of these directly goes before the table.
    pub(crate) fn fosters(self) -> bool {
        matches!(self, Table | Tr) || self.is_table_section()
    }

    /// Starts that a `<p>` does not contain, and that need nothing else.
    pub(crate) fn is_block(self) -> bool {
        matches!(self, Address | Article | Aside | Blockquote | Center | Details | Dialog | Dir)
            || matches!(self, Div | Dl | Fieldset | Figcaption | Figure | Footer | Header)
            || matches!(self, Hgroup | Main | Menu | Nav | Ol | P | Search | Section | Summary)
            || self == Ul
    }

    /// HTML that ends the drawing or the formula in which it stands.
    pub(crate) fn breaks_out(self) -> bool {
        matches!(self, B | Big | Blockquote | Body | Br | Center | Code | Dd | Div | Dl | Dt | Em)
            || matches!(self, Embed | Head | Hr | I | Img | Li | Listing | Menu | Meta | Nobr | Ol)
            || matches!(self, P | Pre | Ruby | S | Small | Span | Strong | Strike | Sub | Sup)
            || matches!(self, Table | Tt | U | Ul | Var)
            || self.is_heading()
    }
}

/// The numbers of the names of one page that are not HTML's.
#[derive(Default)]
pub(crate) struct Names(HashMap<Box<[u8]>, u16>);

impl Names {
    /// Whether the rules ask for the attributes of an element of this name.
    pub(crate) fn reads_attributes(name: &[u8]) -> bool {
        let tag = Tag::known(name);
        tag.is_some_and(|tag| tag.is_formatting() || matches!(tag, Input | AnnotationXml))
    }

    /// The tag of this name. When a page has too many names, those that are left share one.
    pub(crate) fn tag(&mut self, name: &[u8]) -> Tag {
        let next = self.0.len() as u16;
        if let Some(tag) = Tag::known(name) {
            tag
        } else if let Some(number) = self.0.get(name) {
            Other(*number)
        } else if next == MAX_OTHER_NAMES {
            Other(next)
        } else {
            self.0.insert(name.into(), next);
            Other(next)
        }
    }
}
