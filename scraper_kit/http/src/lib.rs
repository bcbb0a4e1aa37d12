//! HTTP for the runtimes that reqwest does not know.
//!
//! ```text
//! request ──> a pooled connection, or a new one ──> hyper ──> TLS ──> the runtime's own socket
//! client.rs   pool.rs              connect.rs       connection.rs     fair.rs, Runtime::Socket
//! ```
//!
//! hyper speaks HTTP; it knows no runtime, and what it needs of one is not much: [`Runtime`] has it
//! all. No task is spawned. A connection is driven by whoever waits for its bytes, so a page whose
//! task is dropped takes its connection along, and nothing is left behind.

#![warn(clippy::print_stdout, clippy::print_stderr)] // they panic where nobody can read

mod alarm;
mod client;
mod connect;
mod connection;
mod fair;
mod pool;
mod socket;

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
    /// Nobody listens there, or the system refuses.
    fn connect(address: SocketAddr) -> impl Future<Output = io::Result<Self::Socket>> + Send;

    /// Completes after this time.
    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send;
}
// ANCHOR_END: runtime
