//! Builds the book with mdBook as a library, and serves it.

mod align;
mod claims;
mod code_block;
mod diff;
mod excerpt;
pub mod exercises;
mod expand;
mod fault;
mod generated;
mod links;
mod reading;
pub mod server;
mod side_by_side;
mod warnings;

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use mdbook_driver::MDBook;
use mdbook_driver::book::BookItem;
use mdbook_driver::config::Config;

use excerpt::name_of;

/// How to serve.
#[derive(clap::Args)]
pub struct ServeArgs {
    /// Serve at this port [default: 3000, or the next that is free]
    #[arg(long, value_name = "N")]
    port: Option<u16>,

    /// Open the book in your browser
    #[arg(long)]
    open: bool,

    #[command(flatten)]
    build: BuildArgs,
}

/// How to build.
#[derive(clap::Args)]
pub struct BuildArgs {
    /// Write the built book to this folder [default: target/book]
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,

    /// The folder of the book's sources, with book.toml [default: docs]
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
}

/// Where the program was compiled: it finds the book from any working directory.
const DOCS: &str = env!("CARGO_MANIFEST_DIR");

/// Builds the book, and serves it until Ctrl-C.
#[tokio::main(flavor = "current_thread")]
pub async fn serve(args: ServeArgs) -> Result<(), Box<dyn Error>> {
    let listener = server::listen(args.port).await?; // or say at once that it cannot be had
    let folder = build_to(&args.build)?;
    let address = format!("http://{}/", listener.local_addr()?);
    say(&format!("The book is at {address} (Ctrl-C ends it)"));
    if args.open
        && let Err(error) = opener::open_browser(&address)
    {
        eprintln!("docs: cannot open a browser: {error}"); // the reader can
    }
    Ok(server::serve(listener, folder).await?)
}

/// Builds the book.
pub fn build(args: BuildArgs) -> Result<(), Box<dyn Error>> {
    let folder = build_to(&args)?;
    say(&format!("The book is in {}", folder.display()));
    Ok(())
}

/// As println!, which panics when the pipe is closed.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

fn build_to(args: &BuildArgs) -> Result<PathBuf, Box<dyn Error>> {
    let from = args.from.clone().unwrap_or_else(|| PathBuf::from(DOCS));
    let to = match &args.to {
        Some(to) => std::path::absolute(to)?,
        None => Path::new(DOCS).parent().expect("the workspace is above").join("target/book"),
    };
    if args.to.is_some() {
        may_be_replaced(&to)?;
    }

    let settings = from.join("book.toml");
    let mut config = Config::from_disk(&settings).map_err(|e| one_line(&settings, &e))?;
    // As mdBook's own program: what only the one who publishes it knows, such as its address.
    config.update_from_env().map_err(|e| one_line(&settings, &e))?;
    config.build.build_dir = to.clone();
    config.build.create_missing = false; // a chapter that is not there is a mistake
    // Ours does what mdBook's own does, and fails where that one only writes to a log.
    config.build.use_default_preprocessors = false;
    let source = from.join(&config.book.src);
    links::check_summary(&source.join("SUMMARY.md"))?;
    let mut book = MDBook::load_with_config(&from, config).map_err(|e| one_line(&from, &e))?;
    let mut chapters = Vec::new();
    let mut result = Ok(());
    book.book.for_each_mut(|item| {
        if let BookItem::Chapter(chapter) = item
            && let Some(path) = &chapter.path
            && result.is_ok()
        {
            match expand::chapter(&source.join(path)) {
                Ok(expanded) => {
                    chapter.content = expanded.markdown;
                    chapters.push((path.with_extension("html"), expanded.files));
                }
                Err(fault) => result = Err(fault),
            }
        }
    });
    result?;
    let (built, warnings) = warnings::collect(|| book.build());
    built.map_err(|e| one_line(&from, &e))?;
    if let Some(warning) = warnings.first() {
        return Err(format!("{}: {}", name_of(&source), warning.replace('\n', " ")).into());
    }
    links::check(&to, &chapters)?;
    Ok(to)
}

/// mdBook empties the folder that it builds to: never one of yours that holds anything but a book.
fn may_be_replaced(folder: &Path) -> Result<(), Box<dyn Error>> {
    let Ok(mut entries) = fs::read_dir(folder) else { return Ok(()) }; // new, or mdBook will say
    if entries.next().is_some() && !folder.join("toc.html").exists() {
        return Err(format!("{}: not empty, and not a built book", name_of(folder)).into());
    }
    Ok(())
}

/// mdBook's error and what caused it, in one line.
fn one_line(what: &Path, error: &mdbook_driver::errors::Error) -> String {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    format!("{}: {}", name_of(what), causes.join(": ").replace('\n', " "))
}
