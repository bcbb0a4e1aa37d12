//! A scraper, run as its users do.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use testing::{Finished, command};

use scraper_kit::{ErrorKind, Outcome};

/// A scraper's command line.
pub struct Scraper(Command);

impl Scraper {
    /// The binary at this path, run as [`command`] has it.
    pub fn new(binary: &str) -> Self {
        let mut command = command(binary);
        for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env(name, "http://127.0.0.1:1"); // scrapers ignore proxies: this one is dead
        }
        Self(command)
    }

    /// The same with an outcome on each line of standard output.
    pub fn json(binary: &str) -> Self {
        Self::new(binary).json_lines()
    }

    /// One that tries once, and is as impolite as `-c` allows: all of its pages are on one host, and
    /// a second try would hide what is looked for.
    pub fn bare(binary: &str) -> Self {
        Self::json(binary).impolite()
    }

    /// One that a shell becomes after these commands.
    pub fn in_shell(commands: &str, binary: &str) -> Self {
        Self::new("sh").args(["-c", &format!("{commands}; exec \"$@\""), "sh", binary])
    }

    pub fn json_lines(self) -> Self {
        self.args(["-f", "json"])
    }

    pub fn impolite(self) -> Self {
        self.args(["--retries", "0", "--per-host", "1000"])
    }

    /// One more argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.0.arg(arg);
        self
    }

    /// More arguments.
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.0.args(args);
        self
    }

    /// Trusts the certificate authority in this PEM file, and no other.
    pub fn trust(mut self, ca: &Path) -> Self {
        self.0.env("SSL_CERT_FILE", ca);
        self
    }

    /// Saves its pages in this folder.
    pub fn save(self, folder: &Path) -> Self {
        self.arg("--save").arg(folder)
    }

    /// Starts it, with standard input to write to.
    pub fn spawn(mut self) -> Running {
        let child = self.0.stdin(Stdio::piped()).spawn();
        let mut child = child.expect("the scraper's binary is built");
        Running { stdin: child.stdin.take(), stdout: None, child }
    }

    /// Starts it, with a list to write to, whose outcomes can be read.
    pub fn spawn_with_list(self) -> Running {
        self.args(["-i", "-"]).spawn()
    }

    /// Runs it to its end.
    pub fn run(self) -> Finished {
        self.run_with("")
    }

    /// Runs it to its end, with this on standard input.
    pub fn run_with(self, input: impl Into<Vec<u8>>) -> Finished {
        let Running { mut stdin, child, .. } = self.spawn();
        let input = input.into();
        thread::spawn(move || stdin.take().expect("it is piped").write_all(&input));
        Finished::wait(child)
    }

    /// Runs it to its end, with a list of these URLs on standard input.
    pub fn run_list<U: AsRef<str>>(self, urls: impl IntoIterator<Item = U>) -> Finished {
        let list: String = urls.into_iter().map(|url| format!("{}\n", url.as_ref())).collect();
        self.args(["-i", "-"]).run_with(list)
    }
}

/// A scraper that was started.
pub struct Running {
    pub child: Child,
    pub stdin: Option<ChildStdin>,
    stdout: Option<Lines<BufReader<ChildStdout>>>,
}

impl Running {
    /// Writes a line of the list.
    pub fn list(&mut self, url: &str) {
        self.try_list(url).expect("the scraper reads its list");
    }

    /// The same, if the scraper still reads it.
    pub fn try_list(&mut self, url: &str) -> io::Result<()> {
        writeln!(self.stdin.as_mut().expect("the list is open"), "{url}")
    }

    /// The next line of standard output.
    pub fn line(&mut self) -> String {
        let line = self.lines().next().expect("the run goes on");
        line.expect("it prints UTF-8")
    }

    /// The next page of a run with `-f json`.
    pub fn page(&mut self) -> Outcome {
        parse(&self.line())
    }

    /// The lines of standard output that are not read yet.
    pub fn lines(&mut self) -> &mut Lines<BufReader<ChildStdout>> {
        let stdout = &mut self.child.stdout;
        self.stdout
            .get_or_insert_with(|| BufReader::new(stdout.take().expect("it is piped")).lines())
    }

    /// Closes the pipe that it prints to.
    pub fn close_stdout(&mut self) {
        self.stdout = None;
    }

    /// Sends it a signal, such as `-INT`.
    pub fn send(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "{signal} cannot be sent");
    }

    /// Waits until `condition` holds, which it must before the scraper ends.
    pub fn wait_until(&mut self, what: &str, mut condition: impl FnMut() -> bool) {
        while !condition() {
            let ended = self.child.try_wait().expect("it is our child");
            assert_eq!(ended, None, "it waits for {what}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends the list, and waits for the end of the run. Its standard output is what is not read yet.
    pub fn finish(mut self) -> Finished {
        self.stdin = None;
        self.wait()
    }

    /// Waits for the end of the run, while the list stays open.
    pub fn wait(self) -> Finished {
        let Self { child, stdin, stdout } = self;
        let finished = Finished::wait(child);
        drop((stdin, stdout));
        finished
    }

    pub fn kill(mut self) {
        self.child.kill().expect("it is our child");
        self.child.wait().expect("it is our child");
    }
}

/// What a run with `-f json` printed.
pub trait Pages {
    /// The pages, in the order of the list.
    ///
    /// # Panics
    /// If standard output is anything but JSON Lines of pages.
    fn pages(&self) -> Vec<Outcome> {
        let mut pages = self.pages_as_they_came();
        pages.sort_by_key(|page| page.index);
        pages
    }

    /// The pages, in the order in which they were done.
    ///
    /// # Panics
    /// If standard output is anything but JSON Lines of pages.
    fn pages_as_they_came(&self) -> Vec<Outcome>;

    /// What each page failed of, in the order of the list.
    fn kinds(&self) -> Vec<Option<ErrorKind>> {
        self.pages().iter().map(kind).collect()
    }

    /// All of so many pages were fetched.
    fn assert_all(&self, count: usize);
}

impl Pages for Finished {
    fn pages_as_they_came(&self) -> Vec<Outcome> {
        self.stdout.lines().map(parse).collect()
    }

    fn assert_all(&self, count: usize) {
        let pages = self.pages();
        let failed: Vec<_> = pages.iter().filter_map(|page| page.error.as_ref()).collect();
        assert!(failed.is_empty(), "{} of {count} lost: {:?}", failed.len(), failed[0]);
        assert_eq!((self.code, pages.len()), (Some(0), count), "{}", self.stderr);
    }
}

fn parse(line: &str) -> Outcome {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

/// What a page failed of.
pub fn kind(page: &Outcome) -> Option<ErrorKind> {
    page.error.as_ref().map(|error| error.kind)
}

/// The name of the binary at this path.
pub fn name_of(binary: &str) -> &str {
    let name = Path::new(binary).file_stem().and_then(OsStr::to_str);
    name.expect("cargo gives plain names")
}
