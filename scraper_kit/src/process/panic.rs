//! A defect in this program or a library it uses is no reason to lose the other pages.

use std::env;
use std::panic::{AssertUnwindSafe, PanicHookInfo, set_hook, take_hook};

use futures::FutureExt;

use crate::error::FetchError;
use crate::process::{give_up, tell};

/// Awaits `future`; if it panics, that is an error of kind `internal`, and the task lives on.
///
/// tokio would report a panic through its task handle, async-std and smol would panic again where
/// the handle is awaited. Caught here, in the task itself, it is the same on all three.
pub async fn catch_panic<T>(future: impl Future<Output = T>) -> Result<T, FetchError> {
    let result = AssertUnwindSafe(future).catch_unwind().await;
    result.map_err(|panic| FetchError::internal(&*panic))
}

/// How a runtime says that it cannot have what it stands on: a thread, or the system's queue of events.
const CANNOT_START: [&str; 4] =
    ["cannot spawn ", "failed to spawn thread", "cannot start ", "cannot initialize "];

/// Panics are reported in one line, like other errors; `RUST_BACKTRACE=1` brings the usual report.
pub(crate) fn report_in_one_line(name: &'static str) {
    let usual = env::var_os("RUST_BACKTRACE").map(|_| take_hook());
    set_hook(Box::new(move |panic: &PanicHookInfo<'_>| {
        let text = panic.payload_as_str().unwrap_or("no message");
        // Some panic again while they clean up, and the program would abort.
        if CANNOT_START.iter().any(|start| text.starts_with(start)) {
            give_up(text);
        }
        if let Some(usual) = &usual {
            return usual(panic);
        }
        let place = panic.location().map_or_else(String::new, |place| format!(" at {place}"));
        tell(format_args!("{name}: internal error{place}: {text}"));
    }));
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn a_panic_is_an_error_of_its_own_kind() {
        let number = 7;
        let error = block_on(catch_panic(async { assert_eq!(number, 8, "no luck") }));
        let error = error.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Internal);
        assert!(error.message.contains("no luck"), "{error}");
        assert_eq!(block_on(catch_panic(async { 8 })), Ok(8));
    }
}
