//! Ctrl-C, whatever the runtime.

use std::future::Future;
use std::pin::Pin;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use futures::task::AtomicWaker;

/// The exit code of a program that Ctrl-C ended: 128 and the signal's number, as shells count.
pub(crate) const EXIT_CODE: u8 = 130;

/// A future that completes at the first Ctrl-C. In Python, `asyncio.run` cancels the main task
/// instead.
pub struct Interrupt(Arc<State>);

#[derive(Default)]
struct State {
    interrupted: Arc<AtomicBool>,
    waker: AtomicWaker,
}

impl Interrupt {
    /// From now on the first Ctrl-C completes this future, and the second ends the program.
    pub(crate) fn install() -> Self {
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let handler = move || {
            if shared.interrupted.swap(true, Ordering::SeqCst) {
                process::exit(EXIT_CODE.into());
            }
            shared.waker.wake();
        };
        // Without a handler, Ctrl-C just ends the program, as it does by default.
        let _ = ctrlc::set_handler(handler);
        Self(state)
    }

    /// Whether it has happened.
    pub(crate) fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0.interrupted)
    }
}

impl Future for Interrupt {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.waker.register(context.waker());
        match self.0.interrupted.load(Ordering::SeqCst) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }
}
