//! A PostgreSQL server of one's own, in a temporary folder, for as long as the program runs.

#[cfg(unix)]
use std::os::unix::{fs::chown, process::CommandExt};
use std::path::PathBuf;
use std::process::{Command, Stdio};

#[cfg(unix)]
use nix::unistd::{Uid, User};
use tempfile::TempDir;

/// How many seconds it may take until a server answers.
const LIMIT: &str = "300";

/// A running server. Dropped, it ends, and its folder is deleted.
pub struct PrivatePostgres {
    programs: PathBuf,
    folder: TempDir,
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
        #[cfg(unix)]
        if let Some(user) = owner() {
            let given = chown(folder.path(), Some(user.uid.into()), Some(user.gid.into()));
            given.map_err(|e| cannot("give PostgreSQL its folder", &e))?;
        }
        let mut postgres = Self { programs, folder };
        let settings = "--auth=trust --username=kitchen --encoding=UTF8 --no-locale --no-sync";
        let made = postgres.control(&["init", "-o", settings]);
        made.map_err(|e| cannot("make a database", &e))?;
        postgres.start_again().map_err(|e| cannot("start postgres", &e))?;
        Ok(postgres)
    }

    /// Runs pg_ctl, which waits until the server has done what it says; its words say why it failed.
    fn control(&self, args: &[&str]) -> Result<(), String> {
        let mut control = Command::new(self.programs.join("pg_ctl"));
        control.args(args).arg("--silent").arg("--pgdata").arg(self.folder.path().join("data"));
        #[cfg(unix)]
        {
            // A terminal's Ctrl-C is for us, who have requests to finish.
            control.process_group(0);
            if let Some(user) = owner() {
                control.uid(user.uid.into()).gid(user.gid.into()).current_dir("/");
            }
        }
        let output = control.stdin(Stdio::null()).output().map_err(|e| e.to_string())?;
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ")),
        }
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
        _ = self.control(&["stop", "--mode=immediate"]); // it may have ended
    }

    /// Starts it again, with what was committed.
    ///
    /// # Errors
    /// Why it does not start.
    pub fn start_again(&mut self) -> Result<(), String> {
        let folder = self.folder.path();
        // Nothing of it is to last: no sync, and no port.
        let options = format!("-k '{}' -c listen_addresses= -c fsync=off", folder.display());
        let log = folder.join("log").display().to_string();
        self.control(&["start", "--timeout", LIMIT, "--options", &options, "--log", &log])
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The folder of pg_ctl and what it runs: where pg_config says, or where Debian has its versions.
fn programs() -> Option<PathBuf> {
    let said =
        Command::new("pg_config").arg("--bindir").output().ok().filter(|o| o.status.success());
    let said = said.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<PathBuf> = debian.map(|version| version.path().join("bin")).collect();
    debian.sort();
    let all = said.into_iter().chain(debian.into_iter().rev());
    all.into_iter().find(|folder| {
        ["pg_ctl", "initdb", "postgres"].iter().all(|name| folder.join(name).exists())
    })
}

/// PostgreSQL does not run as root. Where we are root, it runs as the user that Debian made for it, or
/// as nobody.
#[cfg(unix)]
fn owner() -> Option<User> {
    let named = |name| User::from_name(name).ok().flatten();
    Uid::effective().is_root().then(|| named("postgres").or_else(|| named("nobody")))?
}
