//! The book builds, serves, and says what is wrong with it.
//!
//!     cargo test -p docs --test truth

mod common;

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use common::PATIENCE;
use docs::measure::results::Measurements;
use tempfile::TempDir;
use testing::{Finished, command};

fn docs(args: &[&str]) -> Command {
    let mut command = command(env!("CARGO_BIN_EXE_docs"));
    command.args(args);
    command
}

fn run(args: &[&str]) -> Finished {
    Finished::run(&mut docs(args))
}

/// The one line that tells what went wrong.
fn error(run: &Finished) -> String {
    let stderr = &run.stderr;
    assert_eq!(run.code, Some(1), "{stderr}");
    let line = stderr.strip_prefix("docs: ").and_then(|line| line.strip_suffix('\n'));
    let line = line.unwrap_or_else(|| panic!("not one line: {stderr}"));
    assert!(!line.contains('\n'), "{stderr}");
    line.to_owned()
}

/// A path as errors name it.
fn named(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

#[test]
fn the_book_builds_from_any_folder() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("book");
    let build = || Finished::run(docs(&["build", "--to", "book"]).current_dir(folder.path()));
    let first = build();
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let mut pages: Vec<PathBuf> = fs::read_dir(&to).unwrap().map(|it| it.unwrap().path()).collect();
    pages.retain(|it| it.extension().is_some_and(|it| it == "html") && !it.ends_with("toc.html"));
    assert!(pages.len() > 12, "{pages:?}");
    for page in pages {
        let html = fs::read_to_string(&page).unwrap();
        assert!(!html.contains("ANCHOR"), "{}: the marks of regions are not shown", page.display());
        assert!(!html.contains("{{#"), "{}: everything is filled in", page.display());
    }
    assert_eq!(build().code, Some(0), "a built book is replaced");
}

/// As .github/workflows/book.yml has it.
#[test]
fn a_published_book_links_its_sources_and_has_a_page_for_what_is_not_found() {
    let workflow = concat!(env!("CARGO_MANIFEST_DIR"), "/../.github/workflows/book.yml");
    let workflow = fs::read_to_string(workflow).unwrap();
    let workflow = workflow.replace("${{ github.event.repository.name }}", "site");
    let workflow = workflow.replace("${{ github.repository }}", "someone/site");
    let settings = workflow.lines().filter_map(|line| line.trim().split_once(": "));
    let settings = settings.filter(|(name, _)| name.starts_with("MDBOOK_"));
    let folder = tempfile::tempdir().unwrap();
    let build = Finished::run(docs(&["build", "--to"]).arg(folder.path()).envs(settings));
    assert_eq!(build.code, Some(0), "{}", build.stderr);
    let read = |name| fs::read_to_string(folder.path().join(name)).unwrap();
    let source = "href=\"https://github.com/someone/site/edit/main/docs/src/tasks.md\"";
    assert!(read("tasks.html").contains(source), "the page's source is linked");
    assert!(read("tasks.html").contains("href=\"https://github.com/someone/site\""));
    let not_found = read("404.html");
    assert!(not_found.contains("<base href=\"/site/\">"), "its links hold at any address");
    assert!(not_found.contains("<a href=\"start.html\">It begins here</a>"), "{not_found}");
}

/// A claim that the record contradicts is an error of the build: see program/book/claims.rs.
#[test]
fn what_is_said_in_short_stands_on_figures() {
    let chapter = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/measurements.md");
    let text = fs::read_to_string(chapter).unwrap().replace("\r\n", "\n");
    let (_, short) = text.split_once("\n## In short\n").unwrap();
    let (short, _) = short.split_once("\n## ").unwrap();
    let sentences: Vec<_> = short.split("\n- ").skip(1).collect();
    assert!(sentences.len() >= 3, "{short}");
    for sentence in sentences {
        assert!(sentence.contains("\n  {{#claim "), "no figure: {sentence}");
    }
    // Ratios to Python are those of one Python.
    let python = &recorded().versions["Python"];
    let (version, _) = python.rsplit_once('.').expect("such as Python 3.14.2");
    assert!(short.contains(version), "which Python it was: {python}");
}

/// The run that the book's figures are made from.
fn recorded() -> Measurements {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("measurements/recorded.json");
    Measurements::read(&path).unwrap()
}

/// As "tokio and smol cannot be told apart" was, which once stood on spreads that overlap. What a claim
/// needs of the record is tested beside program/book/claims.rs.
#[test]
fn a_sentence_that_the_record_does_not_carry_is_a_mistake() {
    let book = book_with_a_record();
    let claim = "{{#claim scraping-cpu: aiohttp = tokio (hyper)}}";
    fs::write(book.path().join("src/one.md"), format!("# One\n\n{claim}\n")).unwrap();
    let line = error(&build(&book));
    assert!(line.contains("one.md:3: the record does not carry \"scraping-cpu: "), "{line}");
}

#[test]
fn a_folder_that_is_no_book_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let precious = folder.path().join("precious.txt");
    fs::write(&precious, "mine").unwrap();
    let to = folder.path().to_str().unwrap();
    let line = error(&run(&["build", "--to", to]));
    assert_eq!(line, format!("{}: not empty, and not a built book", named(folder.path())));
    assert_eq!(fs::read_to_string(precious).unwrap(), "mine");
}

/// A folder that holds these files.
fn book(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    folder
}

/// Builds the book of this folder into its `built`.
fn build(book: &TempDir) -> Finished {
    let (from, to) = (book.path().to_str().unwrap(), book.path().join("built"));
    run(&["build", "--from", from, "--to", to.to_str().unwrap()])
}

/// Builds a book whose only chapter is this; returns what is wrong with it, from `chapter.md` on.
fn fault(chapter: &str) -> String {
    let parts = "// ANCHOR: one\nfn one() {}\n// ANCHOR_END: one\n\
                 // ANCHOR: empty\n// ANCHOR_END: empty\n";
    let book = book(&[
        ("book.toml", "[output.html]\ninput-404 = \"\"\n"),
        ("src/SUMMARY.md", "- [Chapter](chapter.md)\n- [Other](other.md)\n"),
        ("src/chapter.md", chapter),
        ("src/other.md", "# Other\n\n## A place\n"),
        ("src/loop.md", "{{#include loop.md}}\n"),
        ("src/deep.md", "fine\n\n[dead](nowhere.md)\n"),
        ("whole.rs", "fn main() {}\n"),
        ("parts.rs", parts),
        ("open.rs", "// ANCHOR: open\nfn main() {}\n"),
    ]);
    let line = error(&build(&book));
    let source = named(&book.path().join("src")) + "/";
    line.strip_prefix(&source).unwrap_or(&line).replace(&named(book.path()), "BOOK")
}

/// What is wrong with a chapter that sets these columns side by side.
fn columns(columns: &str) -> String {
    fault(&format!("<div class=\"side-by-side\">\n{columns}</div>\n"))
}

const RUST: &str = "```rust\n{{#include ../whole.rs}}\n```\n";

#[test]
fn a_book_without_a_mistake_builds() {
    let book = book(&[
        ("book.toml", "[output.html]\ninput-404 = \"\"\nplayground.runnable = false\n"),
        ("src/SUMMARY.md", "- [One](one.md)\n- [Two](two.md)\n- [Three](three.md)\n"),
        (
            "src/one.md",
            "# One\n\n[two](two.md#a-place) [top](#one) [out](https://example.com)\n\n```rust\n{{#include ../part.rs:part}}\n```\n",
        ),
        (
            "src/two.md",
            "# Two\n\n{{#include other.md#B}}\n## A place\n\n- a list\n\n  ```sh\n  true\n  ```\n",
        ),
        ("src/other.md", "# O\n\n## A\n\n## B\n\nthis\n\n## C\n"),
        (
            "part.rs",
            "no\n    // ANCHOR: part\n    if a < b {\n    }\n    # b\n    // ANCHOR_END: part\n",
        ),
        ("src/three.md", "# Three\n\n```rust\n{{#include ../functions.rs:two}}\n```\n"),
        (
            "functions.rs",
            "fn twofold() {\n}\n\nimpl T {\n    /// Two.\n    pub async fn two<A>() {\n        if a {\n        }\n    }\n}\n",
        ),
    ]);
    let built = build(&book);
    assert_eq!(built.code, Some(0), "{}", built.stderr);
    let to = book.path().join("built");
    let one = fs::read_to_string(to.join("one.html")).unwrap();
    assert!(one.contains("<code class=\"language-rust\">if a &lt; b {\n}\n# b</code>"));
    let two = fs::read_to_string(to.join("two.html")).unwrap();
    assert!(two.contains("<h3 id=\"b\">") && two.contains("this"), "{two}");
    assert!(!two.contains("id=\"a\"") && !two.contains("id=\"c\""), "{two}");
    let three = fs::read_to_string(to.join("three.html")).unwrap();
    let function = "/// Two.\npub async fn two&lt;A&gt;() {\n    if a {\n    }\n}</code>";
    assert!(three.contains(&format!("<code class=\"language-rust\">{function}")), "{three}");
}

#[test]
fn code_that_nobody_compiles_is_a_mistake() {
    let message = "Rust and Python are included from files that are tested: {{#include …}}";
    assert_eq!(fault("# T\n\n```rust\nfn main() {}\n```\n"), format!("chapter.md:4: {message}"));
    assert_eq!(fault("```python\nprint()\n```\n"), format!("chapter.md:2: {message}"));
    assert_eq!(fault("- a list\n\n  ~~~rust\n  a\n  ~~~\n"), format!("chapter.md:4: {message}"));
    assert_eq!(fault("> ```rust\n> a\n> ```\n"), format!("chapter.md:2: {message}"));
    assert_eq!(
        columns(&format!("**a**\n{RUST}**b**\n\n```rust\nfn main() {{}}\n```\n")),
        format!("chapter.md:9: {message}")
    );
    let languages = "rust, python, console, sh, toml, json, text, diff, powershell";
    let unknown = format!("chapter.md:1: the language of a code block is one of {languages}");
    assert_eq!(fault("```\nfn main() {}\n```\n"), unknown);
    assert_eq!(fault("```rust,ignore\nfn main() {}\n```\n"), unknown);
    let indented = "chapter.md: a code block is indented: write a fence, and its language";
    assert_eq!(fault("# T\n\n    fn main() {}\n"), indented);
    let pre = "chapter.md:2: code is written in a fenced block, not in <pre>";
    assert_eq!(fault("\n<pre><code>fn main() {}</code></pre>\n"), pre);
    assert_eq!(fault("```rust\n```\n"), "chapter.md:1: this code block is empty");
    assert_eq!(fault("text\n\n```sh\ntrue\n"), "chapter.md:3: a code block does not end");
}

#[test]
fn an_include_that_finds_nothing_is_a_mistake() {
    let include = |what: &str| fault(&format!("```rust\n{{{{#include {what}}}}}\n```\n"));
    let missing = include("../none.rs");
    assert!(missing.starts_with("chapter.md:2: cannot include BOOK/src/../none.rs: "), "{missing}");
    let start = "chapter.md:2: cannot include BOOK/src/../";
    assert_eq!(
        include("../parts.rs:two"),
        format!("{start}parts.rs: there is no ANCHOR: two, and no fn two")
    );
    assert_eq!(include("../open.rs:open"), format!("{start}open.rs: ANCHOR: open does not end"));
    let empty = "chapter.md:2: cannot include ../parts.rs:empty: there is nothing in it";
    assert_eq!(include("../parts.rs:empty"), empty);
    let missing = fault("{{#include none.md}}\n");
    assert!(missing.starts_with("chapter.md:1: cannot include none.md: "), "{missing}");
    assert_eq!(fault("{{#include loop.md}}\n"), "loop.md:1: cannot include loop.md a second time");
    let section = fault("# T\n\n{{#include other.md#None}}\n");
    assert_eq!(section, "other.md: there is no section None");
    let itself = "chapter.md:1: cannot include ../src/chapter.md a second time";
    assert_eq!(fault("{{#include ../src/chapter.md}}\n"), itself);
    assert_eq!(fault("{{#inclde other.md}}\n"), "chapter.md:1: there is no {{#inclde}}");
    let own_line = "chapter.md:1: {{#…}} stands on a line of its own, or in a code block";
    assert_eq!(fault("see {{#include other.md}}\n"), own_line);
    let no_record = fault("{{#figure scraping}}\n");
    assert!(
        no_record.starts_with("chapter.md:1: cannot read BOOK/src/../measurements/"),
        "{no_record}"
    );
}

/// A book of one chapter, `src/one.md`, which is not there yet.
fn book_with_a_record() -> TempDir {
    let book = book(&[
        ("book.toml", "[book]\ntitle = \"A book\"\n"),
        ("src/SUMMARY.md", "- [One](one.md)\n"),
        ("measurements/recorded.json", ""),
    ]);
    recorded().write(&book.path().join("measurements/recorded.json")).unwrap();
    book
}

#[test]
fn a_figure_that_the_record_does_not_have_is_a_mistake() {
    let book = book_with_a_record();
    let build = |name: &str| {
        let text = format!("# One\n\n{{{{#measured}}}}\n\n{{{{#figure {name}}}}}\n");
        fs::write(book.path().join("src/one.md"), text).unwrap();
        build(&book)
    };
    assert_eq!(build("build-time").stderr, "");
    let one = fs::read_to_string(book.path().join("built/one.html")).unwrap();
    assert!(one.contains("<tr data-contender=\"tokio\">"), "{one}");
    let no_costs = Measurements { costs: Vec::new(), ..recorded() };
    let record = book.path().join("measurements/recorded.json");
    no_costs.write(&record).unwrap();
    assert_eq!(Measurements::read(&record).unwrap(), no_costs, "it comes back as it was");
    for name in ["none", "build-time"] {
        let line = error(&build(name));
        let told = format!("one.md:5: no figure '{name}' in the measurements; there are scraping-");
        assert!(line.contains(&told), "{line}");
    }
}

#[test]
fn a_diff_of_nothing_is_a_mistake() {
    assert_eq!(fault("{{#diff ../whole.rs}}\n"), "chapter.md:1: {{#diff}} takes two files");
    let same = "BOOK/src/../whole.rs and BOOK/src/../whole.rs do not differ";
    assert_eq!(fault("{{#diff ../whole.rs ../whole.rs}}\n"), format!("chapter.md:1: {same}"));
}

#[test]
fn columns_that_cannot_be_set_are_a_mistake() {
    let one = format!("**a**\n{RUST}");
    assert_eq!(columns(&one), "chapter.md:1: side-by-side takes two to four columns, not 1");
    assert_eq!(
        columns(&one.repeat(5)),
        "chapter.md:1: side-by-side takes two to four columns, not 5"
    );
    assert_eq!(columns(RUST), "chapter.md:2: code without a **name** above it");
    let text = "chapter.md:2: side-by-side holds **names** and code, nothing else";
    assert_eq!(columns("some text\n"), text);
    let open = "chapter.md:1: side-by-side does not end: there is no </div>";
    assert_eq!(fault("<div class=\"side-by-side\">\n\ntext\n"), open);
}

#[test]
fn a_dead_link_is_a_mistake() {
    let page = "chapter.md:3: dead link: there is no none.html";
    assert_eq!(fault("# T\n\n[a](none.md)\n"), page);
    let place = "chapter.md:1: dead link: there is no place other.html#none";
    assert_eq!(fault("[a](other.md#none)\n"), place);
    assert_eq!(fault("[a](#none)\n"), "chapter.md:1: dead link: there is no place #none");
    assert_eq!(fault("![a](none.svg)\n"), "chapter.md:1: dead link: there is no none.svg");
    assert_eq!(
        fault("<a href=\"none.html\">a</a>\n"),
        "chapter.md:1: dead link: there is no none.html"
    );
    let out = fault("[a](../parts.rs)\n");
    assert_eq!(out, "chapter.md:1: dead link: there is no ../parts.rs");
    assert_eq!(fault("[a](/a.html)\n"), "chapter.md:1: dead link: /a.html leads out of the book");
    assert_eq!(fault("{{#include deep.md}}\n"), "deep.md:3: dead link: there is no nowhere.html");
}

#[test]
fn a_chapter_that_is_not_there_is_a_mistake() {
    let book = book(&[]);
    let write = |name: &str, text: &str| fs::write(book.path().join(name), text).unwrap();
    fs::create_dir(book.path().join("src")).unwrap();
    assert!(error(&build(&book)).starts_with(&format!("{}/book.toml: ", named(book.path()))));
    write("book.toml", "");
    let summary = named(&book.path().join("src/SUMMARY.md"));
    assert!(error(&build(&book)).starts_with(&format!("{summary}: cannot read: ")));
    write("src/SUMMARY.md", "# Summary\n\n- [One](one.md)\n");
    assert_eq!(error(&build(&book)), format!("{summary}:3: dead link: there is no one.md"));
    write("book.toml", "[output.html]\nno-such = 1\nsearch = 3\n");
    write("src/one.md", "# One\n");
    error(&build(&book));
}

#[test]
fn html_that_does_not_end_is_a_mistake() {
    let line = fault("# T\n\n<div>\n\ntext\n");
    assert!(line.contains("chapter.md") && line.contains("<div>"), "{line}");
}

/// `cargo run -p docs`, which ends with the test.
struct Serving {
    process: Child,
    port: u16,
    book: TempDir,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Builds and serves, and waits for the port that is printed.
fn serve(args: &[&str]) -> Serving {
    let book = tempfile::tempdir().unwrap();
    let mut command = docs(args);
    command.args(["--to", book.path().to_str().unwrap()]).stderr(Stdio::inherit());
    let mut process = command.spawn().expect("it is built");
    let stdout = process.stdout.take().unwrap();
    let mut serving = Serving { process, port: 0, book };
    let line = common::line("the book to be served", stdout, Some).unwrap();
    let address = line.strip_prefix("The book is at http://127.0.0.1:");
    let port = address.and_then(|rest| rest.strip_suffix("/ (Ctrl-C ends it)"));
    serving.port = port.unwrap_or_else(|| panic!("{line}")).parse().unwrap();
    serving
}

/// Sends a request as it is, and returns the answer.
fn ask(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the server answers and closes");
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn it_serves_the_book_and_nothing_else() {
    let serving = serve(&["--port", "0"]);
    let ask = |request: &str| ask(serving.port, request);
    let index = ask("GET /");
    assert!(index.starts_with("HTTP/1.1 200 "), "{index}");
    assert!(index.contains("content-type: text/html") && index.contains("Async Rust"), "{index}");
    assert!(index.contains("cache-control: no-cache"), "{index}");
    let head = ask("HEAD /hello-world.html");
    assert!(head.starts_with("HTTP/1.1 200 ") && head.ends_with("\r\n\r\n"), "{head}");
    assert!(ask("POST /").starts_with("HTTP/1.1 405 "));
    assert!(ask("GET /none.html").starts_with("HTTP/1.1 404 "));
    // The first folder above the book that holds something is the temporary one.
    let above = serving.book.path().with_extension("above");
    fs::write(&above, "secret").unwrap();
    let name = above.file_name().unwrap().to_str().unwrap();
    for path in ["../", "..%2f", "%2e%2e/", "css/../../", "/../", "..\\", "..%5c"] {
        let answer = ask(&format!("GET /{path}{name}"));
        assert!(
            !answer.contains("secret") && !answer.starts_with("HTTP/1.1 2"),
            "{path}: {answer}"
        );
    }
    fs::remove_file(above).unwrap();
}

#[test]
fn a_port_that_cannot_be_had_is_told_and_the_next_one_found() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let book = tempfile::tempdir().unwrap();
    let to = book.path().to_str().unwrap();
    let line = error(&run(&["--to", to, "--port", &port]));
    assert!(line.starts_with(&format!("cannot serve at port {port}: ")), "{line}");

    // Port 3000 is taken now, by this test or by another program.
    let _taken = TcpListener::bind("127.0.0.1:3000");
    let serving = serve(&[]);
    assert!((3001..3100).contains(&serving.port), "{}", serving.port);
}

#[test]
fn before_each_timeline_stands_a_question_and_the_answer_is_folded() {
    let chapters = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let mut timelines = 0;
    for chapter in chapters.map(|entry| entry.unwrap().path()) {
        let text = fs::read_to_string(&chapter).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let Some(command) = line.strip_prefix("$ cargo run -p hello_world --example ") else {
                continue;
            };
            timelines += 1;
            let place = format!("{}:{}", chapter.display(), number + 1);
            let folded = format!("<summary>What <code>{}</code> prints</summary>", &line[2..]);
            assert_eq!(lines[number - 3], folded, "{place}");
            assert_eq!(lines[number - 4], "<details class=\"output\">", "{place}");
            // The paragraph that asks: before it, or before the program that is folded, too.
            let before = lines[..number - 4].join("\n");
            let question = before.rfind("**Before you look:**").map(|at| &before[at..]);
            let question = question.unwrap_or_else(|| panic!("{place}: {command}: no question"));
            let (asked, then) = question.trim_end().split_once("\n\n").unwrap_or((question, ""));
            let asked = asked.trim_end();
            assert!(asked.ends_with('?'), "{place}: {asked}");
            let program = then.trim();
            assert!(
                program.is_empty()
                    || program.starts_with("<details>") && program.ends_with("</details>"),
                "{place}: between question and answer stands only the program"
            );
        }
    }
    assert!(timelines >= 20, "{timelines}");
}

/// The book shows some rows of the table that the scrapers' tests write.
#[test]
fn what_the_book_shows_of_the_hostile_web_stands_in_its_table() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(docs.join("hostile-web.md")).unwrap();
    let chapter = fs::read_to_string(docs.join("src/for-the-record.md")).unwrap();
    let (_, shown) = chapter.split_once("\n## The hostile web\n").unwrap();
    let rows: Vec<_> = shown.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(rows.len(), 10, "{rows:?}");
    for row in rows {
        assert!(table.lines().any(|line| line == row), "{row}");
    }
}

/// The versions that Sources names are those that are built, and those that the chapters link to.
#[test]
fn the_versions_in_sources_are_those_that_are_built() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = fs::read_to_string(docs.join("src/sources.md")).unwrap();
    let rows = sources.lines().filter(|line| line.matches('|').count() == 7).skip(2);
    let cells = rows.flat_map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    let cells: Vec<&str> = cells.filter(|cell| !cell.is_empty()).collect();
    let lock = fs::read_to_string(docs.join("../Cargo.lock")).unwrap().replace("\r\n", "\n");
    let chapters = fs::read_dir(docs.join("src")).unwrap();
    let chapters: String =
        chapters.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    let mut built = 0;
    for cell in cells.chunks(3) {
        let [name, version, _date] = cell else { panic!("{cell:?}") };
        let entry = format!("name = \"{name}\"\nversion = ");
        if lock.contains(&entry) {
            assert!(lock.contains(&format!("{entry}\"{version}\"\n")), "{name} {version}");
            built += 1;
        }
        for link in [format!("docs.rs/{name}/"), format!("docs.rs/crate/{name}/")] {
            for after in chapters.split(&link).skip(1) {
                let linked = after.split('/').next().unwrap();
                let linked = linked.split([')', '#']).next().unwrap();
                assert!(linked == *version || linked == "latest", "{link}{linked}");
            }
        }
    }
    assert!(built >= 12, "{built}");
}
