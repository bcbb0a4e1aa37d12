//! The book's program: it builds the book, serves it, and measures what its charts show.
//!
//! `book` draws with `charts`, and `charts` draws what `measure` recorded; `html` is below them.

pub mod book;
pub mod charts;
pub mod html;
pub mod measure;
