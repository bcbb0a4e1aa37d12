//! What can go wrong with a page, the same whatever the runtime and the client.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::io;
use std::iter;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What kind of thing went wrong: the `kind` of the JSON output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The URL cannot be read, or is neither `http` nor `https`. Nothing was sent.
    InvalidUrl,
    /// The host name has no address.
    Dns,
    /// No connection: refused, unreachable, or closed again before TLS was set up.
    Connect,
    /// One side refused to set up an encrypted connection: its certificate is not to be trusted, or
    /// they have no version in common.
    Tls,
    /// The page took longer than `--timeout`.
    Timeout,
    /// Too many redirects, or one that leads nowhere a scraper should go.
    Redirect,
    /// The server answered with a status of 400 or more.
    Status,
    /// The decoded body is larger than `--max-bytes`.
    TooLarge,
    /// What the server sent is not HTTP, or not whole, or not in the encoding it says.
    Protocol,
    /// The page could not be written to the folder given with `--save`.
    Save,
    /// A defect in this program or in a library: the page's task panicked.
    Internal,
}

impl ErrorKind {
    /// What was being done when it went wrong.
    fn action(self) -> &'static str {
        match self {
            Self::InvalidUrl => "cannot use this URL",
            Self::Dns => "cannot find the host",
            Self::Connect => "cannot connect",
            Self::Tls => "cannot set up TLS",
            Self::Timeout => "gave up waiting",
            Self::Redirect => "cannot follow the redirect",
            Self::Status => "the server answered",
            Self::TooLarge => "the page is too large",
            Self::Protocol => "the response is broken",
            Self::Save => "cannot save the page",
            Self::Internal => "internal error",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// The longest message: part of it may be a server's, which may go on without end.
const MAX_MESSAGE_BYTES: usize = 500;

/// Why one page failed. In Python: the exception that `gather(…, return_exceptions=True)` returns
/// in the page's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchError {
    /// What kind of thing went wrong, the same on every runtime.
    pub kind: ErrorKind,
    /// What was being done and why it failed, in one line; the details are the client's words.
    pub message: String,
    /// Whether it may be gone a moment later, when nothing has come of the page before it.
    #[serde(skip)]
    pub(crate) may_pass: bool,
}

impl FetchError {
    /// An error of this kind; `reason` says why.
    pub fn new(kind: ErrorKind, reason: impl fmt::Display) -> Self {
        let mut message = format!("{}: {reason}", kind.action());
        if message.len() > MAX_MESSAGE_BYTES {
            message.truncate(message.floor_char_boundary(MAX_MESSAGE_BYTES - '…'.len_utf8()));
            message.push('…');
        }
        Self { kind, message, may_pass: false }
    }

    /// An error of this kind whose reason is at the bottom of a library's error: libraries wrap
    /// the interesting part ("connection refused") in layers of their own ("error sending
    /// request").
    pub fn caused_by(kind: ErrorKind, error: &(dyn Error + 'static)) -> Self {
        let mut this = Self::new(kind, root_cause(error));
        this.may_pass = match kind {
            ErrorKind::Connect | ErrorKind::Protocol => true,
            ErrorKind::Dns => NAME_SERVER_SILENT.iter().any(|text| this.message.contains(text)),
            _ => false,
        };
        this
    }

    /// The same error, of which it is known that another try would end the same way.
    #[must_use]
    pub fn without_another_try(self) -> Self {
        Self { may_pass: false, ..self }
    }

    /// A page could not be written to its file. If it is the page's own error that has come this way, it is
    /// taken out again as it was.
    pub fn saving(error: io::Error) -> Self {
        error.downcast().unwrap_or_else(|error| Self::new(ErrorKind::Save, error))
    }

    /// The page was not complete within `limit`.
    pub fn timeout(limit: Duration) -> Self {
        let reason = format!("the page was not complete after {} s", limit.as_secs_f64());
        Self::new(ErrorKind::Timeout, reason)
    }

    /// The page's task panicked with `panic`, the value that `catch_unwind` returns.
    pub(crate) fn internal(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Self::new(ErrorKind::Internal, text.unwrap_or("a panic without a message"))
    }
}

/// How systems say that no name server has answered, rather than that there is no such host. The
/// standard library passes on no number but Windows'.
const NAME_SERVER_SILENT: [&str; 4] = [
    "Temporary failure in name resolution",    // glibc and macOS
    "Name could not be resolved at this time", // the BSDs
    "Try again",                               // musl
    "(os error 11002)",                        // Windows: WSATRY_AGAIN
];

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for FetchError {}

/// A page's error on its way through [`io`] traits, by which bodies are read and files written.
impl From<FetchError> for io::Error {
    fn from(error: FetchError) -> Self {
        Self::other(error)
    }
}

/// The innermost error of a chain of causes.
pub(crate) fn root_cause<'e>(mut error: &'e (dyn Error + 'static)) -> &'e (dyn Error + 'static) {
    while let Some(next) = cause(error) {
        error = next;
    }
    error
}

/// Whether this happened because the program, or the machine, may open no more files or sockets now.
/// Another page will close one, so it is worth waiting.
pub fn is_out_of_files(error: &(dyn Error + 'static)) -> bool {
    // EMFILE and ENFILE; and EBUSY, which glibc makes of them where it looks up a name.
    const CODES: &[i32] = if cfg!(windows) { &[10024] } else { &[24, 23, 16] };
    os_error(error).is_some_and(|code| CODES.contains(&code))
}

/// The system's number for what went wrong, if it was the system that said so.
pub fn os_error(error: &(dyn Error + 'static)) -> Option<i32> {
    let mut causes = iter::successors(Some(error), |&error| cause(error));
    causes.find_map(|cause| cause.downcast_ref::<io::Error>()?.raw_os_error())
}

/// The outermost error of this type in a chain of causes.
pub fn find_cause<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    let mut causes = iter::successors(Some(error), |&error| cause(error));
    causes.find_map(|cause| cause.downcast_ref())
}

/// Whether the system says that a connection was closed, reset or given up.
pub fn is_disconnect(error: &(dyn Error + 'static)) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    const KINDS: [io::ErrorKind; 4] =
        [BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof];
    let mut causes = iter::successors(Some(error), |&error| cause(error));
    causes.any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|e| KINDS.contains(&e.kind())))
}

/// The error behind this one. An `io::Error` made from another error names that one's cause as its
/// source, and so leaves a link out; `get_ref` does not.
fn cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}
