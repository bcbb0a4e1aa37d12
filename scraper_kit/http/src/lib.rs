//! HTTP for the runtimes that reqwest does not support.
//!
//! ```text
//! request ──> a pooled connection, or a new one ──> hyper ──> TLS ──> the runtime's own socket
//! client.rs   pool.rs              connect.rs       connection.rs     yielding.rs, Runtime::Socket
//! ```
//!
//! hyper speaks HTTP and depends on no runtime; what it needs of one is little: [`Runtime`] has it all.
//! No task is spawned. The page that waits for a connection's bytes drives it, so a page whose task is
//! dropped takes its connection along, and nothing is left behind.

#![warn(clippy::print_stdout, clippy::print_stderr)] // they panic on a closed terminal

mod client;
mod connect;
mod connection;
mod pool;
mod socket;
mod wake_flag;
mod yielding;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures::io::{AsyncRead, AsyncWrite};

pub use client::{Body, Chunks, Client};

// ANCHOR: runtime
/// What an HTTP client needs of an async runtime.
///
/// In Python it is asyncio's event loop that offers these: `sock_recv` and `sock_sendall`,
/// `getaddrinfo`, `sock_connect`, `call_later`.
pub trait Runtime: 'static {
    /// A connected socket. Reading and writing are the traits of the `futures` crate, which belong
    /// to no runtime.
    type Socket: AsyncRead + AsyncWrite + Unpin + Send + Sync + 'static;

    /// The addresses of a host, the one to try first at the start.
    ///
    /// # Errors
    /// The name does not resolve.
    fn resolve(host: &str, port: u16) -> impl Future<Output = io::Result<Vec<SocketAddr>>> + Send;

    /// Connects to one address.
    ///
    /// # Errors
    /// The connection is refused, or the system has no socket.
    fn connect(address: SocketAddr) -> impl Future<Output = io::Result<Self::Socket>> + Send;

    /// Completes after this time.
    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send;
}
// ANCHOR_END: runtime
