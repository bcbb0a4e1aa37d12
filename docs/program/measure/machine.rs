//! Where it is measured, and with which versions.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sysinfo::System;

use super::contender::Programs;
use super::process::output;
use super::results::Machine;

/// This machine.
pub fn machine() -> Machine {
    let mut system = System::new();
    system.refresh_memory();
    system.refresh_cpu_all();
    let cpu = system.cpus().first().map(|cpu| cpu.brand().trim().to_owned());
    let load = System::load_average().one;
    Machine {
        cpu: cpu.filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned()),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        memory_bytes: system.total_memory(),
        system: System::long_os_version().unwrap_or_else(|| std::env::consts::OS.to_owned()),
        load_before: cfg!(unix).then_some(load),
    }
}

/// Versions of the compiler, of the contenders' libraries and of the tools.
pub fn versions(workspace: &Path, programs: &Programs) -> BTreeMap<String, String> {
    let mut versions = BTreeMap::new();
    let lock = fs::read_to_string(workspace.join("Cargo.lock")).unwrap_or_default();
    for name in ["tokio", "async-std", "smol", "reqwest", "surf", "hyper", "scraper", "axum"] {
        versions.extend(locked(&lock, name).map(|version| (name.to_owned(), version)));
    }
    let mut add = |name: &str, text: Option<String>| {
        // The rest of the line tells of libraries, commits and copyright.
        let line =
            text.and_then(|text| text.split([',', '\n', '(', '[']).next().map(str::to_owned));
        let line = line.map(|line| line.trim().to_owned());
        versions.extend(line.map(|line| (name.to_owned(), line)));
    };
    add("rustc", output("rustc", &["--version"]));
    add("nginx", output("nginx", &["-v"]));
    if programs.curl {
        add("curl", output("curl", &["--version"]));
    }
    if programs.wrk {
        // wrk -v prints its version, and counts that as an error.
        let print = std::process::Command::new("wrk").arg("-v").output().ok();
        add("wrk", print.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()));
    }
    if let Some(python) = programs.python.as_ref().and_then(|path| path.to_str()) {
        add("Python", output(python, &["--version"]));
        let print =
            |name| format!("from importlib.metadata import version; print(version('{name}'))");
        add("aiohttp", output(python, &["-c", &print("aiohttp")]));
        add("FastAPI", output(python, &["-c", &print("fastapi")]));
        add("uvicorn", output(python, &["-c", &print("uvicorn")]));
        if programs.uvloop {
            add("uvloop", output(python, &["-c", &print("uvloop")]));
        }
    }
    versions
}

/// The version of a crate in Cargo.lock; of several, the last and so the newest.
fn locked(lock: &str, name: &str) -> Option<String> {
    let entry =
        lock.split("[[package]]").filter(|entry| entry.contains(&format!("name = \"{name}\"\n")));
    let version = entry.last()?.lines().find_map(|line| line.strip_prefix("version = "))?;
    Some(version.trim_matches('"').to_owned())
}

/// The commit that is checked out, and whether files differ from it.
pub fn commit(workspace: &Path) -> (String, bool) {
    let folder = workspace.display().to_string();
    let git = |args: &[&str]| output("git", &[&["-C", &folder], args].concat());
    let commit = git(&["rev-parse", "HEAD"]).unwrap_or_else(|| "unknown".to_owned());
    (commit, git(&["status", "--porcelain"]).is_none_or(|changes| !changes.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_from_the_lock_file() {
        let lock = "[[package]]\nname = \"smol\"\nversion = \"1.3.0\"\n\n[[package]]\n\
                    name = \"smol\"\nversion = \"2.0.2\"\n\n[[package]]\nname = \"smol_str\"\n\
                    version = \"0.3.0\"\n";
        assert_eq!(locked(lock, "smol").as_deref(), Some("2.0.2"));
        assert_eq!(locked(lock, "tokio"), None);
    }

    #[test]
    fn the_machine_has_a_name_cores_and_memory() {
        let machine = machine();
        assert!(machine.cores > 0 && machine.memory_bytes > 1_000_000);
        assert!(!machine.cpu.is_empty() && !machine.system.is_empty());
    }
}
