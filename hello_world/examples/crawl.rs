//! Work that makes work: when it is finished, what it waits for, and what is wanted only once.
//!
//!     cargo run -p hello_world --example crawl -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     async def visit(url, clicks):
//!         async with hosts[host(url)], pages:               # semaphores, the host's first
//!             links = await fetch(url)
//!         if clicks < CLICKS:
//!             for link in set(links) - seen:
//!                 seen.add(link)
//!                 tasks.create_task(visit(link, clicks + 1))
//!     async with asyncio.TaskGroup() as tasks:              # finished when no task is left
//!         tasks.create_task(visit(start, 0))
//!
//! Or asyncio.Queue, which counts what is not done: `put` adds one, `task_done` takes one away, and
//! and `join` waits until it is zero. Here the count is the number of futures under way.

use std::collections::{HashSet, VecDeque};
use std::pin::pin;
use std::process::ExitCode;

use futures::future::{FutureExt, join_all, select};
use futures::stream::{FuturesUnordered, StreamExt};
use hello_world::lesson::{self, say, seconds, sleep, step};
use tokio::sync::{OnceCell, Semaphore}; // work on any runtime

fn main() -> ExitCode {
    lesson::run(
        "Work that makes work: its end, a queue that feeds itself, what is wanted once",
        [&on_tokio, &on_async_std, &on_smol],
        "it is finished when nothing is to do and nothing is under way.",
    )
}

/// An address: a host and a path.
type Url = &'static str;

/// A web that can be seen whole, with circles in it. Of a real one, such as the scrapers' practice
/// site, a lesson would need an HTTP client, and show less.
fn links(url: Url) -> &'static [Url] {
    match url {
        "a/" => &["a/1", "a/2", "a/3", "b/"],
        "a/1" => &["a/", "a/2"],
        "a/2" => &["a/1", "b/"],
        "b/" => &["a/", "b/1"],
        "b/1" => &["b/2"],
        "b/2" => &["b/3", "b/"],
        _ => &[],
    }
}

async fn fetch(url: Url) -> &'static [Url] {
    sleep(if url == "a/2" { 0.25 } else { 0.1 }).await;
    links(url)
}

/// A worker takes an address from a queue, and puts those that it finds into the same queue.
async fn feeds_itself(
    send: impl AsyncFn(Url),
    mut receive: impl AsyncFnMut() -> Option<Url>,
    end: &str,
) {
    let mut seen = HashSet::from(["a/"]);
    send("a/").await;
    let worker = async {
        while let Some(url) = receive().await {
            for link in fetch(url).await {
                if seen.insert(link) {
                    say(format!("{url}: puts {link}"));
                    send(link).await;
                }
            }
            say(format!("{url}: done"));
        }
    };
    // No error comes: without this limit the lesson would stop here.
    select(pin!(worker), pin!(sleep(2.0))).await;
    say(format!("nothing happens any more: {end}"));
}

const NO_ROOM: &str = "it waits for room, which only it makes";
const NO_END: &str = "it waits for a link, which only it sends";

/// How many pages are fetched at once, and how far from the start.
const AT_ONCE: usize = 2;
const CLICKS: usize = 2;

async fn visit(url: Url, clicks: usize) -> (Url, usize, &'static [Url]) {
    (url, clicks, fetch(url).await)
}

/// One owner has the list, which is no queue, and the set. The bound is on what is under way.
async fn crawl<T: Future<Output = (Url, usize, &'static [Url])>>(spawn: impl Fn(Url, usize) -> T) {
    step(format!(
        "An owner of the list, {AT_ONCE} at once, at most {CLICKS} clicks from the start"
    ));
    let mut seen = HashSet::from(["a/"]);
    let mut to_do = VecDeque::from([("a/", 0)]);
    let mut under_way = FuturesUnordered::new();
    loop {
        while under_way.len() < AT_ONCE
            && let Some((url, clicks)) = to_do.pop_front()
        {
            under_way.push(spawn(url, clicks));
        }
        let Some((url, clicks, links)) = under_way.next().await else { break };
        // Seen when it is found, not when it is fetched: until then it may be found again.
        let new = links.iter().filter(|link| clicks < CLICKS && seen.insert(link));
        to_do.extend(new.map(|link| (*link, clicks + 1)));
        say(format!("{url}: fetched; {} to do, {} under way", to_do.len(), under_way.len()));
    }
    say(format!("finished: {} pages", seen.len()));
}

async fn wanted_once() {
    step("Three pages at once want robots.txt of their host");
    let robots = OnceCell::new(); // a crawler has one for each host, in a map
    let pages = ["a/1", "a/2", "a/3"].map(async |url| {
        let rules = robots.get_or_init(async || {
            say(format!("{url}: fetches robots.txt"));
            sleep(0.1).await;
            "all is allowed"
        });
        let rules = rules.await;
        say(format!("{url}: knows that {rules}"));
    });
    join_all(pages).await;
}

/// Two pages at once, one for each host.
async fn permits(host_first: bool) {
    let (pages, slow, quick) = (Semaphore::new(2), Semaphore::new(1), Semaphore::new(1));
    let visits = ["slow", "slow", "slow", "quick", "quick", "quick"].map(async |host| {
        let (of_host, time) = if host == "slow" { (&slow, 0.4) } else { (&quick, 0.1) };
        let (first, second) = if host_first { (of_host, &pages) } else { (&pages, of_host) };
        let _permits = (first.acquire().await, second.acquire().await);
        let start = seconds();
        sleep(time).await;
        (host, start, seconds())
    });
    for (host, start, end) in join_all(visits).await {
        let column = |time: f64| (time * 20.0).round() as usize;
        let bar = "█".repeat(column(end) - column(start));
        println!("{start:6.2} s  {host:5}  {}{bar}", " ".repeat(column(start)));
    }
}

async fn once_and_permits() {
    wanted_once().await;
    step("The permit for a page first, then the host's");
    permits(false).await;
    step("The host's permit first, then that for a page");
    permits(true).await;
}

// tokio's queue has one receiver; async-channel, which the other two have, any number of them.

#[tokio::main]
async fn on_tokio() {
    step("A queue with room for 2");
    let (sender, mut receiver) = tokio::sync::mpsc::channel(2);
    let send = async |url| sender.send(url).await.expect("there is a receiver");
    feeds_itself(send, async || receiver.recv().await, NO_ROOM).await;

    step("A queue without a bound");
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let send = async |url| sender.send(url).expect("there is a receiver");
    feeds_itself(send, async || receiver.recv().await, NO_END).await;

    let expect = |result: Result<_, _>| result.expect("a visit does not panic");
    crawl(|url, clicks| tokio::spawn(visit(url, clicks)).map(expect)).await;
    once_and_permits().await;
}

fn on_async_std() {
    async_std::task::block_on(async {
        step("A queue with room for 2");
        let (sender, receiver) = async_std::channel::bounded(2);
        let send = async |url| sender.send(url).await.expect("there is a receiver");
        feeds_itself(send, async || receiver.recv().await.ok(), NO_ROOM).await;

        step("A queue without a bound");
        let (sender, receiver) = async_std::channel::unbounded();
        let send = async |url| sender.send(url).await.expect("there is a receiver");
        feeds_itself(send, async || receiver.recv().await.ok(), NO_END).await;

        crawl(|url, clicks| async_std::task::spawn(visit(url, clicks))).await;
        once_and_permits().await;
    });
}

fn on_smol() {
    smol::block_on(async {
        step("A queue with room for 2");
        let (sender, receiver) = smol::channel::bounded(2);
        let send = async |url| sender.send(url).await.expect("there is a receiver");
        feeds_itself(send, async || receiver.recv().await.ok(), NO_ROOM).await;

        step("A queue without a bound");
        let (sender, receiver) = smol::channel::unbounded();
        let send = async |url| sender.send(url).await.expect("there is a receiver");
        feeds_itself(send, async || receiver.recv().await.ok(), NO_END).await;

        crawl(|url, clicks| smol::spawn(visit(url, clicks))).await;
        once_and_permits().await;
    });
}
