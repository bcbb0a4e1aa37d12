//! A concurrent web scraper, the same program on three runtimes:
//!
//!     cargo run -p scraper_tokio         tokio and reqwest
//!     cargo run -p scraper_async_std     async-std and surf, over its own sockets
//!     cargo run -p scraper_smol          smol, over its own sockets
//!
//! Outside the two marked regions, the three main.rs are the same, byte for byte: what differs is
//! the runtime, and in client.rs its HTTP client.

mod client;

use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use futures::{FutureExt, StreamExt};
use scraper_kit::{FetchError, Options, Page, PageBody, Report, Run, SaveFile, Target};
use scraper_kit::{catch_panic, within};

use client::{Session, get, open_session};

// ANCHOR: imports
use smol::io::AsyncWriteExt;
use smol::{Executor, Timer, fs};
use std::time::Duration;
// ANCHOR_END: imports

fn main() -> ExitCode {
    let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    let (run, mut report) = scraper_kit::start(name, version, sleep);
    let result = block_on(scrape(run, &mut report));
    report.finish(result)
}

/// Keeps pages in flight, `--concurrency` at most, and reports each as soon as it is done.
async fn scrape(run: Run, report: &mut Report) -> Result<(), FetchError> {
    let Run { options, targets, interrupted, stopped } = run;
    let session = open_session(&options)?; // aiohttp.ClientSession: one for all requests

    // asyncio.as_completed with a bound. The stream is lazy: a target comes when it has its permits, as
    // from an asyncio.Semaphore for all pages and one for each host's, and then its task is spawned. So
    // a million URLs take no more memory than some thousands. Each page is a task, for a future would
    // stand still while we report; and a task owns what it works with, for it may outlive us.
    let mut pages = targets
        .map(|target| spawn(fetch_page(session.clone(), Arc::clone(&options), target)))
        .buffer_unordered(options.under_way) // those in flight, and those that wait for another try
        .take_until(interrupted);
    while let Some(page) = pages.next().await {
        if report.add(page).await.is_err() {
            break; // our output has no reader any more
        }
    }

    // Where `async with` ends, if we leave early: dropping the tasks' handles cancels them. No
    // CancelledError is raised in them; each is dropped at its await, and all it owns is released.
    // That is a request, so wait: each target has a guard, and its page keeps it; `stopped` completes
    // when the last guard is gone.
    drop(pages);
    stopped.wait().await;
    Ok(())
}

/// One page, from its first request to its outcome. Whatever goes wrong stays here: a failure, a page that
/// takes too long, even a panic in a library is this page's outcome and no other's.
async fn fetch_page(session: Session, options: Arc<Options>, target: Target) -> Page {
    let limit = options.timeout;
    let mut page = Page::start(options, target);
    let result = match catch_panic(within(limit, timeout, keep_trying(&session, &mut page))).await {
        Ok(Ok(result)) => result, // complete, or failed
        Ok(Err(_elapsed)) => Err(FetchError::timeout(limit)),
        Err(panic) => Err(panic),
    };
    page.finish(result)
}

/// Tries until the page is there, or until it is no use. A future runs only once, so each try is a
/// new one; the limit is for all of them together, and for the time between.
async fn keep_trying(session: &Session, page: &mut Page) -> Result<(), FetchError> {
    loop {
        let result = read_page(session, page).boxed().await; // on the heap, to be gone before the wait
        match page.next_try(&result) {
            Some(wait) => sleep(wait).await, // without a permit, which others take
            None => return result,
        }
    }
}

/// Requests the page, reads it chunk by chunk, and searches what was kept of it: its text, up to a bound.
async fn read_page(session: &Session, page: &mut Page) -> Result<(), FetchError> {
    let (head, body) = loop {
        let url = page.next_url().await?; // waits for a permit; an invalid URL fails here
        let (head, body) = get(session, &url).await?;
        if !page.follow_redirect(&head, &url)? {
            break (head, body);
        }
    };
    let file = page.file(); // with --save
    let body = page.receive(head, body).await?;
    match file {
        Some(file) => save(body, file).await.map_err(FetchError::saving)?,
        None => body.read_to_end().await?, // it counts and keeps text by itself
    }
    // With --select: work for the processor, by a parser that is not Send. It would keep all other
    // tasks waiting, and none may hold it across an await; a thread for such work begins and ends it.
    while let Some(search) = page.search().await {
        page.found(to_thread(|| search.run()).await);
    }
    Ok(())
}

/// Streams the page into a file, which gets its name when it is whole.
async fn save(mut body: PageBody<'_>, file: SaveFile) -> io::Result<()> {
    let mut part = file.create(fs::File::create, sleep).await?;
    while let Some(chunk) = body.next_chunk().await? {
        part.write_all(chunk).await?;
    }
    part.flush().await?; // the last write may still be under way
    fs::rename(file.part(), file.path()).await?;
    body.saved_as(file.path());
    Ok(())
}

// ANCHOR: runtime
/// What asyncio calls the event loop, less the
/// waiting: it holds the tasks, and runs them
/// on the thread that calls `run`.
static EXECUTOR: Executor<'static> = Executor::new();

/// Like asyncio.run. One thread runs all tasks,
/// as in Python: a scraper waits more than it
/// works.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    smol::block_on(EXECUTOR.run(future))
}

/// Like asyncio.create_task. A smol task whose
/// handle is dropped is cancelled, as we wish.
/// `Send + 'static`: in general a task may move
/// to another thread, and outlive its caller.
fn spawn(page: impl Future<Output = Page> + Send + 'static) -> impl Future<Output = Page> {
    EXECUTOR.spawn(page)
}

/// Like asyncio.to_thread.
async fn to_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    smol::unblock(work).await
}

/// Like asyncio.sleep.
async fn sleep(time: Duration) {
    Timer::after(time).await;
}

/// Like asyncio.timeout. smol brings timers: a
/// race against one is a timeout, and the loser
/// is dropped.
async fn timeout<T>(limit: Duration, future: impl Future<Output = T>) -> Result<T, ()> {
    let elapsed = async {
        sleep(limit).await;
        Err(())
    };
    smol::future::or(async { Ok(future.await) }, elapsed).await
}
// ANCHOR_END: runtime
