use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::version::{TLS12, TLS13};
use socket2::SockRef;

use super::behaviour::{Behaviour, End, Endpoint::InsteadOfTls, Expected::*, row};
use crate::tls::TestCa;
use scraper_kit::ErrorKind::{Connect, Protocol, Tls};

const HOST: &str = "127.0.0.1";

pub(super) const BEHAVIOURS: &[Behaviour] = &[
    row(
        "tls-good",
        Titled("TLS"),
        "a certificate of the site's own authority, trusted in the tests only",
    )
    .trusted_tls(good),
    row("tls-self-signed", Fails(Tls), "a certificate that vouches for itself")
        .tls(|_| TestCa::self_signed_config(HOST)),
    row("tls-expired", Fails(Tls), "a certificate that has expired")
        .tls(|ca| ca.expired_config(HOST)),
    row("tls-wrong-host", Fails(Tls), "a certificate for another host")
        .tls(|ca| ca.server_config("example.com")),
    row("tls-unknown-root", Fails(Tls), "a certificate of an authority that nobody knows")
        .tls(|_| TestCa::new().server_config(HOST)),
    row(
        "tls-client-certificate",
        Fails(Tls),
        "wants a certificate of the client, in TLS 1.3, which says so after the handshake",
    )
    .trusted_tls(|ca| ca.demanding_config(HOST, &TLS13)),
    row("tls-1.2-client-certificate", Fails(Tls), "wants a certificate of the client, in TLS 1.2")
        .trusted_tls(|ca| ca.demanding_config(HOST, &TLS12)),
    row(
        "tls-no-close-notify",
        Titled("TLS"),
        "a whole page, then the connection ends without a goodbye",
    )
    .trusted_tls(good)
    .end(End::NoGoodbye),
    row(
        "tls-no-close-notify-short",
        Fails(Protocol),
        "ends without a goodbye before Content-Length is reached",
    )
    .trusted_tls(good)
    .page("Content-Length: 18\r\n", b"<title>TLS</title")
    .end(End::NoGoodbye),
    row(
        "tls-no-close-notify-until-close",
        Fails(Protocol),
        "a page without a length, and no goodbye: it may be cut off",
    )
    .trusted_tls(good)
    .page("Connection: close\r\n", b"<title>TLS</title>")
    .end(End::NoGoodbye),
    row("tls-closed", Fails(Connect), "closes instead of shaking hands: no connection")
        .at(InsteadOfTls(read_hello))
        .asked_in("https"),
    row("tls-reset", Fails(Connect), "resets instead of shaking hands: no connection")
        .at(InsteadOfTls(|socket| {
            SockRef::from(&*socket).set_linger(Some(Duration::ZERO))?;
            read_hello(socket)
        }))
        .asked_in("https"),
    row("tls-1.0", Fails(Tls), "nothing newer than TLS 1.0")
        .at(InsteadOfTls(speak_old_tls))
        .asked_in("https"),
    row("tls-to-http", Fails(Tls), "https to a port that speaks plain HTTP").asked_in("https"),
    row("http-to-tls", Fails(Protocol), "http to a port that speaks TLS")
        .tls(good)
        .asked_in("http"),
    row(
        "tls-to-http-redirect",
        Titled("Relative"),
        "a redirect from https to http, which is legal",
    )
    .trusted_tls(good)
    .computed(|visit| {
        let location = format!("http://{}/redirect-relative/there", visit.plain);
        visit.redirect(&location)
    }),
];

fn good(ca: &TestCa) -> ServerConfig {
    ca.server_config(HOST)
}

fn read_hello(socket: &mut TcpStream) -> io::Result<()> {
    socket.read(&mut [0; 4096]).map(drop)
}

/// Answers a ClientHello as a server from 1999 would: with a ServerHello of TLS 1.0.
fn speak_old_tls(socket: &mut TcpStream) -> io::Result<()> {
    read_hello(socket)?;
    let mut hello = vec![0x03, 0x01]; // TLS 1.0
    hello.extend([7; 32]); // random
    hello.extend([0, 0x00, 0x2f, 0]); // no session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression
    let mut message = vec![2, 0, 0, hello.len() as u8]; // ServerHello
    message.extend(hello);
    let mut record = vec![22, 0x03, 0x01, 0, message.len() as u8]; // handshake
    record.extend(message);
    socket.write_all(&record)?;
    io::copy(socket, &mut io::sink()).map(drop)
}
