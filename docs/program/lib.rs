//! The book's program: it builds the book, serves it, and measures what its figures show.
//!
//! `book` shows what `measure` recorded; `html` is below them.

pub mod book;
pub mod html;
pub mod measure;
