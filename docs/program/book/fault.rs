//! What is wrong with the book, and where.

use std::error::Error;
use std::path::PathBuf;

use super::excerpt::name_of;

/// What is wrong with the book, and where.
#[derive(Debug)]
pub struct Fault {
    /// The file, a source of the book.
    pub file: PathBuf,
    /// The line, counted from 1, where it is known.
    pub line: Option<usize>,
    /// What it is.
    pub message: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:", name_of(&self.file))?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        write!(f, " {}", self.message)
    }
}

impl Error for Fault {}
