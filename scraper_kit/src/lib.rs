//! What the three scrapers share and no runtime touches.
//!
//! ```text
//! arguments ──> targets ──> one task per page, N at most ──> pages as they come ──> report
//!      this crate           the scrapers' main.rs: the lesson       this crate
//! ```
//!
//! A run, from its beginning to its end:
//!
//! 1. [`start`] reads the command line and returns a [`Run`] and a [`Report`]. The run has the options
//!    ([`Job`]), the list of [`Target`]s, and what completes at Ctrl-C ([`Interrupt`]).
//! 2. A scraper starts a [`Page`] for each target, which waits for its turn, and requests it. The
//!    client tells what came as a [`ResponseHead`], and the page knows where a redirect leads.
//! 3. [`Page::receive`] makes the body a [`PageBody`], which decompresses, counts and decodes it
//!    chunk by chunk, and [`SaveFile`] says where it may be written. A [`Search`] of its text is work
//!    for the processor, for a scraper to put where it keeps nobody waiting.
//! 4. Whatever goes wrong is a [`FetchError`] of that page, a panic too ([`catch_panic`]).
//! 5. [`Page::next_try`] tells whether the page is tried again. [`Page::finish`] stops its clock, and
//!    [`Report::add`] shows its [`Outcome`]. [`Report::finish`] has the exit code.
//!
//! Each room knows only those below it; a test draws them from their imports. This crate depends on
//! no async runtime and no HTTP client: what it awaits are the traits of the `futures` crate, which
//! belong to no runtime.

#![warn(clippy::print_stdout, clippy::print_stderr)] // they panic where nobody can read

mod body;
mod charset;
mod clock;
mod command_line;
mod content_type;
mod credentials;
mod decode;
mod error;
mod head;
mod html;
mod interrupt;
mod job;
mod outcome;
mod page;
mod panic;
pub mod practice_site;
mod prescan;
mod process;
mod redirect;
mod report;
mod retry;
mod run;
mod save;
mod search;
mod searcher;
mod target;
mod text;
mod transfer;
mod turn;

pub use body::PageBody;
pub use clock::within;
pub use credentials::basic_auth;
pub use decode::ACCEPT_ENCODING;
pub use error::{
    ErrorKind, FetchError, broke_off, find_cause, head_is_too_large, is_out_of_files, os_error,
};
pub use head::ResponseHead;
pub use interrupt::Interrupt;
pub use job::{Job, Options, Stopped};
pub use outcome::Outcome;
pub use page::Page;
pub use panic::catch_panic;
pub use report::{Closed, Report};
pub use run::{Run, start};
pub use save::SaveFile;
pub use searcher::{Search, Searched};
pub use target::Target;
