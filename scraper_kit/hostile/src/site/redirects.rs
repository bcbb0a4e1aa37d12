use super::behaviour::{Behaviour, End, Expected::*, row};
use scraper_kit::ErrorKind::{Dns, Redirect};

pub(super) const BEHAVIOURS: &[Behaviour] = &[
    row("redirects-10", Titled("Arrived"), "ten redirects").computed(|visit| match visit.hop() {
        11 => visit.title("Arrived"),
        _ => visit.next_hop(),
    }),
    row("redirects-11", Fails(Redirect), "eleven redirects").computed(|visit| match visit.hop() {
        12 => visit.title("Arrived"),
        _ => visit.next_hop(),
    }),
    row("redirect-loop", Fails(Redirect), "redirects in a circle").computed(|visit| {
        match visit.rest() {
            "back" => visit.redirect("/redirect-loop"),
            _ => visit.redirect("/redirect-loop/back"),
        }
    }),
    row("redirect-to-itself", Fails(Redirect), "redirects to where it is")
        .redirect("/redirect-to-itself"),
    row("redirect-relative", Titled("Relative"), "a relative Location, which is legal").computed(
        |visit| match visit.rest() {
            "there" => visit.title("Relative"),
            _ => visit.redirect("redirect-relative/there"),
        },
    ),
    row("redirect-scheme-relative", Titled("Relative"), "a Location that leaves out the scheme")
        .computed(|visit| {
            let location = format!("//{}/redirect-relative/there", visit.plain);
            visit.redirect(&location)
        }),
    row("redirect-fragment", Titled("Relative"), "a Location with a fragment")
        .redirect("/redirect-relative/there#part"),
    row(
        "redirect-latin-1",
        Titled("Arrived"),
        "a Location with a byte over 0x7f, which real servers send",
    )
    .computed(|visit| match visit.rest() {
        "" => visit.send(
            b"HTTP/1.1 302 Found\r\nLocation: /redirect-latin-1/caf\xe9\r\n\
            Content-Length: 0\r\n\r\n",
        ),
        "caf%E9" => visit.title("Arrived"),
        _ => visit.title("another page"),
    }),
    row("redirect-utf-8", Titled("Arrived"), "a Location in UTF-8 that is not escaped").computed(
        |visit| match visit.rest() {
            "" => visit.redirect("/redirect-utf-8/café"),
            "caf%C3%A9" => visit.title("Arrived"),
            _ => visit.title("another page"),
        },
    ),
    row("redirect-twice", Titled("Relative"), "two Locations; the first counts")
        .says("302 Found", &["Location: /redirect-relative/there", "Location: /other"]),
    row("redirect-and-stall", Titled("Relative"), "a redirect whose body never comes")
        .raw(b"HTTP/1.1 302 Found\r\nLocation: /redirect-relative/there\r\n\r\n")
        .end(End::Stall),
    row("redirect-empty", Fails(Redirect), "an empty Location").redirect(""),
    row("redirect-nowhere", Fails(Redirect), "a redirect without a Location")
        .says("302 Found", &[]),
    row("redirect-to-file", Fails(Redirect), "a redirect to file:").redirect("file:///etc/passwd"),
    row("redirect-to-ftp", Fails(Redirect), "a redirect to ftp:").redirect("ftp://127.0.0.1/"),
    row("redirect-to-javascript", Fails(Redirect), "a redirect to javascript:")
        .redirect("javascript:alert(1)"),
    row("redirect-to-mailto", Fails(Redirect), "a redirect to mailto:")
        .redirect("mailto:me@127.0.0.1"),
    row("redirect-to-data", Fails(Redirect), "a redirect to data:").redirect("data:text/html,page"),
    row("300-with-location", Titled("Choose"), "a choice of pages, which is no redirect").response(
        "300 Multiple Choices",
        &["Location: /", "Content-Type: text/html"],
        b"<title>Choose</title>",
    ),
    row("redirect-to-no-host", Fails(Dns), "a redirect to a name that does not resolve")
        .redirect("http://no-such-host.invalid/"),
];
