use super::behaviour::{Behaviour, End, Expected::*, row};
use super::{PRIVET, PRIVET_1251};
use crate::{bomb, compress};
use scraper_kit::ErrorKind::{Protocol, Timeout, TooLarge};

pub(super) const BEHAVIOURS: &[Behaviour] = &[
    row("gzip", Titled("Large"), "gzip")
        .computed(|visit| visit.encoded("gzip", compress("gzip", &large_page()))),
    row("brotli", Titled("Large"), "brotli")
        .computed(|visit| visit.encoded("br", compress("br", &large_page()))),
    row("deflate", Titled("Large"), "deflate")
        .computed(|visit| visit.encoded("deflate", compress("deflate", &large_page()))),
    row("raw-deflate", Titled("Large"), "deflate without its header, as some servers send it")
        .computed(|visit| visit.encoded("deflate", compress("raw deflate", &large_page()))),
    row("raw-deflate-checksum", Titled("Large"), "the same with zlib's checksum at its end")
        .computed(|visit| {
            let page = large_page();
            let checksum = adler32(&page);
            visit.encoded("deflate", followed("raw deflate", &page, &checksum))
        }),
    row("gzip-twice", Fails(Protocol), "gzip in gzip, which is legal, but nobody sends it")
        .computed(|visit| {
            visit.encoded("gzip, gzip", compress("gzip", &compress("gzip", &large_page())))
        }),
    row("gzip-members", Titled("Two"), "two gzip streams one after the other, which is legal")
        .computed(|visit| {
            let second = compress("gzip", b"o</title>");
            visit.encoded("gzip", followed("gzip", b"<title>Tw", &second))
        }),
    row("gzip-empty", Untitled, "gzip of nothing at all").encoded("gzip", b""),
    row("gzip-truncated", Fails(Protocol), "gzip that ends too early").computed(|visit| {
        let body = compress("gzip", &large_page());
        visit.encoded("gzip", &body[..body.len() / 2])
    }),
    row("brotli-truncated", Fails(Protocol), "brotli that ends too early").computed(|visit| {
        let body = compress("br", b"<title>Truncated</title>");
        visit.encoded("br", &body[..body.len() / 2])
    }),
    row("gzip-zeros-after", Titled("Zeros"), "gzip filled up with zeros").computed(|visit| {
        visit.encoded("gzip", followed("gzip", b"<title>Zeros</title>", &[0; 1000]))
    }),
    row("gzip-line-end-after", Titled("Line"), "gzip and a line end")
        .computed(|visit| visit.encoded("gzip", followed("gzip", b"<title>Line</title>", b"\r\n"))),
    row("gzip-garbage-after", Fails(Protocol), "gzip with something else after it").computed(
        |visit| visit.encoded("gzip", followed("gzip", b"<title>Garbage</title>", b"more")),
    ),
    row("brotli-garbage-after", Fails(Protocol), "brotli with something else after it")
        .computed(|visit| visit.encoded("br", followed("br", b"<title>Garbage</title>", b"more"))),
    row("not-gzip", Fails(Protocol), "text that is called gzip")
        .encoded("gzip", b"<title>Not gzip</title>"),
    row("unknown-coding", Fails(Protocol), "a content coding that nobody asked for")
        .encoded("zstd", b"page"),
    row("coding-none", Titled("Plain"), "a content coding called none, which means none")
        .encoded("none", b"<title>Plain</title>"),
    row("coding-charset", Titled("Plain"), "a charset where the content coding belongs")
        .encoded("UTF-8", b"<title>Plain</title>"),
    row(
        "coding-list",
        Titled("Gzip"),
        "gzip in capitals, in a list with an empty place and identity",
    )
    .computed(|visit| visit.encoded(", GZIP, identity", compress("gzip", b"<title>Gzip</title>"))),
    row("many-codings", Fails(Protocol), "gzip a hundred times over")
        .computed(|visit| visit.encoded(&["gzip"; 100].join(","), b"page")),
    row("gzip-of-nothing", Fails(Timeout), "gzip streams of nothing, without end").computed(
        |visit| {
            visit.page("Content-Encoding: gzip\r\n", "")?;
            visit.flood(&compress("gzip", b"").repeat(100))
        },
    ),
    row("brotli-stall", Fails(Timeout), "four megabytes in a few bytes of brotli, then nothing")
        .computed(|visit| {
            let body = compress("br", &vec![0; 4 << 20]);
            // All but the end; so few that no limit but the one on time can be met.
            let sent = &body[..body.len() - 1];
            visit.page("Content-Encoding: br\r\nContent-Length: 1000\r\n", sent)
        })
        .end(End::Stall),
    row("ambiguous-html", Titled("Guess"), "HTML whose rules have changed: a title in a <select>")
        .html("text/html", b"<title>Guess</title><select><title>x</title></select>"),
    row("gzip-bomb", Fails(TooLarge), "a gigabyte in a megabyte of gzip")
        .computed(|visit| visit.encoded("gzip", bomb("gzip"))),
    row("brotli-bomb", Fails(TooLarge), "a gigabyte in a kilobyte of brotli")
        .computed(|visit| visit.encoded("br", bomb("br"))),
    row("endless-body", Fails(TooLarge), "chunks without end").computed(|visit| {
        visit.page("Transfer-Encoding: chunked\r\n", "")?;
        visit.flood(&[b"1000\r\n", &[b' '; 4096][..], b"\r\n"].concat())
    }),
    row("empty-body", Untitled, "no body").html("text/html", b""),
    row("exactly-max-bytes", Titled("Exact"), "10 MiB, the default of --max-bytes")
        .computed(|visit| visit.html("text/html", padded("<title>Exact</title>", b' ', 10 << 20))),
    row("one-byte-more", Fails(TooLarge), "one byte more than 10 MiB")
        .computed(|visit| visit.html("text/html", padded("", b' ', (10 << 20) + 1))),
    row("binary", Untitled, "binary data that is called HTML").computed(|visit| {
        let numbers = (0..100_000_u32).map(|n| n.wrapping_mul(2_654_435_761));
        visit.html("text/html", numbers.flat_map(u32::to_le_bytes).collect::<Vec<u8>>())
    }),
    row("charset-header", Titled(PRIVET), "windows-1251, said in the header")
        .html("text/html; charset=windows-1251", PRIVET_1251),
    row("charset-meta", Titled(PRIVET), "windows-1251, said in a `<meta>`")
        .html("text/html", b"<title>\xcf\xf0\xe8\xe2\xe5\xf2</title><meta charset=windows-1251>"),
    row(
        "charset-meta-late",
        Titled(PRIVET),
        "windows-1251, said in a `<meta>` behind three kilobytes of comment",
    )
    .computed(|visit| {
        let declaration = format!("<!--{}--><meta charset=windows-1251>", " ".repeat(3000));
        visit.html("text/html", [declaration.as_bytes(), PRIVET_1251].concat())
    }),
    row(
        "charset-meta-content",
        Titled(PRIVET),
        "windows-1251, said in a `<meta http-equiv>` whose content is no media type",
    )
    .html(
        "text/html",
        b"<meta http-equiv=Content-Type content=\"charset = 'windows-1251'\">\
        <title>\xcf\xf0\xe8\xe2\xe5\xf2</title>",
    ),
    row(
        "charset-meta-hidden",
        Titled(PRIVET),
        "a `<meta>` in a comment and one in an attribute, which say nothing",
    )
    .html(
        "text/html",
        "<!-- <meta charset=koi8-r> --><a title='<meta charset=koi8-r>'><title>Привет</title>"
            .as_bytes(),
    ),
    row(
        "charset-x-user-defined",
        Titled("é"),
        "x-user-defined, said in a `<meta>`: browsers read windows-1252",
    )
    .html("text/html", b"<meta charset=x-user-defined><title>\xe9</title>"),
    row("charset-xml", Titled(PRIVET), "windows-1251, said in an XML declaration").html(
        "application/xhtml+xml",
        b"<?xml version='1.0' encoding='windows-1251'?><title>\xcf\xf0\xe8\xe2\xe5\xf2</title>",
    ),
    row("charset-bom", Titled(PRIVET), "UTF-8, said by a byte order mark against the header")
        .html("text/html; charset=windows-1251", "\u{feff}<title>Привет</title>".as_bytes()),
    row("charset-utf-16", Titled(PRIVET), "UTF-16, said by a byte order mark").computed(|visit| {
        let units = "\u{feff}<title>Привет</title>".encode_utf16();
        visit.html("text/html", units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>())
    }),
    row("charset-wrong", Titled("\u{fffd}\u{fffd}\u{fffd}"), "windows-1251 that is called UTF-8")
        .html("text/html; charset=utf-8", b"<title>\xcf\xf0\xe8</title>"),
    row("charset-unknown", Titled(PRIVET), "a charset that does not exist; UTF-8 is assumed")
        .html("text/html; charset=klingon", "<title>Привет</title>".as_bytes()),
    row(
        "escape-codes",
        Titled("\u{1b}[2J\u{9b}31m\u{202e}Cleared"),
        "a title that would clear the terminal",
    )
    .html(
        "text/html; charset=utf-8",
        "<title>\u{1b}[2J\u{9b}31m\u{202e}Cleared</title>".as_bytes(),
    ),
    row("huge-title", Shortened, "a title of nine megabytes")
        .computed(|visit| visit.html("text/html", padded("<title>", b'x', 9_000_000))),
    row("huge-tag", Untitled, "a tag of nine megabytes that does not end")
        .computed(|visit| visit.html("text/html", padded("<title class=", b'x', 9_000_000))),
    row("deep", Titled("Deep"), "elements a hundred thousand deep").computed(|visit| {
        visit.html("text/html", "<title>Deep</title>".to_owned() + &"<div>".repeat(100_000))
    }),
    row(
        "end-tags-left-out",
        Titled("Late"),
        "five thousand items without end tags, and the title after them",
    )
    .computed(|visit| {
        let items = "<li>x".repeat(5000);
        visit.html("text/html", format!("<ul>{items}</ul><title>Late</title>"))
    }),
    row(
        "title-in-template",
        Titled("Real"),
        "a title in a <template>, which is not on the page, before the one that is",
    )
    .html("text/html", b"<template><title>Not yet</title></template><title>Real</title>"),
    row("nul-in-title", Titled("a\u{fffd}b"), "a title with a NUL byte, which browsers replace")
        .html("text/html", b"<title>a\0b</title>"),
    row("huge-comment", Titled("After"), "a comment of a megabyte before the title")
        .computed(|visit| visit.html("text/html", title_after(1_000_000))),
    row("far-title", Untitled, "a title behind nine megabytes, which is more than is kept")
        .computed(|visit| visit.html("text/html", title_after(9_000_000))),
    row("knots", Titled("Knots"), "a megabyte of tags that end in the wrong order").computed(
        |visit| {
            let knots = "<b><p></b>".repeat(100_000);
            visit.html("text/html", format!("<svg>{knots}<title>Knots</title>"))
        },
    ),
];

/// A page of one megabyte, so that a part of it is not all of it.
fn large_page() -> Vec<u8> {
    padded("<title>Large</title>", b' ', 1_000_000)
}

/// `start`, and then `byte` until it is so long.
fn padded(start: &str, byte: u8, length: usize) -> Vec<u8> {
    let mut page = start.as_bytes().to_vec();
    page.resize(length, byte);
    page
}

/// A title behind a comment that is so long.
fn title_after(length: usize) -> String {
    format!("<!--{}--><title>After</title>", "x".repeat(length))
}

/// `body` in a content coding, and then these bytes.
fn followed(coding: &str, body: &[u8], by: &[u8]) -> Vec<u8> {
    [&compress(coding, body), by].concat()
}

/// zlib's checksum (RFC 1950, section 8.2).
fn adler32(bytes: &[u8]) -> [u8; 4] {
    const BASE: u32 = 65521;
    let sums = bytes.iter().fold((1, 0), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % BASE;
        (a, (b + a) % BASE)
    });
    (sums.1 << 16 | sums.0).to_be_bytes()
}
