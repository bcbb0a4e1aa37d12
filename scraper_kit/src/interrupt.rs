//! Ctrl-C, whatever the runtime.

use std::future::{self, Future};
use std::pin::Pin;
use std::process;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use futures::channel::oneshot;
use futures::future::{BoxFuture, FutureExt, Shared};

/// The exit code of a program that Ctrl-C ended: 128 and the signal's number, as shells count.
pub(crate) const EXIT_CODE: u8 = 130;

/// A future that completes at the first Ctrl-C. In Python, `asyncio.run` cancels the main task
/// instead.
#[derive(Clone)]
pub struct Interrupt(Shared<BoxFuture<'static, ()>>);

impl Interrupt {
    /// From now on the first Ctrl-C completes this future, and the second ends the program.
    pub(crate) fn install() -> Self {
        let (sender, receiver) = oneshot::channel();
        let sender = Mutex::new(Some(sender));
        let handler = move || {
            let sender = sender.lock().unwrap_or_else(PoisonError::into_inner).take();
            if sender.is_none_or(|first| first.send(()).is_err()) {
                process::exit(EXIT_CODE.into());
            }
        };
        // Without a handler, Ctrl-C ends the program as it does by default, and this future waits
        // for ever.
        let _ = ctrlc::set_handler(handler);
        let interrupted = async {
            if receiver.await.is_err() {
                future::pending::<()>().await;
            }
        };
        Self(interrupted.boxed().shared())
    }

    /// Whether it has happened.
    pub(crate) fn happened(&self) -> bool {
        self.clone().now_or_never().is_some()
    }
}

impl Future for Interrupt {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.poll_unpin(context)
    }
}
