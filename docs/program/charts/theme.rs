//! Makes a drawing follow the page that it is in.
//!
//! plotters knows fixed colours only. So a drawing is made in stand-ins, colours that no page
//! has, and each stand-in becomes what the page says.

use plotters::style::RGBColor;

use crate::html::escape;

/// The width of all charts; a page scales them. Small, so that text stays readable on a phone.
pub const WIDTH: u32 = 440;

/// The size of text, in the same measure.
pub const TEXT: i32 = 14;

/// How wide a letter is, on average, in a usual font of that size.
pub const LETTER: f64 = 7.2;

/// Text and error bars; lines that only help the eye.
pub const INK: RGBColor = RGBColor(1, 1, 1);
pub const FAINT: RGBColor = RGBColor(2, 2, 2);

/// A contender's name as it begins, its custom property, and the tone without one.
const TONES: [(&str, &str, &str); 10] = [
    ("tokio (hyper)", "tokio-hyper", "#7aa9de"),
    ("tokio", "tokio", "#3f83d0"),
    ("smol", "smol", "#2f9c68"),
    ("async-std", "async-std", "#9a6bd1"),
    ("asyncio", "python", "#d98016"),
    ("aiohttp (uvloop)", "uvloop", "#c0524a"),
    ("aiohttp", "python", "#d98016"),
    ("FastAPI", "python", "#d98016"),
    ("curl", "curl", "#7f8894"),
    ("", "other", "#7f8894"),
];

/// The stand-in for a contender's colour.
pub fn colour(contender: &str) -> RGBColor {
    let found = TONES.iter().position(|(name, ..)| contender.starts_with(name));
    RGBColor(3, 0, u8::try_from(found.unwrap_or(TONES.len() - 1)).unwrap_or(0))
}

/// Puts the page's colours in place of the stand-ins, and words beside the picture.
pub fn dress(drawing: &str, name: &str, title: &str, words: &str) -> String {
    let (_, inside) = drawing.split_once('>').unwrap_or_default(); // after plotters' <svg …>
    let (size, _) = drawing.split_once(" xmlns").unwrap_or_default();
    let view_box = size.split("viewBox=").nth(1).unwrap_or_default();
    let mut inside = inside.replace("font-family=\"sans-serif\" ", "");
    for attribute in ["fill", "stroke"] {
        let mut set = |from: RGBColor, to: &str| {
            let RGBColor(red, green, blue) = from;
            let old = format!("{attribute}=\"#{red:02X}{green:02X}{blue:02X}\"");
            inside = inside.replace(&old, &format!("style=\"{attribute}:{to}\""));
        };
        set(INK, "currentColor");
        set(FAINT, "color-mix(in srgb, currentColor 18%, transparent)");
        for (contender, property, tone) in TONES {
            set(colour(contender), &format!("var(--chart-{property}, {tone})"));
        }
    }
    let (title, words) = (escape(title), escape(words));
    format!(
        "<svg class=\"chart\" role=\"img\" aria-labelledby=\"chart-{name} chart-{name}-words\" \
         viewBox={view_box} xmlns=\"http://www.w3.org/2000/svg\" font-family=\"inherit\" \
         style=\"display:block;width:100%;max-width:580px;height:auto\">\n\
         <title id=\"chart-{name}\">{title}</title>\n\
         <desc id=\"chart-{name}-words\">{words}</desc>\n{}",
        inside.trim_start()
    )
}
