//! The contenders, and how each is called to do the same work.

use std::path::PathBuf;

use super::command_spec::CommandSpec;

/// The names that figures use. This one is tokio with reqwest.
pub const TOKIO: &str = "tokio";
/// tokio on the client that smol and async-std have here, instead of reqwest.
pub const TOKIO_HYPER: &str = "tokio (hyper)";
/// smol.
pub const SMOL: &str = "smol";
/// async-std.
pub const ASYNC_STD: &str = "async-std";
/// Python without a client.
pub const ASYNCIO: &str = "asyncio";
/// Python's usual client.
pub const AIOHTTP: &str = "aiohttp";
/// The same on an event loop in C.
pub const UVLOOP: &str = "aiohttp (uvloop)";
/// The mark: it fetches, and does not search.
pub const CURL: &str = "curl --parallel";
/// What any process takes.
pub const EMPTY: &str = "empty main";
/// The web service.
pub const AXUM: &str = "axum";
/// Its twin.
pub const FASTAPI: &str = "FastAPI";

/// Their order: runtimes over one client, another client, Python, what is there to compare with.
const ORDER: [&str; 11] =
    [TOKIO_HYPER, SMOL, ASYNC_STD, TOKIO, AXUM, ASYNCIO, AIOHTTP, UVLOOP, FASTAPI, CURL, EMPTY];

/// A contender's place in tables.
pub fn rank(name: &str) -> usize {
    ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len())
}

/// A contender's name, and how it is called.
pub type Contender = (&'static str, CommandSpec);

/// The programs that are there to be measured.
#[derive(Debug, Clone, Default)]
pub struct Programs {
    /// The folder of the Rust programs.
    pub binaries: PathBuf,
    /// An interpreter that has what the twins need.
    pub python: Option<PathBuf>,
    /// The folder of the twins.
    pub twins: PathBuf,
    /// Whether that interpreter has uvloop.
    pub uvloop: bool,
    /// Whether there is a curl that fetches many pages at a time.
    pub curl: bool,
    /// Whether there is wrk, which asks the web service.
    pub wrk: bool,
}

impl Programs {
    /// One of the workspace's own programs.
    pub fn binary(&self, name: &str) -> PathBuf {
        self.binaries.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// The hello worlds, without arguments.
    pub fn greeters(&self) -> Vec<Contender> {
        let hello = |runtime: &str| CommandSpec {
            program: self.binary("hello_world"),
            args: vec![runtime.to_owned()],
            ..CommandSpec::default()
        };
        let mut greeters =
            vec![(TOKIO, hello("tokio")), (SMOL, hello("smol")), (ASYNC_STD, hello("async-std"))];
        greeters.extend(self.twin("hello_world.py").map(|spec| (ASYNCIO, spec)));
        greeters
    }

    /// The scrapers, without arguments.
    pub fn scrapers(&self) -> Vec<Contender> {
        [
            (TOKIO_HYPER, "scraper_http_tokio"),
            (SMOL, "scraper_smol"),
            (ASYNC_STD, "scraper_async_std"),
            (TOKIO, "scraper_tokio"),
        ]
        .map(|(name, program)| {
            (name, CommandSpec { program: self.binary(program), ..CommandSpec::default() })
        })
        .into()
    }

    /// The scrapers, and their twin.
    pub fn scrapers_and_twin(&self) -> Vec<Contender> {
        let mut all = self.scrapers();
        all.extend(self.twin("scraper.py").map(|spec| (AIOHTTP, spec)));
        all
    }

    /// The scrapers' twin on another event loop.
    pub fn twin_on_uvloop(&self) -> Option<Contender> {
        let mut spec = self.twin("scraper.py").filter(|_| self.uvloop)?;
        spec.args.extend(["--loop", "uvloop"].map(str::to_owned));
        Some((UVLOOP, spec))
    }

    /// The web service and its twin, each with one worker, without the port.
    pub fn services(&self) -> Vec<Contender> {
        let axum = CommandSpec {
            program: self.binary("kitchen"),
            env: vec![("TOKIO_WORKER_THREADS".to_owned(), "1".to_owned())],
            gently: true,
            ..CommandSpec::default()
        };
        let twin = self.twin("kitchen.py").map(|spec| CommandSpec { gently: true, ..spec });
        [Some((AXUM, axum)), twin.map(|spec| (FASTAPI, spec))].into_iter().flatten().collect()
    }

    fn twin(&self, name: &str) -> Option<CommandSpec> {
        let script = self.twins.join(name).display().to_string();
        let program = self.python.clone()?;
        // What it prints is UTF-8, also where the system's encoding is another.
        let env = vec![("PYTHONUTF8".to_owned(), "1".to_owned())];
        Some(CommandSpec { program, args: vec![script], env, ..CommandSpec::default() })
    }
}

/// curl, asked for the pages that `pattern` names, as in `/page/[0-99]`. It prints status and size
/// of each, which is what is checked.
pub fn curl(pattern: &str, in_flight: usize) -> CommandSpec {
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
    let args = args.map(str::to_owned).into();
    CommandSpec { program: "curl".into(), args, ..CommandSpec::default() }
}
