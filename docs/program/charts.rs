//! Charts of the measurements, as SVG to be put into a page: they follow its colours and its font.
//!
//! Colours are CSS custom properties (`--chart-tokio`, `--chart-smol` and so on) with a middle tone
//! to fall back on that can be told from white and from black; text and axes have the colour of the
//! text around them.

mod bars;
mod growth;
mod page;
mod picture;
mod theme;

pub use page::page;
pub use picture::{names, render, table};
