//! For tests: a server that can send anything, and a way to run a scraper as its users do.
//!
//! The server speaks over plain sockets from threads, because what it has to send is often nothing
//! that an HTTP library would.

mod runner;
mod server;
mod tls;

pub use runner::{Finished, Scraper};
pub use server::{Connection, Log, Request, TestServer, ok, response};
pub use tls::TestCa;

use async_compression::futures::bufread::{
    BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder,
};
use futures::executor::block_on;
use futures::io::AsyncReadExt;

/// `body` in the content coding of that name: `gzip`, `deflate`, `br`, or `raw deflate` for the
/// form that some servers call deflate.
pub fn compress(coding: &str, body: &[u8]) -> Vec<u8> {
    let mut output = Vec::new();
    let result = block_on(async {
        match coding {
            "gzip" => GzipEncoder::new(body).read_to_end(&mut output).await,
            "deflate" => ZlibEncoder::new(body).read_to_end(&mut output).await,
            "raw deflate" => DeflateEncoder::new(body).read_to_end(&mut output).await,
            "br" => BrotliEncoder::new(body).read_to_end(&mut output).await,
            other => panic!("no content coding {other}"),
        }
    });
    result.expect("compressing in memory cannot fail");
    output
}
