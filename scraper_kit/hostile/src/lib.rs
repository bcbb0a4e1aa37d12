//! For tests: a site where everything goes wrong, and what every scraper has to make of it.
//!
//! The server speaks over plain sockets from threads, because what it has to send is often nothing
//! that an HTTP library would.

pub mod every_scraper;
mod scraper;
mod server;
mod site;
mod tls;

pub use site::{Behaviour, Expected, GROUPS, HostileSite};
pub use tls::TestCa;

use std::sync::OnceLock;

use async_compression::futures::bufread::{
    BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder,
};
use futures::executor::block_on;
use futures::io::{AsyncReadExt, AsyncWriteExt};

/// `body` in the content coding of that name: `gzip`, `deflate`, `br`, or `raw deflate` for the
/// form that some servers call deflate.
fn compress(coding: &str, body: &[u8]) -> Vec<u8> {
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

/// A gigabyte of spaces: in a megabyte of gzip, or in a kilobyte of brotli.
///
/// Nothing compresses a gigabyte for that: both formats let a piece be repeated.
fn bomb(coding: &str) -> &'static [u8] {
    static GZIP: OnceLock<Vec<u8>> = OnceLock::new();
    static BROTLI: OnceLock<Vec<u8>> = OnceLock::new();
    match coding {
        "gzip" => GZIP.get_or_init(|| compress("gzip", &[b' '; 1 << 20]).repeat(1 << 10)),
        "br" => BROTLI.get_or_init(brotli_bomb),
        other => panic!("no bomb in {other}"),
    }
}

/// The encoder's first pieces, the third of which it would repeat, and its last one.
fn brotli_bomb() -> Vec<u8> {
    const PIECE: usize = 4 << 20; // as far as the decoder looks back
    block_on(async {
        let mut encoder = async_compression::futures::write::BrotliEncoder::new(Vec::new());
        let mut ends = Vec::new();
        for _ in 0..3 {
            encoder.write_all(&vec![b' '; PIECE]).await?;
            encoder.flush().await?;
            ends.push(encoder.get_ref().len());
        }
        encoder.close().await?;
        let output = encoder.into_inner();
        let repeated = output[ends[1]..ends[2]].repeat((1 << 30) / PIECE - 2);
        std::io::Result::Ok([&output[..ends[1]], &repeated, &output[ends[2]..]].concat())
    })
    .expect("compressing in memory cannot fail")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_is_small_and_its_pieces_repeat() {
        use async_compression::futures::bufread::{BrotliDecoder, GzipDecoder};
        assert!(bomb("gzip").len() < 1 << 21 && bomb("br").len() < 1 << 14);
        let gzip = GzipDecoder::new(bomb("gzip")); // reads the first of 1024 members
        let copied = block_on(futures::io::copy(gzip, &mut futures::io::sink())).unwrap();
        assert_eq!(copied, 1 << 20);
        // Of the 256 pieces these are enough to see it, and a debug build takes long for all.
        let brotli = BrotliDecoder::new(bomb("br")).take(32 << 20);
        let copied = block_on(futures::io::copy(brotli, &mut futures::io::sink())).unwrap();
        assert_eq!(copied, 32 << 20);
    }
}
