//! A defect in this program or a library it uses is no reason to lose the other pages.

use std::panic::{AssertUnwindSafe, PanicHookInfo, set_hook};

use futures::FutureExt;

use crate::error::FetchError;

/// Awaits `future`; if it panics, that is an error of kind `internal`, and the task lives on.
///
/// tokio would report a panic through its task handle, async-std and smol would panic again where
/// the handle is awaited. Caught here, in the task itself, it is the same on all three.
pub async fn catch_panic<T>(future: impl Future<Output = T>) -> Result<T, FetchError> {
    let result = AssertUnwindSafe(future).catch_unwind().await;
    result.map_err(|panic| FetchError::internal(&*panic))
}

/// Panics are reported in one line, like other errors; `RUST_BACKTRACE=1` brings the usual report.
pub(crate) fn report_in_one_line(name: &'static str) {
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        set_hook(Box::new(move |panic: &PanicHookInfo<'_>| {
            let text = panic.payload_as_str().unwrap_or("no message");
            let place = panic.location().map_or_else(String::new, |place| format!(" at {place}"));
            eprintln!("{name}: internal error{place}: {text}");
        }));
    }
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
