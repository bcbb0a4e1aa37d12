//! The book in a real browser: headless Chromium, driven by WebDriver.
//!
//!     cargo test -p docs --test browser
//!
//! Needs `chromedriver` and Chromium or Chrome. Where they are not, the tests say so and pass;
//! with REQUIRE_BROWSER=1 they fail. Screenshots are written to target/screenshots.

mod browser {
    pub mod session;
}
mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use docs::book::server;
use serde_json::json;
use testing::{Finished, command, or_skip};
use thirtyfour::prelude::*;

use browser::session::{self, Browser, in_a_browser};

/// Where the book is published, below the root of its host.
const FOLDER: &str = "some/where";

const WIDTHS: [u32; 3] = [1440, 768, 360];

/// The root of a host, with the book in a folder below it. It is built once for all tests, and lies in target/.
fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("published");
        let mut build = command(env!("CARGO_BIN_EXE_docs"));
        let build = Finished::run(build.args(["build", "--to"]).arg(root.join(FOLDER)));
        assert_eq!(build.code, Some(0), "{}", build.stderr);
        root
    })
}

/// Runs a test in a browser of this width, on the address of the book, which is served for the test.
fn in_the_book(width: u32, scheme: &str, test: impl AsyncFnOnce(&Browser, &str)) {
    in_a_browser(async |browser: &Browser| {
        // The server that `cargo run -p docs` uses, here with the book in a folder below its root.
        let listener = server::listen(Some(0)).await.unwrap();
        let book = format!("http://{}/{FOLDER}/", listener.local_addr().unwrap());
        tokio::spawn(server::serve(listener, root().to_owned()));
        browser.set_screen(width, scheme).await;
        test(browser, &book).await;
    });
}

/// The pages of all chapters, from the book's table of contents.
fn chapters() -> Vec<String> {
    let summary = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/SUMMARY.md");
    let summary = fs::read_to_string(summary).unwrap();
    let links = summary.lines().filter_map(|line| line.split_once("](")?.1.split_once(".md)"));
    let pages: Vec<String> = links.map(|(page, _)| format!("{page}.html")).collect();
    assert!(pages.len() >= 12, "{pages:?}");
    pages
}

#[test]
fn every_chapter_is_whole_at_each_width_in_light() {
    look_at_all("light");
}

#[test]
fn every_chapter_is_whole_at_each_width_in_dark() {
    look_at_all("dark");
}

fn look_at_all(scheme: &str) {
    in_the_book(WIDTHS[0], scheme, async |browser: &Browser, book: &str| {
        for width in WIDTHS {
            browser.set_screen(width, scheme).await;
            for page in chapters() {
                look_at(browser, book, &page, width, scheme).await;
            }
        }
        println!("screenshots: {}", session::screenshots().display());
    });
}

async fn look_at(browser: &Browser, book: &str, page: &str, width: u32, scheme: &str) {
    let what = format!("{page} at {width}, {scheme}");
    browser.open(&format!("{book}{page}")).await;
    assert!(browser.requests(book).await > 5, "{what}: the log of requests works");

    let sideways: Vec<i64> = browser
        .get("const page = document.scrollingElement; return [page.scrollWidth, page.clientWidth];")
        .await;
    assert!(sideways[0] <= sideways[1], "{what}: scrolls sideways: {sideways:?}");
    // The page itself hides what sticks out (overflow-x: clip): look for what does.
    let () = browser
        .get("document.querySelectorAll('details').forEach((details) => { details.open = true; });")
        .await;
    let cut_off: Vec<String> = browser.get(CUT_OFF).await;
    assert_eq!(cut_off, [""; 0], "{what}: cut off at the right");
    let wide: Vec<String> = browser.get(WIDER_THAN_ITS_BOX).await;
    if width == 1440 {
        assert_eq!(wide, [""; 0], "{what}: code is wider than its box");
    }
    let unmarked: Vec<&String> = wide.iter().filter(|code| !code.starts_with("shadow")).collect();
    assert!(unmarked.is_empty(), "{what}: nothing says that there is more code: {unmarked:?}");

    let wrong: Vec<String> = browser.get(NOT_AS_LONG_AS_IT_SAYS).await;
    assert_eq!(wrong, [""; 0], "{what}: bars that are not as long as they say");

    let background: String = browser
        .get("return getComputedStyle(document.querySelector('.page-wrapper')).backgroundColor")
        .await;
    let parts =
        background.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse::<u32>().ok());
    let dark = parts.sum::<u32>() < 3 * 128;
    assert_eq!(dark, scheme == "dark", "{what}: {background}");
    let faint: Vec<String> = browser.get(FAINT).await;
    assert_eq!(faint, [""; 0], "{what}: too faint");
    let name = page.trim_end_matches(".html");
    browser.photograph(&format!("{name}-{width}-{scheme}.png")).await;
}

/// Elements that stick out of the page at the right, or of their column, and are in no box that scrolls.
const CUT_OFF: &str = "
    const width = document.documentElement.clientWidth;
    const scrolls = (element) => element && element !== document.body
        && (['auto', 'scroll'].includes(getComputedStyle(element).overflowX)
            && element.id !== 'mdbook-content' || scrolls(element.parentElement));
    return Array.from(document.querySelectorAll('main *, nav.nav-wrapper *, #mdbook-menu-bar *'))
        .filter((element) => {
            const right = element.getBoundingClientRect().right;
            const column = element.closest('.column');
            return right > width + 1 || column && right > column.getBoundingClientRect().right;
        })
        .filter((element) => !scrolls(element))
        .map((element) => element.outerHTML.slice(0, 100));";

/// Code that scrolls in its box: whether a shadow says so, and how it begins.
const WIDER_THAN_ITS_BOX: &str = "
    return [...document.querySelectorAll('.codes, main pre > code, .diff > .code')]
        .filter((box) => box.scrollWidth > box.clientWidth)
        .map((box) => (getComputedStyle(box).backgroundAttachment.includes('local') ? 'shadow: ' : '')
            + box.textContent.trim().slice(0, 60))";

/// Bars of the measurements whose length is not that of their number.
const NOT_AS_LONG_AS_IT_SAYS: &str = "
    return [...document.querySelectorAll('.measured .bar')].filter((bar) => {
        const drawn = parseFloat(getComputedStyle(bar, '::before').width) / bar.clientWidth;
        const said = parseFloat(bar.style.getPropertyValue('--length')) / 100;
        return !(Math.abs(drawn - said) < 0.02);
    }).map((bar) => bar.closest('tr').textContent);";

/// Text whose contrast is below 4.5, the limit of WCAG AA for text of any size.
const FAINT: &str = "
    const parts = (color) => color.match(/[\\d.]+/g).map(Number);
    const light = (color) => {
        const [r, g, b] = parts(color).map((part) => part / 255)
            .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
        const [r, g, b, alpha = 1] = parts(getComputedStyle(element).backgroundColor);
        if (alpha === 1 || !element.parentElement) return `rgb(${r}, ${g}, ${b})`;
        const below = parts(behind(element.parentElement));
        const mixed = [r, g, b].map((part, place) => part * alpha + below[place] * (1 - alpha));
        return `rgb(${mixed.join(', ')})`;
    };
    const contrast = (element) => {
        const [a, b] = [light(getComputedStyle(element).color), light(behind(element))];
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const faint = new Map();
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
        const found = contrast(element);
        if (found < 4.5) faint.set(element.className + ' ' + texts.currentNode.data.slice(0, 30), found);
    }
    return Array.from(faint, ([text, found]) => `${text}: ${found.toFixed(2)}`);";

#[test]
fn columns_are_level_where_there_is_room() {
    in_the_book(1440, "light", async |browser: &Browser, book: &str| {
        // The last columns of the scraper's chapter are those of a marked region.
        for (page, group, least) in
            [("hello-world.html", 0, 3), ("what-differs.html", 0, 3), ("scraper.html", -1, 1)]
        {
            browser.open(&format!("{book}{page}")).await;
            // Code that stands in all columns of Rust: the heights at which it stands.
            let heights: Vec<Vec<f64>> = browser
                .get(&format!(
                    "const columns = [...[...document.querySelectorAll('.side-by-side')].at({group}).querySelectorAll('.column')]
                        .filter((column) => column.dataset.name !== 'Python');
                     const places = columns.map((column) => new Map(
                        [...column.querySelectorAll('.code:not(.differs)')].map((code) =>
                            [code.textContent, code.getBoundingClientRect().top])));
                     return [...places[0].keys()].map((code) => places.map((place) => place.get(code)));",
                ))
                .await;
            assert!(heights.len() >= least, "{page}: {heights:?}");
            assert!(heights.is_sorted_by(|a, b| a[0] < b[0]), "{page}: one below the other");
            for heights in heights {
                assert_eq!(heights.len(), 3);
                assert!(heights.iter().all(|height| *height == heights[0]), "{page}: {heights:?}");
            }
            let colors: BTreeSet<String> = browser
                .get(
                    "return ['pre.code:not(.differs)', 'pre.differs:not(.region)', 'pre.region.differs'].map((code) =>
                        document.querySelector(`.codes ${code}`)).filter((code) => code)
                        .map((code) => getComputedStyle(code).backgroundColor);",
                )
                .await;
            assert_eq!(colors.len(), 2, "{page}: what differs is tinted: {colors:?}");
            let tabs: bool = browser.get("return document.querySelector('.tabbed') !== null").await;
            assert!(!tabs, "{page}: columns, not tabs");
        }
    });
}

#[test]
fn what_is_selected_of_a_difference_is_its_text() {
    in_the_book(1440, "light", async |browser: &Browser, book: &str| {
        browser.open(&format!("{book}what-differs.html")).await;
        let selected: String = browser
            .get(
                "const code = document.querySelector('.diff .code');
                 getSelection().selectAllChildren(code);
                 return getSelection().toString();",
            )
            .await;
        assert!(selected.starts_with("@@ -19,10 +19,9 @@\n \n use client"), "{selected}");
        assert!(
            selected.contains("\n-use tokio::fs;\n-use tokio::io::AsyncWriteExt;\n"),
            "{selected}"
        );
        assert!(selected.contains("\n+use smol::io::AsyncWriteExt;\n"), "{selected}");
    });
}

/// A file as the book shows it.
fn source(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let source = fs::read_to_string(root.join(path)).unwrap();
    let lines: Vec<&str> = source.lines().filter(|line| !line.contains("// ANCHOR")).collect();
    lines.join("\n")
}

/// What of the scraper's whole program, the second that is on three runtimes, can be seen, as code.
const SEEN: &str = "
    return [...document.querySelectorAll('.merged ~ .merged .code')]
        .filter((code) => code.checkVisibility()).map((code) => code.textContent).join('');";

#[test]
fn one_text_where_the_three_are_the_same_and_each_file_whole() {
    in_the_book(1440, "light", async |browser: &Browser, book: &str| {
        let files = ["tokio", "async_std", "smol"]
            .map(|name| source(&format!("scraper_{name}/src/main.rs")));
        browser.open(&format!("{book}scraper.html")).await;
        let seen: String = browser.get(SEEN).await;
        assert_eq!(seen.matches("async fn scrape(").count(), 1);
        for (times, what) in
            [(3, "fn spawn("), (1, "AbortOnDropHandle::new"), (1, "remote_handle()")]
        {
            assert_eq!(seen.matches(what).count(), times, "{what}");
        }
        let runtimes = ["tokio", "async-std", "smol"];
        let columns = [&runtimes.repeat(2)[..], &["Python", "Rust"].repeat(3), &runtimes].concat();
        assert_eq!(shown(browser).await[..15], columns);
        let level: Vec<f64> = browser
            .get(
                "return [...document.querySelectorAll('.merged .column')].slice(0, 3)
                    .map((column) => column.getBoundingClientRect().top);",
            )
            .await;
        assert!(level.iter().all(|top| *top == level[0]), "{level:?}");

        // One file whole, by keyboard; it stays so.
        let button = |place: usize| format!(".merged ~ .merged .choice button:nth-child({place})");
        browser.driver.find(By::Css(button(4))).await.unwrap().focus().await.unwrap();
        browser.press(Key::Enter).await;
        assert_eq!(browser.get::<String>(SEEN).await.trim_end(), files[2]);
        browser.photograph("scraper-1440-light-one-file.png").await;
        browser.driver.refresh().await.unwrap();
        assert_eq!(browser.get::<String>(SEEN).await.trim_end(), files[2], "remembered");
        let pressed = "return [...document.querySelectorAll('.merged ~ .merged .choice button')].map((button) => button.getAttribute('aria-pressed'));";
        assert_eq!(browser.get::<Vec<String>>(pressed).await, ["false", "false", "false", "true"]);
        let selected: String = browser
            .get(
                "const codes = [...document.querySelectorAll('.merged ~ .merged .code')].filter((code) => code.checkVisibility());
                 const [first, last] = [codes[0], codes.at(-1)];
                 getSelection().setBaseAndExtent(first, 0, last, last.childNodes.length);
                 return getSelection().toString();",
            )
            .await;
        assert_eq!(selected.trim_end(), files[2], "what is selected is the file");
        browser.click(&button(2)).await;
        assert_eq!(browser.get::<String>(SEEN).await.trim_end(), files[0]);
        browser.click(&button(1)).await;
        assert_eq!(browser.get::<String>(SEEN).await, seen, "side by side again");

        // Where there is no room for columns: tabs where they differ, and so always a whole file.
        browser.set_screen(360, "light").await;
        browser.driver.refresh().await.unwrap();
        assert_eq!(browser.get::<String>(SEEN).await.trim_end(), files[0]);
        browser
            .click(".merged ~ .merged .side-by-side:last-child [role=\"tab\"]:nth-child(2)")
            .await;
        assert_eq!(browser.get::<String>(SEEN).await.trim_end(), files[1], "all regions follow");
        browser.photograph("scraper-360-light-tabs.png").await;
    });
}

#[test]
fn tabs_switch_and_are_remembered() {
    in_the_book(600, "light", async |browser: &Browser, book: &str| {
        browser.open(&format!("{book}hello-world.html")).await;
        assert_eq!(shown(browser).await, ["Python"; 2]);
        browser.click(r#"[role="tab"]:nth-child(4)"#).await;
        assert_eq!(shown(browser).await, ["smol"; 2], "both groups follow");
        for next in ["copy", "codes"] {
            browser.press(Key::Tab).await;
            let focus: String = browser.get("return document.activeElement.className").await;
            assert_eq!(focus, next, "after the tab comes what it shows");
        }

        // Where a group has no such column, its first is shown.
        let with = |name| [name, name, "Python", "Python", "Python", name, name];
        browser.open(&format!("{book}scraper.html")).await;
        assert_eq!(shown(browser).await, with("smol"), "in another chapter");
        browser.driver.refresh().await.unwrap();
        assert_eq!(shown(browser).await, with("smol"), "after a reload");

        // By keyboard: the arrows go round, and do not turn to the next chapter.
        let tab = browser
            .driver
            .find(By::Css(r#".merged [role="tab"][aria-selected="true"]"#))
            .await
            .unwrap();
        tab.focus().await.unwrap();
        browser.press(Key::Right).await;
        assert_eq!(shown(browser).await, with("tokio"), "after the last comes the first");
        browser.press(Key::Left).await;
        browser.press(Key::Left).await;
        assert_eq!(shown(browser).await, with("async-std"));
        browser.press(Key::Home).await;
        assert_eq!(shown(browser).await, with("tokio"));
        let address = browser.driver.current_url().await.unwrap();
        assert!(address.path().ends_with("scraper.html"), "{address}");
        browser.press(Key::Tab).await;
        let focus: String = browser.get("return document.activeElement.className").await;
        assert_eq!(focus, "codes", "after the tab comes what it shows");
        // The arrows scroll code that is too wide, and turn to no other chapter either.
        let wide = browser.driver.find(By::Css(".merged > .codes")).await.unwrap();
        wide.focus().await.unwrap();
        browser.press(Key::Right).await;
        browser.wait_until("return document.activeElement.scrollLeft > 0").await;
        assert_eq!(browser.driver.current_url().await.unwrap(), address);

        let roles: Vec<bool> = browser
            .get(
                "return [...document.querySelectorAll('[role=\"tab\"]')].map((tab) => {
                    const panel = document.getElementById(tab.getAttribute('aria-controls'));
                    return panel.getAttribute('role') === 'tabpanel'
                        && panel.getAttribute('aria-labelledby') === tab.id
                        && (tab.tabIndex === 0) === (tab.getAttribute('aria-selected') === 'true');
                });",
            )
            .await;
        assert_eq!(roles, [true; 18]);

        // Without memory, as some private windows are, the tabs still switch.
        let storage = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('forbidden'); } });";
        let before_each_page = json!({"source": storage});
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", before_each_page).await;
        browser.open(&format!("{book}hello-world.html")).await;
        browser.click(r#"[role="tab"]:nth-child(3)"#).await;
        assert_eq!(shown(browser).await, ["async-std"; 2]);
    });
}

/// The names of the columns that can be seen.
async fn shown(browser: &Browser) -> Vec<String> {
    browser
        .get(
            "return [...document.querySelectorAll('.column')]
                .filter((column) => column.offsetParent !== null)
                .map((column) => column.dataset.name);",
        )
        .await
}

#[test]
fn without_javascript_everything_is_there() {
    in_the_book(360, "dark", async |browser: &Browser, book: &str| {
        let no_scripts = json!({"value": true});
        browser.devtools("Emulation.setScriptExecutionDisabled", no_scripts).await;
        for (width, scheme) in [(360, "dark"), (768, "light"), (1440, "light")] {
            browser.set_screen(width, scheme).await;
            browser.open(&format!("{book}hello-world.html")).await;
            let all = ["Python", "tokio", "async-std", "smol"];
            assert_eq!(shown(browser).await, [all, all].concat());
            let tops: Vec<f64> = browser
                .get("return [...document.querySelectorAll('.column')].map((column) => column.getBoundingClientRect().top)")
                .await;
            let stacked = tops[..4].is_sorted_by(|above, below| above < below);
            assert_eq!(stacked, width < 1440, "{width}: {tops:?}");
            look_at(browser, book, "hello-world.html", width, scheme).await;

            browser.open(&format!("{book}scraper.html")).await;
            let seen: String = browser.get(SEEN).await;
            assert_eq!(seen.matches("async fn scrape(").count(), 1, "{width}");
            assert_eq!(seen.matches("fn spawn(").count(), 3, "{width}");
            look_at(browser, book, "scraper.html", width, scheme).await;
        }
    });
}

#[test]
fn the_reader_can_choose_light_or_dark() {
    in_the_book(1440, "light", async |browser: &Browser, book: &str| {
        browser.open(&format!("{book}start.html")).await;
        browser.click("#mdbook-theme-toggle").await;
        let names: Vec<String> = browser
            .get(
                "return [...document.querySelectorAll('#mdbook-theme-list button')]
                    .filter((button) => button.offsetParent !== null).map((button) => button.textContent);",
            )
            .await;
        assert_eq!(names, ["Auto", "Light", "Dark"]);
        browser.photograph("themes-1440-light.png").await;
        browser.click("#mdbook-theme-navy").await;
        let color =
            "return getComputedStyle(document.querySelector('.page-wrapper')).backgroundColor";
        assert_eq!(browser.get::<String>(color).await, "rgb(22, 25, 30)");
    });
}

#[test]
fn the_card_is_one_page_on_paper() {
    in_the_book(1440, "light", async |browser: &Browser, book: &str| {
        browser.open(&format!("{book}hello-world.html")).await;
        assert!(browser.paper_pages().await > 1, "pages are counted");
        browser.open(&format!("{book}card.html")).await;
        let wider = "const box = document.querySelector('.card .table-wrapper');
             return box.scrollWidth - box.clientWidth;";
        assert_eq!(browser.get::<i64>(wider).await, 0, "no column is cut off on a screen");
        assert_eq!(browser.paper_pages().await, 1);
        browser.look_as_on_paper(1062).await; // A4 across, less its margins
        browser.open(&format!("{book}card.html")).await; // for printing goes on to change the page
        assert_eq!(browser.get::<i64>(wider).await, 0, "nor on paper");
    });
}

/// The page at /docs of the kitchen, as FastAPI's users know it: read it, and try it.
#[cfg(unix)]
#[test]
fn an_order_is_taken_on_the_kitchens_page() {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;
    use std::process::{Child, Stdio};

    struct Kitchen(Child);
    impl Drop for Kitchen {
        fn drop(&mut self) {
            // Ctrl-C, so that it ends its database, too.
            let pid = Pid::from_raw(i32::try_from(self.0.id()).unwrap());
            let _ = kill(pid, Signal::SIGINT);
            common::until("the kitchen to close", || self.0.try_wait().unwrap().is_some());
        }
    }
    let mut kitchen = command(common::program("kitchen"));
    let kitchen = kitchen.args(["--port", "0"]).stderr(Stdio::inherit()).spawn();
    let mut kitchen = Kitchen(kitchen.unwrap());
    let stdout = kitchen.0.stdout.take().unwrap();
    let line = common::line("the kitchen to open", stdout, Some);
    let line = line.ok_or_else(|| "the kitchen does not open here".to_owned());
    let Some(line) = or_skip(line, "REQUIRE_POSTGRES") else { return };
    let page = line.split(' ').find(|word| word.starts_with("http")).expect("it says where");
    in_a_browser(async |browser: &Browser| {
        browser.set_screen(1000, "light").await;
        browser.open(&format!("{page}/")).await;
        browser.wait_until("return document.querySelectorAll('.opblock').length === 6").await;
        browser.photograph("kitchen.png").await;
        browser.click(".opblock-post .opblock-summary-control").await;
        browser.click(".opblock-post .try-out__btn").await;
        let text = browser.wait_for(".opblock-post textarea").await;
        let sent = text.value().await.unwrap().unwrap_or_default();
        assert!(sent.contains("\"dish\"") && sent.contains("\"count\""), "an example: {sent}");
        text.clear().await.unwrap();
        text.send_keys("{\"dish\": \"eggs\", \"count\": 2}").await.unwrap();
        browser.click(".opblock-post .execute").await;
        let answer = ".opblock-post .live-responses-table tbody .response-col_status";
        let answer = browser.wait_for(answer).await.text().await.unwrap();
        assert!(answer.starts_with("201"), "{answer}");
        browser.photograph("kitchen-tried.png").await;
        browser.requests(page.trim_end_matches("/docs")).await;
    });
}

#[test]
fn search_finds_what_stands_in_a_column_and_leads_there() {
    in_the_book(WIDTHS[0], "light", async |browser: &Browser, book: &str| {
        browser.open(&format!("{book}start.html")).await;
        browser.press("/").await;
        browser.wait_for("#mdbook-searchbar:focus").await;
        browser.press("AbortOnDropHandle").await; // only in the code of tokio's scraper
        browser.click("#mdbook-searchresults a[href*='scraper.html']").await;
        browser.wait_for("main .side-by-side mark").await;
        browser.requests(book).await;
    });
}
