//! What the three scrapers share and no runtime touches.
//!
//! ```text
//! arguments ──> targets ──> one task per page, N at most ──> pages as they come ──> report
//!      this crate           the scrapers' main.rs: the lesson       this crate
//! ```
//!
//! [`start`] reads the command line and returns a [`Run`] and a [`Report`]. A scraper turns each
//! [`Target`] into a [`Page`] and gives it to the report; a body passes through a [`PageBody`],
//! which decompresses, counts and searches it chunk by chunk. This crate depends on no async
//! runtime and no HTTP client: what it awaits are the traits of the `futures` crate, which belong
//! to no runtime.

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
