//! What has to be there before the first run: release binaries, the twins' Python, pages, servers.

use std::env;
use std::error::Error;
use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use tempfile::TempDir;
use testing::environment;

use super::build;
use super::command_spec::CommandSpec;
use super::contender::Programs;
use super::process::{self, in_words};
use super::server::Server;

/// Different pages; all that are fetched are these, again and again.
pub const PAGES: usize = 100;

/// The size that a page is asked for with.
pub const PAGE_BYTES: u64 = 10_000;

/// Requests in flight, where nothing else is said.
pub const CONCURRENCY: usize = 100;

/// All that the experiments work with. Servers end, and files go, when it is dropped.
pub struct Setup {
    pub programs: Programs,
    /// A program whose main is empty, and the folder of its package.
    pub empty: PathBuf,
    pub empty_package: PathBuf,
    /// The size of each page; all are served again and again.
    pub page_sizes: Vec<u64>,
    /// Serves the pages as fast as it can: nginx, or another practice site.
    pub server: Server,
    pub server_name: String,
    /// Whether that is nginx.
    pub has_nginx: bool,
    /// Serves pages that take their time.
    pub site: Server,
    pub left_out: Vec<String>,
    pub workspace: PathBuf,
    pub profile: String,
    pub quick: bool,
    pub runs: usize,
    folder: TempDir,
}

impl Setup {
    /// Builds, installs and starts it all; says on standard error what it does.
    ///
    /// # Errors
    /// Something that cannot be left out is missing, or Ctrl-C was pressed.
    pub fn new(profile: &str, quick: bool, runs: usize) -> Result<Self, Box<dyn Error>> {
        let workspace = workspace();
        let target = target()?;
        build::measured(&workspace)?;
        let binaries = build::examples(&workspace, &target, profile)?;
        let folder = tempfile::Builder::new()
            .prefix(&format!("measure-{}-", std::process::id()))
            .tempdir_in(&target)?;
        let (empty, empty_package) = build::empty(folder.path())?;

        let mut left_out = Vec::new();
        let programs = find_programs(&workspace, &target, binaries, &mut left_out);
        let practice_site = programs.binary("practice_site");
        let site = Server::practice_site(&practice_site, folder.path())?;
        let page_sizes = make_pages(&programs, &site, folder.path())?;
        let nginx = Server::nginx(folder.path());
        let has_nginx = nginx.is_ok();
        let (server, server_name) = match nginx {
            Ok(server) => (server, "nginx, one process".to_owned()),
            Err(error) if error.is::<process::Interrupted>() => return Err(error),
            Err(error) => {
                let server = Server::practice_site(&practice_site, folder.path())?;
                (server, format!("the practice site, a thread for each connection ({error})"))
            }
        };
        let profile = profile.to_owned();
        Ok(Self {
            programs,
            empty,
            empty_package,
            page_sizes,
            server,
            server_name,
            has_nginx,
            site,
            left_out,
            workspace,
            profile,
            quick,
            runs,
            folder,
        })
    }

    /// A file that lasts as long as the run.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A list of so many URLs on the fast server, on so many hosts in turns: all of 127.0.0.0/8 is this
    /// machine (Linux).
    ///
    /// # Errors
    /// It cannot be written.
    pub fn urls(&self, count: u64, hosts: u64) -> Result<PathBuf, Box<dyn Error>> {
        let path = self.file(&format!("{count}-{hosts}.txt"));
        let port = self.server.port();
        let line = |n: u64| {
            let host = u32::try_from(n % hosts).unwrap_or(0);
            let host = Ipv4Addr::from(u32::from(Ipv4Addr::LOCALHOST) + host);
            format!("http://{host}:{port}/page/{}?bytes={PAGE_BYTES}&n={n}\n", n % PAGES as u64)
        };
        fs::write(&path, (0..count).map(line).collect::<String>())?;
        Ok(path)
    }
}

/// The root of the sources.
fn workspace() -> PathBuf {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR"));
    docs.parent().unwrap_or(docs).to_owned()
}

/// Where cargo builds: this program is in target/debug or target/release.
pub fn target() -> Result<PathBuf, Box<dyn Error>> {
    let program = env::current_exe()?;
    let target = program.ancestors().nth(2).ok_or("this program is in no target folder")?;
    Ok(target.to_owned())
}

fn find_programs(
    workspace: &Path,
    target: &Path,
    binaries: PathBuf,
    left_out: &mut Vec<String>,
) -> Programs {
    let mut programs =
        Programs { binaries, twins: workspace.join("docs/python"), ..Programs::default() };
    match environment::find(target, &programs.twins.join("requirements.txt")) {
        Ok(python) => {
            let import = process::output(&python.to_string_lossy(), &["-c", "import uvloop"]);
            programs.uvloop = import.is_some();
            programs.python = Some(python);
            if !programs.uvloop {
                left_out.push("uvloop: it is not installed".to_owned());
            }
        }
        Err(error) => left_out.push(format!("asyncio, aiohttp and FastAPI: {error}")),
    }
    let help = process::output("curl", &["--help", "all"]);
    programs.curl = help.is_some_and(|help| help.contains("--parallel-max"));
    if !programs.curl {
        left_out.push("curl: there is none that knows --parallel".to_owned());
    }
    // Asked for its version, wrk prints it and fails.
    programs.wrk = Command::new("wrk").arg("-v").output().is_ok();
    if !programs.wrk {
        left_out.push("wrk: it is not installed".to_owned());
    }
    for line in &*left_out {
        eprintln!("left out: {line}");
    }
    programs
}

/// Has the pages made by the practice site, and fetches them to files for nginx. Returns their sizes.
fn make_pages(
    programs: &Programs,
    site: &Server,
    folder: &Path,
) -> Result<Vec<u64>, Box<dyn Error>> {
    #[derive(Deserialize)]
    struct Saved {
        index: usize,
        file: Option<PathBuf>,
    }
    let (list, found) = (folder.join("make_pages.txt"), folder.join("made_pages.txt"));
    let line = |n| format!("{}/page/{n}?bytes={PAGE_BYTES}\n", site.address());
    fs::write(&list, (0..PAGES).map(line).collect::<String>())?;
    let text = |path: &Path| path.display().to_string();
    process::run(&CommandSpec {
        program: programs.binary("scraper_tokio"),
        args: ["-f", "json", "-i", &text(&list), "--save", &text(&folder.join("saved"))]
            .map(str::to_owned)
            .into(),
        stdout: Some(found.clone()),
        stderr: Some(folder.join("messages.txt")),
        ..CommandSpec::default()
    })
    .map_err(|error| in_words(error, "cannot make the pages"))?;

    fs::create_dir(folder.join("page"))?;
    let mut sizes = vec![0; PAGES];
    for line in fs::read_to_string(&found)?.lines() {
        let saved: Saved = serde_json::from_str(line)?;
        let page = folder.join("page").join(saved.index.to_string());
        fs::rename(saved.file.ok_or("a page was not saved")?, &page)?;
        sizes[saved.index] = fs::metadata(&page)?.len();
    }
    Ok(sizes)
}
