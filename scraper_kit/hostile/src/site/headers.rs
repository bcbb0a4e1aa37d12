use super::behaviour::{Behaviour, End, Expected::*, row};
use super::{PRIVET, PRIVET_1251};
use scraper_kit::ErrorKind::{Protocol, Status};

pub(super) const BEHAVIOURS: &[Behaviour] = &[
    row("endless-header", Fails(Protocol), "a header that never ends")
        .raw(b"HTTP/1.1 200 OK\r\nX-Long: ")
        .end(End::Flood(b"x", 4096)),
    row("large-header", Fails(Protocol), "a header of two megabytes")
        .computed(|visit| visit.page(&format!("X-Long: {}\r\n", "x".repeat(2_000_000)), "")),
    row("100000-headers", Fails(Protocol), "a hundred thousand headers, a megabyte in all")
        .computed(|visit| visit.page(&"X-Many: 1\r\n".repeat(100_000), "")),
    row("10000-headers", Titled("Many"), "ten thousand headers, which is a hundred kilobytes")
        .computed(|visit| {
            let headers = "X-Many: 1\r\n".repeat(10_000) + "Content-Length: 19\r\n";
            visit.page(&headers, "<title>Many</title>")
        }),
    row("200-headers", Titled("Many"), "two hundred headers, which is many, but legal").computed(
        |visit| {
            let headers = "X-Many: 1\r\n".repeat(198) + "Content-Length: 19\r\n";
            visit.page(&headers, "<title>Many</title>")
        },
    ),
    row(
        "folded-header",
        Titled("Folded"),
        "a header that goes on in the next line, which is obsolete",
    )
    .page("X-Folded: a\r\n b\r\nContent-Length: 21\r\n", b"<title>Folded</title>"),
    row("folded-content-type", Titled(PRIVET), "a Content-Type that goes on in the next line").raw(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html;\r\n\tcharset=windows-1251\r\n\
        Connection: close\r\n\r\n<title>\xcf\xf0\xe8\xe2\xe5\xf2</title>",
    ),
    row("space-before-colon", Titled("Space"), "a space between a header's name and its colon")
        .page("Content-Length : 20\r\n", b"<title>Space</title>"),
    row("space-in-name", Titled("ok"), "a header name of several words")
        .page("X Frame Options: DENY\r\nContent-Length: 17\r\n", b"<title>ok</title>"),
    row("no-colon", Titled("ok"), "a header line without a colon")
        .page("garbage without colon\r\nContent-Length: 17\r\n", b"<title>ok</title>"),
    row("no-name", Titled("ok"), "a header line that begins with its colon")
        .page(": value\r\nContent-Length: 17\r\n", b"<title>ok</title>"),
    row("name-not-ascii", Titled("ok"), "a header name that is not ASCII")
        .page("X-Имя: x\r\nContent-Length: 17\r\n", b"<title>ok</title>"),
    row("indented-first", Titled("ok"), "a first header that is indented").raw(
        b"HTTP/1.1 200 OK\r\n X-First: 1\r\nContent-Type: text/html\r\n\
        Content-Length: 17\r\n\r\n<title>ok</title>",
    ),
    row("control-character", Titled("ok"), "a control character in a header")
        .page("X-Control: a\x01b\r\nContent-Length: 17\r\n", b"<title>ok</title>"),
    row("names-by-case", Titled("ok"), "takes header names as browsers write them, and no others")
        .computed(|visit| {
            let sent =
                |start: &str| visit.request.headers.iter().any(|line| line.starts_with(start));
            let known =
                ["Host: ", "User-Agent: ", "Accept: ", "Accept-Encoding: "].into_iter().all(sent);
            if known { visit.title("ok") } else { visit.response("400 Bad Request", &[], b"") }
        }),
    row(
        "bare-line-feeds",
        Titled("Bare"),
        "line feeds without carriage returns, as some servers send",
    )
    .raw(b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 19\n\n<title>Bare</title>"),
    row("latin-1-header", Titled("Latin"), "a header byte over 0x7f, which real servers send").raw(
        b"HTTP/1.1 200 OK\r\nX-Cafe: caf\xe9\r\nContent-Type: text/html\r\n\
        Content-Length: 20\r\n\r\n<title>Latin</title>",
    ),
    row("nul-in-header", Fails(Protocol), "a NUL in a header")
        .raw(b"HTTP/1.1 200 OK\r\nX-Nul: a\0b\r\nContent-Length: 0\r\n\r\n"),
    row("type-two-semicolons", Titled(PRIVET), "a Content-Type with a semicolon too many")
        .html("text/html;; charset=windows-1251", PRIVET_1251),
    row("type-space", Titled(PRIVET), "a Content-Type with a space before its semicolon")
        .html("text/html ;charset=windows-1251", PRIVET_1251),
    row(
        "type-other-parameter",
        Titled(PRIVET),
        "a Content-Type with a parameter that should be in quotes",
    )
    .html("text/html; profile=http://x/y; charset=windows-1251", PRIVET_1251),
    row("type-twice", Titled(PRIVET), "two Content-Types, the second without the charset")
        .response(
            "200 OK",
            &["Content-Type: text/html; charset=windows-1251", "Content-Type: text/html"],
            PRIVET_1251,
        ),
    row("type-list", Titled(PRIVET), "two Content-Types in one header, and a comma in quotes")
        .html("text/html, text/html; x=\",a/b\"; charset=windows-1251", PRIVET_1251),
    row(
        "type-malformed-image",
        Untitled,
        "a malformed Content-Type that is an image's all the same, and so no HTML",
    )
    .html("image/png;; x=a b/c", b"<title>Picture</title>"),
    row("type-nonsense", Titled("Page"), "a Content-Type that is none; the page is taken for HTML")
        .html("html", b"<title>Page</title>"),
    row("no-reason", Titled("Why"), "a status line without a reason").raw(
        b"HTTP/1.1 200\r\nContent-Type: text/html\r\nContent-Length: 18\r\n\r\n<title>Why</title>",
    ),
    row("status-208", Titled("208"), "a rare status").response(
        "208 Already Reported",
        &["Content-Type: text/html"],
        b"<title>208</title>",
    ),
    row("status-408", Fails(Status), "says that it has waited for a request too long")
        .says("408 Request Timeout", &[]),
    row("status-404", Fails(Status), "a common status").says("404 Not Found", &[]),
    row("status-520", Fails(Status), "a status that no standard knows").says("520 Unknown", &[]),
    row("status-999", Fails(Status), "the largest status there can be").says("999 Denied", &[]),
];
