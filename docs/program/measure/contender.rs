//! Who takes part, and how each is called to do the same work.

use std::path::PathBuf;

use super::order::Order;

/// The names that tables and charts use, in their order.
pub const TOKIO: &str = "tokio";
/// tokio on the client that smol and async-std have here, instead of reqwest.
pub const TOKIO_HYPER: &str = "tokio (hyper)";
pub const ASYNC_STD: &str = "async-std";
pub const SMOL: &str = "smol";
pub const ASYNCIO: &str = "asyncio";
pub const AIOHTTP: &str = "aiohttp";
pub const UVLOOP: &str = "aiohttp (uvloop)";
pub const HTTPX: &str = "httpx";
pub const CURL: &str = "curl --parallel";
pub const WGET2: &str = "wget2";
pub const LYCHEE: &str = "lychee";
pub const WRK: &str = "wrk";
pub const EMPTY: &str = "empty main";
pub const AXUM: &str = "axum";
pub const AXUM_TWO: &str = "axum, two workers";
pub const FASTAPI: &str = "FastAPI";
pub const FASTAPI_TWO: &str = "FastAPI, two workers";

const ORDER: [&str; 17] = [
    TOKIO,
    TOKIO_HYPER,
    SMOL,
    ASYNC_STD,
    AXUM,
    AXUM_TWO,
    ASYNCIO,
    AIOHTTP,
    UVLOOP,
    HTTPX,
    FASTAPI,
    FASTAPI_TWO,
    CURL,
    WGET2,
    LYCHEE,
    WRK,
    EMPTY,
];

/// A contender's place in tables and charts.
pub fn place(name: &str) -> usize {
    ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len())
}

/// The programs that are there to be measured.
#[derive(Debug, Clone, Default)]
pub struct Programs {
    /// The folder of the Rust programs.
    pub binaries: PathBuf,
    /// An interpreter that has what the twins need, and the folder of the twins.
    pub python: Option<PathBuf>,
    pub twins: PathBuf,
    pub uvloop: bool,
    pub curl: bool,
    pub wget2: bool,
    pub lychee: bool,
    pub wrk: bool,
}

impl Programs {
    /// One of the workspace's own programs.
    pub fn binary(&self, name: &str) -> PathBuf {
        self.binaries.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Who says hello: name and command, without arguments.
    pub fn greeters(&self) -> Vec<(&'static str, Order)> {
        let hello = |runtime: &str| Order {
            program: self.binary("hello_world"),
            args: vec![runtime.to_owned()],
            ..Order::default()
        };
        let mut greeters =
            vec![(TOKIO, hello("tokio")), (SMOL, hello("smol")), (ASYNC_STD, hello("async-std"))];
        greeters.extend(self.twin("hello_world.py").map(|order| (ASYNCIO, order)));
        greeters
    }

    /// The scrapers: name and command, without arguments.
    pub fn scrapers(&self) -> Vec<(&'static str, Order)> {
        [
            (TOKIO, "scraper_tokio"),
            (TOKIO_HYPER, "scraper_http_tokio"),
            (SMOL, "scraper_smol"),
            (ASYNC_STD, "scraper_async_std"),
        ]
        .map(|(name, program)| (name, Order { program: self.binary(program), ..Order::default() }))
        .into()
    }

    /// The scrapers' twin, on both event loops.
    pub fn scraper_twins(&self) -> Vec<(&'static str, Order)> {
        let Some(asyncio) = self.twin("scraper.py") else { return Vec::new() };
        let mut uvloop = asyncio.clone();
        uvloop.args.extend(["--loop".to_owned(), "uvloop".to_owned()]);
        let mut twins = vec![(AIOHTTP, asyncio)];
        twins.extend(self.uvloop.then_some((UVLOOP, uvloop)));
        twins
    }

    /// What Python's scrapers are often written with instead of aiohttp.
    pub fn httpx(&self) -> Option<(&'static str, Order)> {
        self.twin("scraper_httpx.py").map(|order| (HTTPX, order))
    }

    /// The web service and its twin, each with one worker and with two: name and command, without the
    /// port. A worker is a thread of tokio's, and a process of uvicorn's.
    pub fn services(&self) -> Vec<(&'static str, Order)> {
        let axum = |workers: &str| Order {
            program: self.binary("kitchen"),
            env: vec![("TOKIO_WORKER_THREADS".to_owned(), workers.to_owned())],
            gently: true,
            ..Order::default()
        };
        let mut services = vec![(AXUM, axum("1")), (AXUM_TWO, axum("2"))];
        for (name, workers) in [(FASTAPI, "1"), (FASTAPI_TWO, "2")] {
            services.extend(self.twin("kitchen.py").map(|mut order| {
                order.args.extend(["--workers", workers].map(str::to_owned));
                order.gently = true;
                (name, order)
            }));
        }
        services
    }

    fn twin(&self, name: &str) -> Option<Order> {
        let script = self.twins.join(name).display().to_string();
        let program = self.python.clone()?;
        // What it prints is UTF-8, also where the system's encoding is another.
        let env = vec![("PYTHONUTF8".to_owned(), "1".to_owned())];
        Some(Order { program, args: vec![script], env, ..Order::default() })
    }
}

/// curl, asked for the pages that `pattern` names, as in `/page/[0-99]`. It prints status and size
/// of each, which is what is checked.
pub fn curl(pattern: &str, in_flight: usize) -> Order {
    let nowhere = if cfg!(windows) { "NUL" } else { "/dev/null" };
    let in_flight = in_flight.to_string();
    let args = [
        "--disable", // its configuration file
        "--noproxy", // the others ignore the environment's, too
        "*",
        "--silent",
        "--parallel",
        "--parallel-immediate", // does not wait for the first answer before it opens more connections
        "--parallel-max",
        &in_flight,
        "--output",
        nowhere,
        "--write-out",
        "%{http_code} %{size_download}\n",
        pattern,
    ];
    Order { program: "curl".into(), args: args.map(str::to_owned).into(), ..Order::default() }
}

/// wget2, asked for the pages of a list. It prints a line of CSV for each, which is what is checked.
pub fn wget2(list: &str, in_flight: usize) -> Order {
    let args = [
        "--no-config".to_owned(),
        "--no-proxy".to_owned(),
        "--quiet".to_owned(),
        format!("--max-threads={in_flight}"),
        "--output-document=/dev/null".to_owned(),
        "--stats-site=csv:-".to_owned(),
        format!("--input-file={list}"),
    ];
    Order { program: "wget2".into(), args: args.into(), ..Order::default() }
}

/// lychee, which checks links: it asks for the pages of a list, and prints how many there were. It is
/// polite by default, and told not to be.
pub fn lychee(list: &str, in_flight: usize) -> Order {
    let in_flight = in_flight.to_string();
    let args = [
        "--no-progress",
        "--format",
        "json",
        "--max-concurrency",
        &in_flight,
        "--host-concurrency",
        &in_flight,
        "--host-request-interval",
        "0s",
        "--max-retries",
        "0",
        list,
    ];
    Order { program: "lychee".into(), args: args.map(str::to_owned).into(), ..Order::default() }
}

/// wrk, for a number of seconds. It asks for one page again and again, and throws it away.
pub fn wrk(url: &str, in_flight: usize, seconds: u64) -> Order {
    let args = [
        "--threads=1".to_owned(),
        format!("--connections={in_flight}"),
        format!("--duration={seconds}s"),
        url.to_owned(),
    ];
    Order { program: "wrk".into(), args: args.into(), ..Order::default() }
}
