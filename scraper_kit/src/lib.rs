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
//! 2. A scraper starts a [`Page`] for each target and requests it. The client tells what came as a
//!    [`ResponseHead`], which knows where a redirect leads.
//! 3. [`Page::receive`] makes the body a [`PageBody`], which decompresses, counts and searches it
//!    chunk by chunk, and [`SaveFile`] says where it may be written.
//! 4. Whatever goes wrong is a [`FetchError`] of that page, a panic too ([`catch_panic`]).
//! 5. [`Page::finish`] stops the page's clock, and [`Report::add`] shows it. [`Report::finish`] has the
//!    exit code.
//!
//! Each room knows only those below it; a test draws them from their imports. This crate depends on
//! no async runtime and no HTTP client: what it awaits are the traits of the `futures` crate, which
//! belong to no runtime.

mod charset;
mod clock;
mod command_line;
mod content_type;
mod decode;
mod error;
mod extract;
mod head;
mod interrupt;
mod job;
mod page;
mod panic;
pub mod practice_site;
mod prescan;
mod redirect;
mod report;
mod run;
mod save;
mod target;
mod transfer;

pub use decode::ACCEPT_ENCODING;
pub use error::{ErrorKind, FetchError, broke_off, causes, is_out_of_files};
pub use head::ResponseHead;
pub use interrupt::Interrupt;
pub use job::{Job, Options, Stopped};
pub use page::{Page, PageBody};
pub use panic::catch_panic;
pub use redirect::MAX_REDIRECTS;
pub use report::{Closed, Report};
pub use run::{Run, start};
pub use save::SaveFile;
pub use target::Target;
