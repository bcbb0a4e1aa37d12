//! Runs one command and prints what it cost, for `cargo run -p docs -- measure`: see measure/command_spec.rs.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufRead, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use docs::measure::command_spec::{CommandSpec, Usage};

/// How long a command may take to end by itself, when it is asked to: the kitchen gives its guests ten
/// seconds.
const GRACE: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let spec: CommandSpec = serde_json::from_str(&line)?;
    let usage = measure(&spec)
        .map_err(|error| format!("cannot run {}: {error}", spec.program.display()))?;
    writeln!(io::stdout(), "{}", serde_json::to_string(&usage)?)?;
    Ok(())
}

fn measure(spec: &CommandSpec) -> io::Result<Usage> {
    let mut command = command(spec)?;
    let start = Instant::now();
    let mut child = command.spawn()?;
    let group = Arc::new(Group(Mutex::new(Some(child.id()))));
    end_with_the_lifeline(Arc::clone(&group), spec.gently);
    let passed = spec.limit_s.map(|limit| (limit, end_after(limit, Arc::clone(&group))));

    let mut usage = Usage::default();
    if spec.until_output {
        usage.first_output_s = first_output(spec, &mut child, start)?;
        group.end();
    }
    let status = child.wait()?;
    usage.wall_s = start.elapsed().as_secs_f64();
    group.end(); // what the command left behind
    group.is_gone();
    (usage.cpu_s, usage.peak_bytes) = costs();
    usage.success = status.success() || usage.first_output_s.is_some();
    usage.ending = status.to_string();
    if let Some((limit, passed)) = passed
        && passed.load(Ordering::Relaxed)
    {
        usage.success = false;
        usage.ending = format!("it was not done after {limit} s");
    }
    Ok(usage)
}

fn command(spec: &CommandSpec) -> io::Result<Command> {
    let mut command = Command::new(&spec.program);
    command.args(&spec.args).envs(spec.env.iter().map(|(name, value)| (name, value)));
    if let Some(folder) = &spec.folder {
        command.current_dir(folder);
    }
    command.stdin(
        spec.stdin.as_ref().map_or(Ok(Stdio::null()), |path| File::open(path).map(Stdio::from))?,
    );
    command.stdout(match spec.until_output {
        true => Stdio::piped(),
        false => write_to(spec.stdout.as_deref())?,
    });
    command.stderr(write_to(spec.stderr.as_deref())?);
    // A process group of its own, so that it can be ended together with what it starts.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    Ok(command)
}

fn write_to(path: Option<&Path>) -> io::Result<Stdio> {
    path.map_or_else(|| Ok(io::stderr().into()), |path| File::create(path).map(Stdio::from))
}

/// Waits for the command's first output, and passes it on.
fn first_output(spec: &CommandSpec, child: &mut Child, start: Instant) -> io::Result<Option<f64>> {
    let mut buffer = [0; 1024];
    let mut stdout = child.stdout.take().expect("it is piped");
    let length = stdout.read(&mut buffer)?;
    let elapsed = start.elapsed().as_secs_f64();
    if let Some(path) = &spec.stdout {
        fs::write(path, &buffer[..length])?;
    }
    Ok((length > 0).then_some(elapsed))
}

/// The command and all that it started, until they are gone.
struct Group(Mutex<Option<u32>>);

impl Group {
    /// Ends them all. A process that is gone already is no error.
    fn end(&self) {
        #[cfg(unix)]
        self.signal(nix::sys::signal::Signal::SIGKILL);
        #[cfg(not(unix))]
        if let Some(id) = self.id() {
            let _ = Command::new("taskkill").args(["/F", "/T", "/PID", &id.to_string()]).output();
        }
    }

    /// Asks the command to end by itself, where that can be asked.
    fn ask_to_end(&self) {
        #[cfg(unix)]
        self.signal(nix::sys::signal::Signal::SIGINT);
    }

    #[cfg(unix)]
    fn signal(&self, signal: nix::sys::signal::Signal) {
        if let Some(id) = self.id() {
            let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(id.cast_signed()), signal);
        }
    }

    fn id(&self) -> Option<u32> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on its number may belong to another process.
    fn is_gone(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Standard input stays open as long as `measure` lives and wants the command.
fn end_with_the_lifeline(group: Arc<Group>, gently: bool) {
    thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        if gently {
            group.ask_to_end();
            thread::sleep(GRACE); // if it ends before, so do we
        }
        group.end();
    });
}

/// Ends the command when its time is up, and tells whether it has been.
fn end_after(limit: f64, group: Arc<Group>) -> Arc<AtomicBool> {
    let passed = Arc::new(AtomicBool::new(false));
    let says = Arc::clone(&passed);
    thread::spawn(move || {
        thread::sleep(Duration::try_from_secs_f64(limit).unwrap_or(Duration::MAX));
        says.store(true, Ordering::Relaxed);
        group.end();
    });
    passed
}

/// Processor time and peak memory of the one command that has been waited for.
#[cfg(unix)]
fn costs() -> (Option<f64>, Option<u64>) {
    use nix::sys::resource::{UsageWho, getrusage};
    // getrusage(2): kilobytes everywhere but on Apple's systems, which count bytes.
    let unit = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
    getrusage(UsageWho::RUSAGE_CHILDREN).map_or((None, None), |usage| {
        let seconds =
            |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
        let cpu = seconds(usage.user_time()) + seconds(usage.system_time());
        (Some(cpu), Some(usage.max_rss().unsigned_abs() * unit))
    })
}

#[cfg(not(unix))]
fn costs() -> (Option<f64>, Option<u64>) {
    (None, None)
}
