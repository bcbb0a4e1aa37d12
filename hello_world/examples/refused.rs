//! What the compiler refuses, cured: each of these runs in a task, which may change threads.
//!
//!     cargo run -p hello_world --example refused -- [tokio|async-std|smol]
//!
//! What the compiler said of each stands in the book, and its cause in hello_world/examples/refused.
//! In Python nothing is refused before it runs, and nothing here has to be said:
//!
//!     select(css)                                    # raises what it likes
//!     await asyncio.gather(*[fetch(url) for url in urls])
//!     files += await count(inner)                    # a coroutine that awaits itself
//!     asyncio.create_task(fetch_and_print(url))      # returns what it likes

use std::fmt;
use std::process::ExitCode;
use std::rc::Rc;

use futures::stream;
use futures::{StreamExt, TryStreamExt};
use hello_world::lesson::{self, say, sleep, step};

fn main() -> ExitCode {
    lesson::run(
        "What the compiler refuses in tasks, in forms that it takes",
        [&on_tokio, &on_async_std, &on_smol],
        "let a task own what it uses, and name the error that it returns.",
    )
}

type Error = Box<dyn std::error::Error + Send + Sync>;

/// An error that holds its text by an `Rc`.
struct SyntaxError(Rc<str>);

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a selector: {}", self.0)
    }
}

fn parse(css: &str) -> Result<String, SyntaxError> {
    if css.contains('[') { Err(SyntaxError(css.into())) } else { Ok(css.to_owned()) }
}

async fn select(css: &str) -> Result<String, Error> {
    let selector = parse(css).map_err(|error| error.to_string())?;
    sleep(0.1).await;
    Ok(selector)
}

async fn fetch(url: &str) -> Result<usize, Error> {
    sleep(0.1).await;
    Ok(url.len())
}

async fn each_owns_its_url(urls: Vec<String>) -> Result<usize, Error> {
    let requests = stream::iter(urls).map(|url| async move { fetch(&url).await });
    requests.buffer_unordered(10).try_fold(0, async |pages, _| Ok(pages + 1)).await
}

async fn made_before(urls: Vec<String>) -> Result<usize, Error> {
    let requests: Vec<_> = urls.iter().map(|url| fetch(url)).collect();
    stream::iter(requests).buffer_unordered(10).try_fold(0, async |pages, _| Ok(pages + 1)).await
}

struct Folder {
    files: usize,
    folders: Vec<Folder>,
}

async fn count(folder: &Folder) -> usize {
    sleep(0.1).await; // it is read from a disk
    let mut files = folder.files;
    for inner in &folder.folders {
        files += Box::pin(count(inner)).await;
    }
    files
}

async fn count_in_a_loop(folder: &Folder) -> usize {
    let (mut files, mut to_do) = (0, vec![folder]);
    while let Some(folder) = to_do.pop() {
        sleep(0.1).await;
        files += folder.files;
        to_do.extend(&folder.folders);
    }
    files
}

async fn cured() -> Result<(), Error> {
    step("Three at once, and no closure that takes a reference");
    let urls: Vec<String> = ["/coffee", "/eggs", "/toast"].map(str::to_owned).into();
    say(format!("each owns its URL: {} pages", each_owns_its_url(urls.clone()).await?));
    say(format!("made before: {} pages", made_before(urls).await?));

    step("Three folders, one in another");
    let folder = |files, folders| Folder { files, folders };
    let home = folder(1, vec![folder(2, vec![folder(3, vec![])])]);
    say(format!("recursion, boxed: {} files", count(&home).await));
    say(format!("a loop: {} files", count_in_a_loop(&home).await));

    step("An error that may change threads");
    let selector = select("a[href").await?;
    say(format!("selected: {selector}")); // not reached
    Ok(())
}

fn tell(result: Result<(), Error>) {
    say(format!("the task gives {result:?}"));
}

#[tokio::main]
async fn on_tokio() {
    let task = tokio::spawn(async {
        cured().await?;
        Ok::<(), Error>(())
    });
    tell(task.await.expect("it does not panic"));
}

fn on_async_std() {
    let task = async_std::task::spawn(async {
        cured().await?;
        Ok::<(), Error>(())
    });
    tell(async_std::task::block_on(task));
}

fn on_smol() {
    let task = smol::spawn(async {
        cured().await?;
        Ok::<(), Error>(())
    });
    tell(smol::block_on(task));
}
