//! The scraper as an article on asyncio has it: all pages at once, and all of them or none.
//!
//!     cargo run -p scraper_tokio --example article_tokio     or with async_std, or with smol

use std::io::{Write, stdout};

use anyhow::{Result, anyhow};
use futures::future::try_join_all;
use scraper_kit::practice_site;

// ANCHOR: fetch_page
use futures::AsyncReadExt;
use scraper_smol::client::Session;

async fn fetch_page(session: &Session, url: &str) -> Result<String> {
    let (_head, mut body) = session.get(&url.parse()?).await?;
    let mut page = String::new();
    body.read_to_string(&mut page).await?;
    Ok(page)
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
fn main() -> Result<()> {
    let session = Session::new("article", 100).uncompressed();
    smol::block_on(scrape(session))
}
// ANCHOR_END: main
