//! A PostgreSQL server of one's own, in a temporary folder, for as long as the program runs.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long initdb may take, and how long a server until it answers.
const LIMIT: Duration = Duration::from_secs(300);

/// A running server. Dropped, it ends, and its folder is deleted.
pub struct PrivatePostgres {
    programs: PathBuf,
    folder: TempDir,
    server: Child,
}

impl PrivatePostgres {
    /// Starts the server of an installed PostgreSQL. It listens on a socket in its folder alone.
    ///
    /// # Errors
    /// Why there is none, and what to do.
    pub fn start() -> Result<Self, String> {
        if cfg!(not(unix)) {
            return Err("a private PostgreSQL needs a Unix socket: set DATABASE_URL".to_owned());
        }
        let programs =
            programs().ok_or("PostgreSQL is not installed: install it, or set DATABASE_URL")?;
        let cannot = |what: &str, error: &dyn std::fmt::Display| format!("cannot {what}: {error}");
        let folder = tempfile::Builder::new().prefix("kitchen").tempdir();
        let folder = folder.map_err(|e| cannot("make a folder for PostgreSQL", &e))?;
        as_owner::give(folder.path()).map_err(|e| cannot("give PostgreSQL its folder", &e))?;
        let data = folder.path().join("data");
        let mut initdb = Command::new(programs.join("initdb"));
        initdb.args(["--auth=trust", "--username=kitchen", "--encoding=UTF8", "--no-locale"]);
        initdb.arg("--no-sync").arg("--pgdata").arg(&data);
        let made = run(as_owner::run(&mut initdb));
        made.map_err(|e| cannot("make a database with initdb", &e))?;
        let server = Self::serve(&programs, folder.path());
        let server = server.map_err(|e| cannot("start postgres", &e))?;
        let mut started = Self { programs, folder, server };
        started.wait().map_err(|e| cannot("start postgres", &e))?;
        Ok(started)
    }

    fn serve(programs: &Path, folder: &Path) -> io::Result<Child> {
        let mut postgres = Command::new(programs.join("postgres"));
        postgres.arg("-D").arg(folder.join("data")).arg("-k").arg(folder);
        // Nothing of it is to last: no sync, and no port.
        postgres.args(["-c", "listen_addresses=", "-c", "fsync=off"]);
        as_owner::run(&mut postgres)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
    }

    /// Waits until it answers.
    fn wait(&mut self) -> Result<(), String> {
        let begun = Instant::now();
        while begun.elapsed() < LIMIT {
            if let Some(status) = self.server.try_wait().map_err(|e| e.to_string())? {
                return Err(format!("it ended: {status}"));
            }
            let mut ready = Command::new(self.programs.join("pg_isready"));
            let ready = ready.arg("--quiet").arg("--host").arg(self.folder.path()).status();
            if ready.is_ok_and(|status| status.success()) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err("it does not answer".to_owned())
    }

    /// How to connect to it.
    pub fn config(&self) -> tokio_postgres::Config {
        let mut config = tokio_postgres::Config::new();
        #[cfg(unix)]
        config.host_path(self.folder.path());
        config.user("kitchen").dbname("postgres");
        config
    }

    /// The socket that it listens on.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join(".s.PGSQL.5432")
    }

    /// The same as a URL, as DATABASE_URL has it.
    pub fn url(&self) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgresql://kitchen@/postgres?host={folder}")
    }

    /// Ends the server, at once and whatever is under way, as if it had crashed.
    pub fn stop(&mut self) {
        let mut stop = Command::new(self.programs.join("pg_ctl"));
        stop.args(["stop", "--silent", "--mode=immediate", "--pgdata"])
            .arg(self.folder.path().join("data"));
        if !as_owner::run(&mut stop).status().is_ok_and(|status| status.success()) {
            _ = self.server.kill(); // it may have ended
        }
        _ = self.server.wait();
    }

    /// Starts it again, with what was committed.
    ///
    /// # Errors
    /// Why it does not start.
    pub fn start_again(&mut self) -> Result<(), String> {
        self.server = Self::serve(&self.programs, self.folder.path()).map_err(|e| e.to_string())?;
        self.wait()
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Runs a program to its end, but not for longer than the limit; its last words say why it failed.
fn run(command: &mut Command) -> Result<(), String> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| e.to_string())?;
    let begun = Instant::now();
    while child.try_wait().map_err(|e| e.to_string())?.is_none() {
        if begun.elapsed() > LIMIT {
            _ = child.kill();
            _ = child.wait();
            return Err(format!("it did not end in {LIMIT:?}"));
        }
        thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().map_err(|e| e.to_string())?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ")),
    }
}

/// The folder of initdb and postgres: where pg_config says, or where Debian has its versions.
fn programs() -> Option<PathBuf> {
    let said =
        Command::new("pg_config").arg("--bindir").output().ok().filter(|o| o.status.success());
    let said = said.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<PathBuf> = debian.map(|version| version.path().join("bin")).collect();
    debian.sort();
    let all = said.into_iter().chain(debian.into_iter().rev());
    all.into_iter()
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}

/// PostgreSQL does not run as root. Where we are root, it runs as the user that Debian made for it, or
/// as nobody.
#[cfg(unix)]
mod as_owner {
    use std::io;
    use std::os::unix::fs::chown;
    use std::os::unix::process::CommandExt;
    use std::path::Path;
    use std::process::Command;

    use nix::unistd::{Uid, User};

    fn owner() -> Option<User> {
        let named = |name| User::from_name(name).ok().flatten();
        Uid::effective().is_root().then(|| named("postgres").or_else(|| named("nobody")))?
    }

    pub fn give(folder: &Path) -> io::Result<()> {
        owner().map_or(Ok(()), |user| chown(folder, Some(user.uid.into()), Some(user.gid.into())))
    }

    /// In a process group of its own: a terminal's Ctrl-C is for us, who have requests to finish.
    pub fn run(command: &mut Command) -> &mut Command {
        command.process_group(0);
        match owner() {
            Some(user) => command.uid(user.uid.into()).gid(user.gid.into()).current_dir("/"),
            None => command,
        }
    }
}

#[cfg(not(unix))]
mod as_owner {
    use std::io;
    use std::path::Path;
    use std::process::Command;

    pub fn give(_folder: &Path) -> io::Result<()> {
        Ok(())
    }

    pub fn run(command: &mut Command) -> &mut Command {
        command
    }
}
