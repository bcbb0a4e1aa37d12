use super::behaviour::{Behaviour, End, Endpoint::*, Expected::*, row};
use scraper_kit::ErrorKind::{Connect, Dns, Protocol, Timeout};

pub(super) const BEHAVIOURS: &[Behaviour] = &[
    row("refused", Fails(Connect), "nothing listens on the port")
        .at(Elsewhere("http://127.0.0.1:1/")),
    row("port-0", Fails(Connect), "a port that does not exist")
        .at(Elsewhere("http://127.0.0.1:0/")),
    row("no-such-host", Fails(Dns), "a name that does not resolve")
        .at(Elsewhere("http://no-such-host.invalid/")),
    row(
        "odd-host-name",
        Fails(Dns),
        "a name that no registry would give away, and that does not resolve",
    )
    .at(Elsewhere("http://a!b,c'd~e.invalid/")),
    row(
        "odd-host-name-tls",
        Fails(Dns),
        "https to a name that no certificate could be for, and that does not resolve",
    )
    .at(Elsewhere("https://a-.invalid/")),
    row("ipv6", Titled("IPv6"), "an address in brackets")
        .at(Ipv6)
        .page("Content-Length: 19\r\n", b"<title>IPv6</title>"),
    row("closed", Fails(Protocol), "closes instead of answering"),
    row("reset", Fails(Protocol), "resets instead of answering").end(End::Reset),
    row("closed-in-status", Fails(Protocol), "closes inside the status line").raw(b"HTTP/1.1 20"),
    row("closed-in-headers", Fails(Protocol), "closes inside a header")
        .raw(b"HTTP/1.1 200 OK\r\nContent-Le"),
    row("closed-after-header", Fails(Protocol), "closes between two headers")
        .raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"),
    row("reset-in-headers", Fails(Protocol), "resets inside the headers")
        .raw(b"HTTP/1.1 200 OK\r\nContent-Le")
        .end(End::Reset),
    row("reset-in-body", Fails(Protocol), "resets inside the body")
        .computed(|visit| visit.page("Content-Length: 1000000\r\n", vec![b' '; 500_000]))
        .end(End::Reset),
    row("silent", Fails(Timeout), "never answers").end(End::Stall),
];
