//! A concurrent web scraper, the same program on three runtimes:
//!
//!     cargo run -p scraper_tokio         tokio and reqwest
//!     cargo run -p scraper_async_std     async-std and surf
//!     cargo run -p scraper_smol          smol, and reqwest through async-compat
//!
//! Outside the three marked regions (imports, runtime, client), their main.rs are the same, byte
//! for byte. Whatever differs is the runtime and its client.

use std::future::Future;
use std::io;
use std::process::ExitCode;

use futures::{AsyncBufRead, StreamExt};
use scraper_kit::{ACCEPT_ENCODING, ErrorKind, FetchError, MAX_REDIRECTS, catch_panic};
use scraper_kit::{Head, Job, Page, PageBody, Report, Run, SaveFile, Target};

// ANCHOR: imports
mod isahc_backend;

use async_std::fs;
use async_std::future::timeout;
use async_std::io::WriteExt;
use async_std::task::{self, block_on};
use futures::FutureExt;
use isahc::config::{Configurable, RedirectPolicy};
use isahc_backend::{Answer, IsahcBackend};
// ANCHOR_END: imports

fn main() -> ExitCode {
    let (run, mut report) = scraper_kit::start(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    let result = block_on(scrape(run, &mut report));
    report.finish(result)
}

/// Keeps pages in flight, `--concurrency` at most, and reports each as soon as it is done.
async fn scrape(run: Run, report: &mut Report) -> Result<(), FetchError> {
    let Run {
        job,
        targets,
        interrupted,
        stopped,
    } = run;
    let session = open_session(&job)?; // aiohttp.ClientSession: one for all requests

    // asyncio.gather with a bound. The stream is lazy: a target is read, and its task spawned, when
    // there is room for it, so a list of a million URLs takes no more memory than one of a hundred.
    let mut pages = targets
        .map(|target| spawn(fetch_page(session.clone(), job.clone(), target)))
        .buffer_unordered(job.concurrency)
        .take_until(interrupted);
    while let Some(page) = pages.next().await {
        if report.add(page).await.is_err() {
            break; // nobody reads our output any more
        }
    }

    // Where Python's `async with` would end: the handles go, and with them the tasks still running.
    // To cancel is only to ask, so wait until each has let go of its sockets and its file.
    drop(pages);
    drop(job);
    stopped.wait().await;
    Ok(())
}

/// One page, from its request to its outcome. Whatever goes wrong stays here: a failure, a page
/// that takes too long, even a panic in a library is this page's outcome and no other's.
async fn fetch_page(session: Session, job: Job, target: Target) -> Page {
    let mut page = Page::start(&job, &target);
    let reading = read_page(&session, &job, &target, &mut page);
    let result = match catch_panic(timeout(job.timeout, reading)).await {
        Ok(Ok(result)) => result,
        Ok(Err(_elapsed)) => Err(FetchError::timeout(job.timeout)),
        Err(panic) => Err(FetchError::internal(&*panic)),
    };
    page.finish(&job, result)
}

/// Requests the page and reads it chunk by chunk; it is never in memory whole.
async fn read_page(
    session: &Session,
    job: &Job,
    target: &Target,
    page: &mut Page,
) -> Result<(), FetchError> {
    let (head, body) = get(session, target).await?;
    let mut body = page.receive(job, head, body).await?;
    match job.file_for(target) {
        Some(file) => save(body, file).await?,
        None => while body.next_chunk().await?.is_some() {},
    }
    Ok(())
}

/// Streams the page into a file, which gets its name when it is whole.
async fn save(mut body: PageBody<'_>, file: SaveFile) -> io::Result<()> {
    let mut part = fs::File::create(file.part()).await?;
    while let Some(chunk) = body.next_chunk().await? {
        part.write_all(chunk).await?;
    }
    part.flush().await?;
    fs::rename(file.part(), file.path()).await?;
    body.saved_as(file.path());
    Ok(())
}

// ANCHOR: runtime
/// Like asyncio.create_task. An async-std task whose handle is dropped is detached and runs on, and
/// its `cancel` has to be awaited, which Drop cannot do; a RemoteHandle that is dropped cancels.
fn spawn(page: impl Future<Output = Page> + Send + 'static) -> impl Future<Output = Page> {
    let (page, handle) = page.remote_handle();
    task::spawn(page);
    handle
}
// ANCHOR_END: runtime

// ANCHOR: client
type Session = surf::Client;

/// Like aiohttp.ClientSession: a pool of connections, shared by all its clones.
fn open_session(job: &Job) -> Result<Session, FetchError> {
    let client = isahc::HttpClient::builder()
        .default_header("user-agent", &job.user_agent)
        .default_header("accept-encoding", ACCEPT_ENCODING)
        .automatic_decompression(false)
        .redirect_policy(RedirectPolicy::Limit(MAX_REDIRECTS as u32))
        .proxy(None) // aiohttp ignores the environment's proxies, too
        .timeout(job.timeout + isahc_backend::GRACE)
        .build();
    let client = client.map_err(|error| explain(error.into()))?;
    Ok(surf::Client::with_http_client(IsahcBackend::new(client)))
}

/// Like session.get: returns when the head of the response is there; its body has yet to come.
async fn get(
    session: &Session,
    target: &Target,
) -> Result<(Head, impl AsyncBufRead + Send + use<>), FetchError> {
    let mut response = session.get(target.url.clone()?).await.map_err(explain)?;
    let answer = response
        .ext::<Answer>()
        .expect("our backend adds it to every response");
    let head = Head::new(answer.status, &answer.url, |name| {
        response
            .header(name)
            .into_iter()
            .flatten()
            .map(|value| value.as_str().as_bytes())
    });
    Ok((head, response.take_body()))
}

/// What an error of surf's backend means.
fn explain(error: surf::Error) -> FetchError {
    let Some(error) = error.downcast_ref::<isahc::Error>() else {
        return FetchError::new(ErrorKind::Protocol, error);
    };
    let kind = match error.kind() {
        _ if error.is_tls() => ErrorKind::Tls,
        isahc::error::ErrorKind::NameResolution => ErrorKind::Dns,
        isahc::error::ErrorKind::ConnectionFailed => ErrorKind::Connect,
        isahc::error::ErrorKind::TooManyRedirects => ErrorKind::Redirect,
        isahc::error::ErrorKind::Timeout => ErrorKind::Timeout,
        _ => ErrorKind::Protocol,
    };
    eprintln!("{error:?} {error}");
    FetchError::caused_by(kind, error)
}
// ANCHOR_END: client
