//! How the program waits until all that it has started is gone.

use std::convert::Infallible;

use futures::channel::mpsc;
use futures::stream::StreamExt;

/// A guard that each target has, and so the page and the task that it becomes. Nothing is ever sent: the
/// channel closes when the last clone is dropped.
#[derive(Clone)]
pub(crate) struct Running {
    _sender: mpsc::Sender<Infallible>,
}

/// Completes when every target and every page is gone, and so every task. Cancelling a task is only a
/// request: its executor drops it, and with it files and sockets, some time later.
pub struct Stopped(mpsc::Receiver<Infallible>);

/// The first guard, and what waits for the last.
pub(crate) fn running() -> (Running, Stopped) {
    let (sender, receiver) = mpsc::channel(0);
    (Running { _sender: sender }, Stopped(receiver))
}

impl Stopped {
    /// Waits until then.
    pub async fn wait(mut self) {
        // Nothing is ever sent, so the only answer is that the channel is closed.
        let None = self.0.next().await;
    }
}
