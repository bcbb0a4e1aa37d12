//! `measure` and its helper `measured`, seen from outside.

mod common;

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use common::{PATIENCE, within};
use docs::measure::command_spec::{CommandSpec, Usage};
use testing::{Finished, command};

fn docs(args: &[&str]) -> Command {
    let mut command = command(env!("CARGO_BIN_EXE_docs"));
    command.arg("measure").args(args);
    command
}

fn measured(spec: &CommandSpec) -> Child {
    let mut command = command(env!("CARGO_BIN_EXE_measured"));
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
    // Stays open: it is the command's lifeline.
    writeln!(child.stdin.as_mut().unwrap(), "{}", serde_json::to_string(spec).unwrap()).unwrap();
    child
}

fn usage(child: &mut Child) -> Usage {
    let mut stdout = child.stdout.take().unwrap();
    let text = within(PATIENCE, "measured to say what a command cost", move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).map(|_| text)
    });
    let text = text.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Waits for its end.
fn end(what: &str, mut child: Child) -> ExitStatus {
    within(PATIENCE, what, move || child.wait().unwrap())
}

/// `docs --help`, as something that any system can run.
fn help() -> CommandSpec {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_docs"));
    CommandSpec { program, args: vec!["--help".to_owned()], ..CommandSpec::default() }
}

#[test]
fn what_cannot_be_measured_is_a_usage_error() {
    let groups = "[possible values: hello, scraping, latency, startup, service, cost]";
    let no_rounds = "for '--runs <N>'";
    for (args, why) in [
        (["--only", "mars"], groups),
        (["--runs", "0"], no_rounds),
        (["--runs", "-1"], "'-1'"),
        (["--runs", "many"], no_rounds),
    ] {
        let Finished { code, stdout, stderr } = Finished::run(&mut docs(&args));
        assert!(code == Some(2) && stdout.is_empty() && stderr.contains(why), "{args:?}: {stderr}");
    }
}

#[test]
fn a_record_that_is_none_is_one_clear_line() {
    let Finished { code, stderr, .. } = Finished::run(&mut docs(&["--show", "nowhere.json"]));
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.starts_with("docs: cannot read nowhere.json: "), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[test]
fn a_command_s_time_memory_and_output_are_there() {
    let output = tempfile::NamedTempFile::new().unwrap();
    let usage = usage(&mut measured(&CommandSpec { stdout: Some(output.path().into()), ..help() }));
    assert!(usage.success && usage.wall_s > 0.0 && usage.first_output_s.is_none(), "{usage:?}");
    assert!(std::fs::read_to_string(output.path()).unwrap().contains("Usage"));
    if cfg!(unix) {
        assert!(usage.cpu_s.unwrap() >= 0.0);
        assert!(usage.peak_bytes.unwrap() > 100_000, "{usage:?}");
    }
}

#[test]
fn until_output_is_before_the_end() {
    let usage = usage(&mut measured(&CommandSpec { until_output: true, ..help() }));
    let first = usage.first_output_s.unwrap();
    assert!(usage.success && first > 0.0 && first <= usage.wall_s, "{usage:?}");
}

#[test]
fn a_command_that_fails_or_is_not_there_is_told() {
    let spec = CommandSpec { args: vec!["--nonsense".to_owned()], ..help() };
    let stderr = tempfile::NamedTempFile::new().unwrap();
    let usage = usage(&mut measured(&CommandSpec { stderr: Some(stderr.path().into()), ..spec }));
    assert!(!usage.success && usage.ending.contains('2'), "{usage:?}");
    let missing =
        measured(&CommandSpec { program: "no-such-program".into(), ..CommandSpec::default() });
    assert!(!end("measured to give up", missing).success());
}

/// Linux counts what a process held before it became another program: see command_spec.rs.
#[cfg(target_os = "linux")]
#[test]
fn what_we_hold_is_not_counted_as_the_command_s() {
    let ours = vec![1_u8; 200_000_000];
    let usage =
        usage(&mut measured(&CommandSpec { program: "true".into(), ..CommandSpec::default() }));
    assert!(usage.peak_bytes.unwrap() < 20_000_000, "{usage:?}");
    assert_eq!(ours[ours.len() - 1], 1);
}

#[cfg(target_os = "linux")]
mod ending {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Child, Stdio};

    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    use super::{CommandSpec, docs, end, help, measured, usage};
    use crate::common::{program, target, until};

    const MARK: &str = "MEASURE_TEST_MARK";

    /// How many processes carry this mark in their environment.
    fn marked(mark: &str) -> usize {
        let mark = format!("{MARK}={mark}");
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let environments =
            processes.filter_map(|entry| fs::read(entry.path().join("environ")).ok());
        let has_mark =
            |text: &Vec<u8>| text.split(|byte| *byte == 0).any(|it| it == mark.as_bytes());
        environments.filter(has_mark).count()
    }

    /// A shell's script, whose processes carry this mark.
    fn shell(mark: &str, script: &str) -> CommandSpec {
        CommandSpec {
            program: "sh".into(),
            args: vec!["-c".to_owned(), script.to_owned()],
            env: vec![(MARK.to_owned(), mark.to_owned())],
            ..CommandSpec::default()
        }
    }

    #[test]
    fn when_the_lifeline_breaks_the_command_and_its_children_end() {
        let mut child = measured(&shell("lifeline", "sleep 1000 & sleep 1000 & wait"));
        until("it starts", || marked("lifeline") == 3);
        drop(child.stdin.take());
        end("measured to end", child);
        until("all end", || marked("lifeline") == 0);
    }

    #[test]
    fn what_hangs_is_ended_when_its_time_is_up_and_that_is_told() {
        let spec = shell("limit", "sleep 1000 & sleep 1000 & wait");
        let told = usage(&mut measured(&CommandSpec { limit_s: Some(0.5), ..spec }));
        assert!(!told.success, "{told:?}");
        assert_eq!(told.ending, "it was not done after 0.5 s");
        until("all end", || marked("limit") == 0);
        let limit_s = Some(1000.0);
        let told = usage(&mut measured(&CommandSpec { limit_s, ..help() }));
        assert!(told.success, "who is done before is not ended: {told:?}");
    }

    #[test]
    fn who_is_ended_gently_may_finish_what_is_under_way() {
        let output = tempfile::NamedTempFile::new().unwrap();
        let told = || fs::read_to_string(output.path()).unwrap();
        let script = "trap 'echo finished; exit' INT; echo works; while true; do sleep 0.05; done";
        let stdout = Some(output.path().into());
        let mut child = measured(&CommandSpec { stdout, gently: true, ..shell("gently", script) });
        until("it works", || told() == "works\n");
        drop(child.stdin.take());
        end("measured to end", child);
        assert_eq!(told(), "works\nfinished\n");
    }

    /// Starts to measure what was built for the tests, and returns while contenders run.
    fn measuring(mark: &str, folder: &std::path::Path) -> Child {
        program("practice_site");
        // All is built already, and what cargo would build as a release is not needed here.
        let cargo = folder.join("cargo");
        fs::write(&cargo, "#!/bin/sh\n").unwrap();
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
        let output = folder.join("measurements.json").display().to_string();
        let args = ["--profile", "dev", "--only", "latency", "--runs", "1000", "--output", &output];
        let mut command = docs(&args);
        command.env("CARGO", cargo).env("TWINS_PYTHON", "no-python-here").env(MARK, mark);
        let messages = fs::File::create(folder.join("messages.txt")).unwrap();
        let child = command.stdout(Stdio::null()).stderr(messages).spawn().unwrap();
        // Itself, a server or two and a contender, each under a `measured`.
        until("contenders run", || {
            let messages = fs::read_to_string(folder.join("messages.txt")).unwrap();
            assert!(!messages.contains("docs: "), "{messages}");
            messages.contains("in flight") && marked(mark) >= 7
        });
        child
    }

    #[test]
    fn ctrl_c_leaves_no_process_behind() {
        for signal in [Signal::SIGINT, Signal::SIGTERM] {
            let folder = tempfile::tempdir().unwrap();
            let mark = signal.as_str();
            let child = measuring(mark, folder.path());
            kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
            assert_eq!(end("measuring to end", child).code(), Some(130), "{signal}");
            assert_eq!(marked(mark), 0, "{signal}: when it ends, all have ended");
            let messages = fs::read_to_string(folder.path().join("messages.txt")).unwrap();
            assert!(
                messages
                    .ends_with("docs: interrupted; everything that was started has been ended\n"),
                "{messages}"
            );
            assert!(!folder.path().join("measurements.json").exists());
        }
    }

    #[test]
    fn even_a_sudden_death_leaves_no_process_behind() {
        let folder = tempfile::tempdir().unwrap();
        let mut child = measuring("sudden", folder.path());
        let prefix = format!("measure-{}-", child.id());
        child.kill().unwrap();
        assert_eq!(end("its death", child).signal(), Some(9));
        until("all end", || marked("sudden") == 0);
        // Only its files remain, in target/.
        let folders = fs::read_dir(target()).unwrap().flatten();
        for folder in folders.filter(|it| it.file_name().to_string_lossy().starts_with(&prefix)) {
            fs::remove_dir_all(folder.path()).unwrap();
        }
    }
}
