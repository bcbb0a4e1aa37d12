use std::time::SystemTime;

use super::behaviour::{Behaviour, Expected::*, row};
use super::visit::SECOND;
use scraper_kit::ErrorKind::{Protocol, Status};

const UNAVAILABLE: &str = "503 Service Unavailable";
const TOO_MANY: &str = "429 Too Many Requests";

pub(super) const BEHAVIOURS: &[Behaviour] = &[
    row("503", Fails(Status), "503, and no word of when to come back").says(UNAVAILABLE, &[]),
    row("500-twice", Titled("There"), "500 twice, then the page")
        .response("500 Internal Server Error", &[], b"busy")
        .twice(),
    row("429-twice", Titled("There"), "429 twice, to be asked again after a second, then the page")
        .response(TOO_MANY, &["Retry-After: 1"], b"busy")
        .twice(),
    row(
        "503-date",
        Titled("There"),
        "503 twice, to be asked again at a time a second away, then the page",
    )
    .computed(|visit| {
        let date = httpdate::fmt_http_date(SystemTime::now() + SECOND);
        visit.response(UNAVAILABLE, &[&format!("Retry-After: {date}")], b"busy")
    })
    .twice(),
    row(
        "503-other-clock",
        Titled("There"),
        "the same, by a clock that stands in 1999, as its Date says",
    )
    .response(
        UNAVAILABLE,
        &["Date: Fri, 31 Dec 1999 23:59:59 GMT", "Retry-After: Sat, 01 Jan 2000 00:00:00 GMT"],
        b"busy",
    )
    .twice(),
    row(
        "503-past",
        Titled("There"),
        "503 twice, to be asked again at a time that is over, then the page",
    )
    .response(UNAVAILABLE, &["Retry-After: Sun, 06 Nov 1994 08:49:37 GMT"], b"busy")
    .twice(),
    row("503-garbage", Titled("There"), "503 twice with a Retry-After that is none, then the page")
        .response(UNAVAILABLE, &["Retry-After: soon, \"-1\", \u{e9}"], b"busy")
        .twice(),
    row(
        "503-fraction",
        Titled("There"),
        "503 twice, to be asked again after a fraction of a second: after a whole one",
    )
    .response(UNAVAILABLE, &["Retry-After: 0.4"], b"busy")
    .twice(),
    row("503-year", Fails(Status), "503, to be asked again after a year of seconds")
        .says(UNAVAILABLE, &["Retry-After: 31536000"]),
    row("429-next-century", Fails(Status), "429, to be asked again at a date far off")
        .says(TOO_MANY, &["Retry-After: Fri, 01 Jan 2100 00:00:00 GMT"]),
    row(
        "429-seconds-without-end",
        Fails(Status),
        "429, to be asked again after more seconds than 64 bits hold",
    )
    .computed(|visit| {
        let seconds = format!("Retry-After: {}", "9".repeat(100));
        visit.response(TOO_MANY, &[&seconds], b"")
    }),
    row(
        "404-with-retry-after",
        Fails(Status),
        "404 with a Retry-After: a page that is not there is not asked for again",
    )
    .says("404 Not Found", &["Retry-After: 1"]),
    row(
        "redirect-to-busy",
        Titled("There"),
        "a redirect to a page that says 503 twice: the next try begins at the start",
    )
    .computed(|visit| match visit.rest() {
        "page" if visit.is_third() => visit.title("There"),
        "page" => visit.response(UNAVAILABLE, &[], b"busy"),
        _ => visit.redirect("/redirect-to-busy/page"),
    }),
    row("no-http-twice", Titled("There"), "what is no HTTP twice, then the page")
        .raw(b"busy\r\n\r\n")
        .twice(),
    row("cut-twice", Fails(Protocol), "a page that is cut off, which is never asked for again")
        .page("Content-Length: 100\r\n", b"<title>Cut")
        .twice(),
];
