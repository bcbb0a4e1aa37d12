//! Every process that measuring starts, the server included: started, waited for and, at Ctrl-C or
//! any other end, ended.

use std::collections::BTreeMap;
use std::env::{self, consts::EXE_SUFFIX};
use std::error::Error;
use std::io::{Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use super::command_spec::{CommandSpec, Usage};

/// The pipes that keep what runs alive. `None` after Ctrl-C: nothing new starts.
static LIFELINES: Mutex<Option<BTreeMap<u32, ChildStdin>>> = Mutex::new(Some(BTreeMap::new()));

/// At the first Ctrl-C everything that runs is ended, and each wait for it returns
/// [`Interrupted`]; the second ends this program, and thereby the rest.
pub fn end_all_at_ctrl_c() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| {
        let lifelines = LIFELINES.lock().unwrap_or_else(PoisonError::into_inner).take();
        if lifelines.is_none() {
            std::process::exit(130);
        }
    })
}

/// Ctrl-C was pressed.
#[derive(Debug)]
pub struct Interrupted;

impl std::fmt::Display for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("interrupted; everything that was started has been ended")
    }
}

impl Error for Interrupted {}

/// Whether Ctrl-C was pressed.
pub fn interrupted() -> bool {
    LIFELINES.lock().unwrap_or_else(PoisonError::into_inner).is_none()
}

/// A command under way. Dropping it ends the command.
pub struct Running {
    measured: Child,
    answer: ChildStdout,
}

impl Running {
    /// Starts the command.
    ///
    /// # Errors
    /// [`Interrupted`], or `measured` cannot be started.
    pub fn start(spec: &CommandSpec) -> Result<Self, Box<dyn Error>> {
        // It is built into the folder that this program is in.
        let measured = env::current_exe()?.with_file_name(format!("measured{EXE_SUFFIX}"));
        let mut command = Command::new(&measured);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        // The terminal's Ctrl-C is for us; we tell it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut lifelines = LIFELINES.lock().unwrap_or_else(PoisonError::into_inner);
        let lifelines = lifelines.as_mut().ok_or(Interrupted)?;
        let mut child = command
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", measured.display()))?;
        let mut lifeline = child.stdin.take().expect("it is piped");
        let answer = child.stdout.take().expect("it is piped");
        writeln!(lifeline, "{}", serde_json::to_string(spec)?)?;
        lifelines.insert(child.id(), lifeline);
        Ok(Self { measured: child, answer })
    }

    /// Waits until the command ends by itself, with or without success.
    ///
    /// # Errors
    /// [`Interrupted`], or the command cannot be started.
    pub fn wait(mut self) -> Result<Usage, Box<dyn Error>> {
        let mut answer = String::new();
        self.answer.read_to_string(&mut answer)?;
        if interrupted() {
            return Err(Interrupted.into());
        }
        let usage = serde_json::from_str(&answer);
        Ok(usage.map_err(|_| "it could not be started")?) // measured has said why
    }

    /// Ends the command, and says what it cost.
    ///
    /// # Errors
    /// As for [`Running::wait`].
    pub fn end(self) -> Result<Usage, Box<dyn Error>> {
        self.let_go();
        self.wait()
    }

    fn let_go(&self) {
        if let Some(lifelines) = &mut *LIFELINES.lock().unwrap_or_else(PoisonError::into_inner) {
            lifelines.remove(&self.measured.id());
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.let_go();
        let _ = self.measured.wait();
    }
}

/// Runs a command to its end.
///
/// # Errors
/// It cannot be started, it fails, or Ctrl-C was pressed.
pub fn run(spec: &CommandSpec) -> Result<Usage, Box<dyn Error>> {
    let usage = Running::start(spec)?.wait()?;
    match usage.success {
        true => Ok(usage),
        false => Err(usage.ending.into()),
    }
}

/// Puts what was being done before an error, but not before Ctrl-C.
pub fn in_words(error: Box<dyn Error>, doing: &str) -> Box<dyn Error> {
    if error.is::<Interrupted>() { error } else { format!("{doing}: {error}").into() }
}

/// What a command prints, when it succeeds; the command takes no time worth waiting for.
pub fn output(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).stdin(Stdio::null()).output().ok()?;
    // nginx -v uses the latter.
    let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    output.status.success().then(|| String::from_utf8_lossy(&text).trim().to_owned())
}
