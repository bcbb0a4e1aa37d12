use super::behaviour::{Behaviour, End, Expected::*, row};
use scraper_kit::ErrorKind::{Protocol, Timeout};

const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";

pub(super) const BEHAVIOURS: &[Behaviour] = &[
    row("short-body", Fails(Protocol), "closes before Content-Length is reached")
        .page("Content-Length: 100\r\n", b"<title>Short</title>"),
    row(
        "long-body",
        Titled("Long"),
        "sends more than Content-Length; the rest is no part of the page",
    )
    .page("Content-Length: 19\r\n", b"<title>Long</title>\n<title>Too long</title>"),
    row("negative-length", Fails(Protocol), "a Content-Length of -1")
        .page("Content-Length: -1\r\n", b"page"),
    row("huge-length", Fails(Protocol), "a Content-Length of more than 64 bits")
        .page("Content-Length: 99999999999999999999\r\n", b"page"),
    row("two-lengths", Fails(Protocol), "two Content-Lengths that contradict each other")
        .page("Content-Length: 4\r\nContent-Length: 3\r\n", b"page"),
    row("same-length-twice", Titled("Twice"), "the same Content-Length twice, which is legal")
        .page("Content-Length: 20\r\nContent-Length: 20\r\n", b"<title>Twice</title>"),
    row("length-and-chunked", Titled("Both"), "Content-Length and chunked: chunked counts").page(
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"13\r\n<title>Both</title>\r\n0\r\n\r\n",
    ),
    row("bad-chunk-size", Fails(Protocol), "a chunk size that is no number")
        .page(CHUNKED, b"xyz\r\npage\r\n0\r\n\r\n"),
    row("huge-chunk-size", Fails(Protocol), "a chunk size of more than 64 bits")
        .page(CHUNKED, b"fffffffffffffffffff\r\npage\r\n0\r\n\r\n"),
    row("endless-chunk-size", Fails(Protocol), "a chunk size that never ends")
        .page(CHUNKED, b"")
        .end(End::Flood(b"1", 4096)),
    row(
        "chunk-extensions",
        Titled("Extended"),
        "ten kilobytes of chunk extensions, which are legal and say nothing",
    )
    .computed(|visit| {
        let extension = "x".repeat(10_000);
        let body = format!("f;{extension}\r\n<title>Extended\r\n8\r\n</title>\r\n0\r\n\r\n");
        visit.page(CHUNKED, body)
    }),
    row("long-chunk-extensions", Fails(Protocol), "twenty kilobytes of them in all").computed(
        |visit| {
            let chunk = format!("1;{}\r\n \r\n", "x".repeat(5_000));
            visit.page(CHUNKED, chunk.repeat(4) + "0\r\n\r\n")
        },
    ),
    row("endless-zeros", Fails(Timeout), "a chunk size that never gets beyond its leading zeros")
        .page(CHUNKED, b"")
        .end(End::Flood(b"0", 4096)),
    row("no-last-chunk", Fails(Protocol), "closes before the last chunk")
        .page(CHUNKED, b"4\r\npage\r\n"),
    row("trailers", Titled("Trailers"), "headers after the last chunk, which are legal")
        .page(CHUNKED, b"17\r\n<title>Trailers</title>\r\n0\r\nX-Check: 1\r\n\r\n"),
    row(
        "unknown-transfer-coding",
        Fails(Protocol),
        "gzip as a transfer coding, which nobody asked for",
    )
    .page("Transfer-Encoding: gzip, chunked\r\n", b"4\r\npage\r\n0\r\n\r\n"),
    row("chunks-in-http-1.0", Fails(Protocol), "chunks in HTTP/1.0, which has none")
        .raw(b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npage\r\n0\r\n\r\n"),
    row("204-with-body", Untitled, "a 204, which has no body, with one")
        .raw(b"HTTP/1.1 204 No Content\r\nContent-Type: text/html\r\n\r\n<title>No</title>"),
    row("304-with-body", Untitled, "a 304, which has no body, with one")
        .raw(b"HTTP/1.1 304 Not Modified\r\nContent-Type: text/html\r\n\r\n<title>No</title>"),
    row("empty-until-close", Untitled, "neither a length nor a body, which is legal and empty")
        .page("Connection: close\r\n", b""),
    row("http-1.0", Titled("Old"), "HTTP/1.0 without a length: the body ends with the connection")
        .raw(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Old</title>"),
    row("length-list", Titled("Twice"), "the same Content-Length twice in one header")
        .page("Content-Length: 20, 20\r\n", b"<title>Twice</title>"),
    row("identity", Titled("Old"), "a transfer coding that means none, as an old standard had it")
        .page("Transfer-Encoding: identity\r\nContent-Length: 18\r\n", b"<title>Old</title>")
        .end(End::Stall),
    row("identity-until-close", Titled("Old"), "the same without a length")
        .page("Transfer-Encoding: identity\r\n", b"<title>Old</title>"),
    row("identity-short", Fails(Protocol), "the same with a length that is not reached")
        .page("Transfer-Encoding: identity\r\nContent-Length: 19\r\n", b"<title>Old</title>"),
    row("empty-line-first", Titled("Late"), "an empty line before the status line").raw(
        b"\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\
        Content-Length: 19\r\n\r\n<title>Late</title>",
    ),
    row("http-2-in-text", Fails(Protocol), "a status line that says HTTP/2")
        .raw(b"HTTP/2 200\r\nContent-Length: 4\r\n\r\npage"),
    row("bare-line-feed-in-chunks", Fails(Protocol), "chunks whose lines end in line feeds alone")
        .page(CHUNKED, b"4\npage\n0\n\n"),
    row("http-0.9", Fails(Protocol), "no head at all, only a page")
        .raw(b"<title>Older</title>\r\n\r\n"),
    row("100-first", Titled("Continued"), "100 Continue before the page, which is legal").computed(
        |visit| {
            visit.send("HTTP/1.1 100 Continue\r\n\r\n")?;
            visit.title("Continued")
        },
    ),
    row("103-first", Titled("Hinted"), "103 Early Hints before the page, which are legal")
        .computed(|visit| {
            visit.send("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")?;
            visit.title("Hinted")
        }),
    row("101-only", Fails(Protocol), "switches to a protocol that nobody asked for")
        .raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
    row("100-for-ever", Fails(Timeout), "100 Continue again and again")
        .end(End::Flood(b"HTTP/1.1 100 Continue\r\n\r\n", 100)),
    row("100-only", Fails(Timeout), "100 Continue and nothing more")
        .raw(b"HTTP/1.1 100 Continue\r\n\r\n")
        .end(End::Stall),
];
