//! The scraper as an article on asyncio has it: all pages at once, and all of them or none.
//!
//!     cargo run -p scraper_tokio --example article_tokio     or with async_std, or with smol

use std::io::{Write, stdout};

use anyhow::{Result, anyhow};
use futures::future::try_join_all;
use scraper_kit::practice_site;

// ANCHOR: fetch_page
use scraper_async_std::client::Backend;
use scraper_http::Client;
use surf::{Client as Session, Url};

async fn fetch_page(session: &Session, url: &str) -> Result<String> {
    let page = session.get(Url::parse(url)?).recv_string().await;
    page.map_err(surf::Error::into_inner)
}
// ANCHOR_END: fetch_page

async fn scrape(session: Session) -> Result<()> {
    let urls = practice_site::arguments_or_pages()?;
    let tasks = urls.iter().map(async |url| {
        fetch_page(&session, url).await.map_err(|error| anyhow!("{url}: {}", error.root_cause()))
    });
    let pages = try_join_all(tasks).await?; // asyncio.gather
    for page in pages {
        writeln!(stdout(), "{}", page.chars().count())?; // len(page); page.len() counts bytes
    }
    Ok(())
}

// ANCHOR: main
#[async_std::main]
async fn main() -> Result<()> {
    let client = Client::new("article", 100).uncompressed();
    scrape(Session::with_http_client(Backend(client))).await
}
// ANCHOR_END: main
