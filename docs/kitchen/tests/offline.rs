//! A program that uses an HTTP client, tested without a network: the server's address is an argument, and
//! the test is the server. In Python that is aiohttp.test_utils.TestServer.
//!
//!     cargo test -p kitchen --test offline

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use async_compat::Compat;
use reqwest::{Client, StatusCode};

/// The program.
async fn soup(client: &Client, site: &str) -> reqwest::Result<String> {
    let response = client.get(format!("{site}/soup")).send().await?;
    response.error_for_status()?.text().await
}

/// Gives one request this answer, on a thread and on no runtime. Returns its address, and what it is asked.
fn answer(response: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let site = format!("http://{}", listener.local_addr().unwrap());
    let asked = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let lines = BufReader::new(&stream).lines().map(Result::unwrap);
        let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
        write!(stream, "HTTP/1.1 {response}").unwrap();
        head[0].clone()
    });
    (site, asked)
}

async fn the_soup_is_read_and_a_404_is_an_error() {
    let client = Client::builder().timeout(Duration::from_secs(600)).no_proxy().build().unwrap();
    let (site, asked) = answer("200 OK\r\nContent-Length: 4\r\n\r\nleek");
    assert_eq!(soup(&client, &site).await.unwrap(), "leek");
    assert_eq!(asked.join().unwrap(), "GET /soup HTTP/1.1");

    let (site, _) = answer("404 Not Found\r\nContent-Length: 0\r\n\r\n");
    let error = soup(&client, &site).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::NOT_FOUND));
}

#[tokio::test]
async fn on_tokio() {
    the_soup_is_read_and_a_404_is_an_error().await;
}

#[async_std::test]
async fn on_async_std() {
    Compat::new(the_soup_is_read_and_a_404_is_an_error()).await;
}

#[test]
fn on_smol() {
    smol::block_on(Compat::new(the_soup_is_read_and_a_404_is_an_error()));
}
