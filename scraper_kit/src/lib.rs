//! What the three scrapers share and no runtime touches.
//!
//! ```text
//! arguments ──> targets ──> one task per page, N at most ──> pages as they come ──> report
//!      this crate           the scrapers' main.rs: the lesson       this crate
//! ```
//!
//! A run, from its beginning to its end, and the folder of each step:
//!
//! 1. `run`: [`start`] reads the command line and returns a [`Run`] and a [`Report`]. The run has the
//!    [`Options`], the stream of [`Target`]s, and what completes at Ctrl-C ([`Interrupt`]).
//! 2. `targets`: each URL of the command line and of the list becomes a [`Target`], when it has a permit.
//! 3. `page`: a scraper starts a [`Page`] for each target. [`Page::next_url`] says what to request, the
//!    client returns a [`ResponseHead`] and a body, and [`Page::follow_redirect`] looks at the head.
//! 4. `body`: [`Page::receive`] makes the body a [`PageBody`], which decompresses, counts and decodes it
//!    chunk by chunk. [`SaveFile`] is where it may be written.
//! 5. `search`: a [`Search`] of the page's text blocks its thread, so the scraper runs it on a thread for
//!    such work.
//! 6. Whatever goes wrong is a [`FetchError`] of that page, a panic too ([`catch_panic`]).
//!    [`Page::next_try`] returns how long to wait if the page is to be tried again.
//! 7. `report`: [`Report::add`] shows the [`Outcome`] of a page that [`Page::finish`] has completed, and
//!    [`Report::finish`] returns the exit code.
//!
//! A folder knows only those below it, and a test holds that. This crate depends on no async runtime and
//! no HTTP client: what it awaits are the traits of the `futures` crate, which belong to no runtime.

#![warn(clippy::print_stdout, clippy::print_stderr)] // they panic on a closed terminal

mod body;
mod error;
mod head;
mod outcome;
mod page;
pub mod practice_site;
mod process;
mod report;
mod run;
mod search;
mod targets;

pub use body::{ACCEPT_ENCODING, PageBody};
pub use error::{ErrorKind, FetchError, find_cause, is_disconnect, is_out_of_files, os_error};
pub use head::ResponseHead;
pub use outcome::Outcome;
pub use page::Page;
pub use page::clock::within;
pub use page::options::Options;
pub use page::save::SaveFile;
pub use process::interrupt::Interrupt;
pub use process::panic::catch_panic;
pub use report::{Closed, Report};
pub use run::{Run, allow_many_files, start};
pub use search::{Search, Searched};
pub use targets::{Stopped, Target, basic_auth};
