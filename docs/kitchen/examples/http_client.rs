//! What aiohttp's client does every day, with reqwest: the book's table has its calls from here.
//!
//!     cargo run -p kitchen --example http_client
//!
//! The server is our own, and answers with the request that it got. A call that Python makes with
//! keyword arguments is a chain of methods here, and `send` at its end gives the future.

use std::error::Error;
use std::iter::successors;
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use futures::TryStreamExt;
use reqwest::{Client, Proxy};
use serde_json::{Value, json};
use tokio::net::TcpListener;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    tokio::spawn(async { axum::serve(listener, Router::new().fallback(echo)).await });

    let client = Client::builder().timeout(Duration::from_secs(5)).no_proxy().build()?;
    println!("a query    {}", query(&client, &url).await?);
    println!("a header   {}", header(&client, &url).await?);
    println!("JSON       {}", json_both_ways(&client, &url).await?);
    println!("a form     {}", form(&client, &url).await?);
    println!("a stream   {} bytes", stream(&client, &url).await?);
    println!("a cookie   {}", cookie(&client, &url).await?);
    println!("a proxy    {}", proxy(&url).await?);
    let refused = client.get("http://127.0.0.1:1/").send().await;
    println!("an error   {}", refused.map_or_else(|error| with_sources(&error), |_| String::new()));
    Ok(())
}

async fn query(client: &Client, url: &str) -> Result<String> {
    let response = client.get(url).query(&[("dish", "ham & eggs")]).send().await?;
    let response = response.error_for_status()?; // a 404 is no error until one asks
    Ok(response.text().await?)
}

async fn header(client: &Client, url: &str) -> Result<String> {
    let request = client.get(url).header("x-table", "7").timeout(Duration::from_secs(1));
    Ok(request.send().await?.text().await?)
}

async fn json_both_ways(client: &Client, url: &str) -> Result<Value> {
    let response = client.post(url).json(&json!({ "dish": "eggs" })).send().await?;
    Ok(response.json().await?) // or into any type that serde reads
}

async fn form(client: &Client, url: &str) -> Result<String> {
    Ok(client.post(url).form(&[("dish", "eggs")]).send().await?.text().await?)
}

async fn stream(client: &Client, url: &str) -> Result<usize> {
    let mut chunks = client.get(url).send().await?.bytes_stream();
    let mut bytes = 0;
    while let Some(chunk) = chunks.try_next().await? {
        bytes += chunk.len();
    }
    Ok(bytes)
}

async fn cookie(client: &Client, url: &str) -> Result<String> {
    Ok(client.get(url).header("cookie", "table=7").send().await?.text().await?)
}

/// The proxy is the same server: of a proxy one asks for the whole URL.
async fn proxy(url: &str) -> Result<String> {
    let client = Client::builder().proxy(Proxy::all(url)?).build()?;
    Ok(client.get("http://kitchen.example/").send().await?.text().await?)
}

// ANCHOR: sources
/// An error says what failed, and its sources why.
fn with_sources(error: &dyn Error) -> String {
    let sources = successors(error.source(), |&error| error.source());
    sources.fold(error.to_string(), |text, error| format!("{text}\n  because  {error}"))
}
// ANCHOR_END: sources

/// The request in a line, or its body if that is JSON.
async fn echo(request: Request) -> String {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1024).await.unwrap_or_default();
    let body = String::from_utf8_lossy(&body);
    if head.headers.get("content-type").is_some_and(|kind| kind == "application/json") {
        return body.into_owned();
    }
    let (method, uri) = (head.method.to_string(), head.uri.to_string());
    let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
    let header = |name| header(name).unwrap_or_default().to_owned();
    let mut parts = vec![method, uri, header("x-table"), header("cookie"), body.into_owned()];
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}
