//! Ctrl-C, whatever the runtime, and the other signals that end a program.
//!
//! A program may be started with some of them ignored: `nohup` ignores SIGHUP, and a shell script
//! SIGINT for the commands that it runs in the background. They stay ignored, as SIGINT does
//! in Python.

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
        let _ = signals::listen(handler);
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

#[cfg(target_os = "linux")]
mod signals {
    use std::{fs, io};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    use crate::process::start_thread;

    /// Calls `handler` at each signal that is not ignored, on a thread of its own.
    pub(super) fn listen(handler: impl Fn() + Send + 'static) -> io::Result<()> {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = ignored(&status);
        let heard = [SIGHUP, SIGINT, SIGTERM].into_iter();
        let mut signals = Signals::new(heard.filter(|signal| ignored >> (signal - 1) & 1 == 0))?;
        start_thread(move || signals.forever().for_each(|_| handler()));
        Ok(())
    }

    /// The signals that this process ignores, the lowest bit being signal 1. The system call for it takes
    /// unsafe code; without /proc, none counts as ignored.
    fn ignored(status: &str) -> u64 {
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_mask_of_ignored_signals_is_found() {
            let status = "Name:\tx\nSigBlk:\t00ff\nSigIgn:\t0000000000001001\nSigCgt:\t0002\n";
            assert_eq!(ignored(status), 1 << 12 | 1 << (SIGHUP - 1));
            assert_eq!(ignored(""), 0);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod signals {
    /// Calls `handler` at each signal, on a thread of its own. No safe call returns which are ignored: ctrlc
    /// fails if one is. Then it listens to none, those stay ignored, and
    /// the others end the program at once, as they do by default.
    pub(super) fn listen(handler: impl FnMut() + Send + 'static) -> Result<(), ctrlc::Error> {
        ctrlc::try_set_handler(handler)
    }
}
