use std::thread;

use super::behaviour::{Behaviour, End, Expected::Fails, row};
use super::visit::SECOND;
use scraper_kit::ErrorKind::Timeout;

pub(super) const BEHAVIOURS: &[Behaviour] = &[
    row("slow-headers", Fails(Timeout), "sends its headers one byte a second")
        .raw(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        .end(End::Drip),
    row("slow-body", Fails(Timeout), "sends its body one byte a second")
        .page("Content-Length: 1000000\r\n", b"")
        .end(End::Drip),
    row("stall-after-headers", Fails(Timeout), "sends its headers and nothing more")
        .page("Content-Length: 10\r\n", b"")
        .end(End::Stall),
    row("stall-in-chunk", Fails(Timeout), "stops inside a chunk")
        .page("Transfer-Encoding: chunked\r\n", b"a\r\n12345")
        .end(End::Stall),
    row("slow-redirects", Fails(Timeout), "redirects, and takes five seconds for each").computed(
        |visit| {
            thread::sleep(5 * SECOND);
            visit.next_hop()
        },
    ),
];
