//! A headless browser for one test, and what the tests do with it.

use std::cell::RefCell;
use std::collections::HashSet;
use std::env;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use base64::Engine;
use futures::FutureExt;
use serde_json::{Value, json};
use testing::{Running, command, or_skip};
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities;
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, LoggingPrefsLogLevel};

use crate::common::{self, PATIENCE};

/// How long a whole test may take: each looks at many pages.
const PATIENCE_FOR_A_TEST: Duration = Duration::from_secs(3600);

/// The height of the window.
const HEIGHT: u32 = 900;

/// Names under which Chromium and Chrome are known.
const BROWSERS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Without a sandbox, which the root user of a container cannot have; and with nothing that would
/// talk to other hosts by itself.
const ARGUMENTS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--hide-scrollbars",
    "--force-prefers-reduced-motion",
];

/// A browser window.
pub struct Browser {
    /// Drives it.
    pub driver: WebDriver,
    /// The requests that it has made. What it does at its start, for itself, is not among them.
    requests: RefCell<HashSet<String>>,
}

/// chromedriver, which ends with the test.
struct Driver {
    _process: Running,
    address: String,
}

/// Runs a test in a fresh browser; where there is none, says so.
pub fn in_a_browser(test: impl AsyncFnOnce(&Browser)) {
    let found = which("chromedriver").zip(BROWSERS.into_iter().find_map(which));
    let missing = || "chromedriver and Chromium or Chrome are not both installed".to_owned();
    let found = or_skip(found.ok_or_else(missing), "REQUIRE_BROWSER");
    let Some((driver, browser)) = found else { return };
    let driver = start_driver(&driver);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let profile = tempfile::tempdir().unwrap();
        let opened = tokio::time::timeout(PATIENCE, open(&driver, &browser, profile.path()));
        let driven = opened.await.expect("the browser opens in time");
        let browser = Browser { driver: driven, requests: RefCell::default() };
        let in_it = async {
            browser.open("about:blank").await; // and not the browser's own first page
            browser.driver.get_log("performance").await.unwrap();
            let tested = tokio::time::timeout(PATIENCE_FOR_A_TEST, test(&browser)).await;
            tested.expect("a test in the browser ends in time");
        };
        // The browser is closed whatever happens, and only then does a failure go on.
        let result = AssertUnwindSafe(in_it).catch_unwind().await;
        let closed = tokio::time::timeout(PATIENCE, browser.driver.quit()).await;
        drop(driver);
        if let Err(failure) = result {
            panic::resume_unwind(failure);
        }
        closed.expect("the browser closes in time").unwrap();
    });
}

fn which(name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(&name))
        .find(|path| path.is_file())
}

/// Starts chromedriver at a free port, which it chooses and prints.
fn start_driver(program: &Path) -> Driver {
    let mut process = Running::start(command(program).arg("--port=0").stderr(Stdio::inherit()));
    let stdout = process.0.stdout.take().unwrap();
    let port = common::line("chromedriver to start", stdout, |line| {
        line.contains("started successfully").then_some(())?;
        line.trim_end_matches('.').rsplit(' ').next()?.parse::<u16>().ok()
    });
    let address = format!("http://127.0.0.1:{}", port.expect("chromedriver names its port"));
    Driver { _process: process, address }
}

async fn open(driver: &Driver, browser: &Path, profile: &Path) -> WebDriver {
    let mut wanted = ChromeCapabilities::new();
    wanted.set_binary(browser.to_str().unwrap()).unwrap();
    for argument in ARGUMENTS {
        wanted.add_arg(argument).unwrap();
    }
    wanted.add_arg(&format!("--user-data-dir={}", profile.display())).unwrap();
    wanted.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
    wanted.set_logging_prefs("performance", LoggingPrefsLogLevel::All).unwrap();
    WebDriver::new(&driver.address, wanted).await.unwrap()
}

/// Where screenshots are written.
pub fn screenshots() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
    fs::create_dir_all(&folder).unwrap();
    folder
}

impl Browser {
    /// A command of the DevTools protocol.
    pub async fn devtools(&self, command: &str, arguments: Value) -> Value {
        let result = self.driver.cdp().send_raw(command, arguments).await;
        result.unwrap_or_else(|e| panic!("{command}: {e}"))
    }

    /// A screen of this width, on a system that is light or dark.
    pub async fn set_screen(&self, width: u32, scheme: &str) {
        self.set_size(width, HEIGHT).await;
        let scheme = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", scheme).await;
    }

    /// Opens a page and waits until it is loaded.
    pub async fn open(&self, address: &str) {
        self.driver.goto(address).await.unwrap();
    }

    /// What a script returns.
    pub async fn get<T: serde::de::DeserializeOwned>(&self, script: &str) -> T {
        self.driver.execute(script, vec![]).await.unwrap().convert().unwrap()
    }

    /// Waits until an element is there.
    pub async fn wait_for(&self, css: &str) -> WebElement {
        let element = self.driver.query(By::Css(css)).wait(PATIENCE, Duration::from_millis(50));
        element.first().await.unwrap_or_else(|e| panic!("{css}: {e}"))
    }

    /// Waits until a script returns true.
    pub async fn wait_until(&self, script: &str) {
        let start = Instant::now();
        while !self.get::<bool>(script).await {
            assert!(start.elapsed() < PATIENCE, "not yet: {script}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Clicks on the first such element.
    pub async fn click(&self, css: &str) {
        self.wait_for(css).await.click().await.unwrap_or_else(|e| panic!("{css}: {e}"));
    }

    /// Types into whatever has the focus, or else on the page.
    pub async fn press(&self, keys: impl Into<thirtyfour::common::keys::TypingData>) {
        let focused = self.driver.active_element().await.unwrap();
        focused.send_keys(keys).await.unwrap();
    }

    /// Fails if a request since the last call went to another place than `book`, or was not
    /// answered well, or if the console shows an error or a warning. Returns how many there were.
    pub async fn requests(&self, book: &str) -> usize {
        let mut requests = 0;
        for entry in self.driver.get_log("performance").await.unwrap() {
            let message: Value = serde_json::from_str(&entry.message).unwrap();
            let event = &message["message"]["params"];
            match message["message"]["method"].as_str().unwrap() {
                "Network.requestWillBeSent" => {
                    let url = event["request"]["url"].as_str().unwrap();
                    assert!(url.starts_with(book) || url.starts_with("data:"), "asks for {url}");
                    requests += 1;
                    self.requests.borrow_mut().insert(event["requestId"].to_string());
                }
                "Network.responseReceived" => {
                    let (url, status) = (&event["response"]["url"], &event["response"]["status"]);
                    let good = status.as_u64().is_some_and(|status| status < 400);
                    assert!(good, "{url} is answered with {status}");
                }
                "Network.loadingFailed"
                    if self.requests.borrow().contains(&event["requestId"].to_string()) =>
                {
                    // A new page ends what the last one was still fetching ahead.
                    assert_eq!(event["canceled"], true, "a request fails: {event}");
                }
                _ => {}
            }
        }
        for entry in self.driver.browser_log().await.unwrap() {
            let quiet = matches!(entry.level.as_str(), "INFO" | "DEBUG" | "FINE");
            assert!(quiet, "the console says: {}", entry.message);
        }
        requests
    }

    /// A picture of the whole page, in the folder for screenshots.
    pub async fn photograph(&self, name: &str) {
        let [width, height]: [u32; 2] = self
            .get("const page = document.scrollingElement; return [innerWidth, page.scrollHeight];")
            .await;
        self.set_size(width, height).await;
        self.driver.screenshot(&screenshots().join(name)).await.unwrap();
        self.set_size(width, HEIGHT).await;
    }

    /// From now on, pages look as if printed on paper of this width, in CSS pixels.
    pub async fn look_as_on_paper(&self, width: u32) {
        self.set_size(width, HEIGHT).await;
        self.devtools("Emulation.setEmulatedMedia", json!({"media": "print"})).await;
        self.wait_until("return matchMedia('print').matches;").await;
    }

    /// How many pages the page takes on paper.
    pub async fn paper_pages(&self) -> usize {
        let arguments = json!({"preferCSSPageSize": true, "printBackground": true});
        let printed = self.devtools("Page.printToPDF", arguments).await;
        let pdf =
            base64::engine::general_purpose::STANDARD.decode(printed["data"].as_str().unwrap());
        let pdf = pdf.unwrap();
        fs::write(screenshots().join("printed.pdf"), &pdf).unwrap();
        let text = String::from_utf8_lossy(&pdf);
        text.matches("/Type /Page").count() - text.matches("/Type /Pages").count()
    }

    async fn set_size(&self, width: u32, height: u32) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
        // A page learns of it a moment later.
        self.wait_until(&format!("return innerWidth === {width};")).await;
    }
}
