//! The Python that the twins run in: an environment for the twins, made once and kept under target/.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Names the interpreter to use instead, with all of requirements.txt installed.
const VARIABLE: &str = "TWINS_PYTHON";

/// What the twins need: the syntax and the libraries.
const CHECK: &str = "import sys; assert sys.version_info >= (3, 11)
import aiohttp, asyncpg, distributed, fastapi, maturin, pandas, pymongo, schemathesis, secantus
import selectolax, uvicorn";

/// An interpreter that can run the twins.
///
/// # Errors
/// Why there is none.
pub fn find(target: &Path, requirements: &Path) -> Result<PathBuf, String> {
    if let Some(python) = std::env::var_os(VARIABLE).map(PathBuf::from) {
        return succeeds(&python, &["-c", CHECK]).map(|()| python).map_err(|error| {
            format!("{VARIABLE} is no Python 3.11 with what requirements.txt names: {error}")
        });
    }
    let environment = target.join("python");
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let installed = environment.join("installed.txt");
    let wanted = fs::read_to_string(requirements)
        .map_err(|error| format!("cannot read {}: {error}", requirements.display()))?;
    if fs::read_to_string(&installed).is_ok_and(|text| text == wanted)
        && succeeds(&python, &["-c", CHECK]).is_ok()
    {
        return Ok(python);
    }
    eprintln!("making a Python environment in {}", environment.display());
    let base = newest_enough()?;
    let (environment, requirements) =
        (environment.to_string_lossy(), requirements.to_string_lossy());
    succeeds(&base, &["-m", "venv", "--clear", &environment])
        .map_err(|error| format!("{} -m venv fails: {error}", base.display()))?;
    let pip =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", &requirements];
    succeeds(&python, &pip)
        .map_err(|error| format!("pip cannot install what requirements.txt names: {error}"))?;
    succeeds(&python, &["-c", CHECK])?;
    fs::write(&installed, wanted).map_err(|error| error.to_string())?;
    Ok(python)
}

/// The newest Python on the path, or the one that has no version in its name.
fn newest_enough() -> Result<PathBuf, String> {
    const VERSION: &str = "import sys; assert sys.version_info >= (3, 11)";
    let names = ["python3.14", "python3.13", "python3.12", "python3.11", "python3", "python"];
    let found =
        names.map(PathBuf::from).into_iter().find(|name| succeeds(name, &["-c", VERSION]).is_ok());
    found.ok_or_else(|| "there is no Python 3.11 or later".to_owned())
}

/// Runs a command; its last words say why it failed.
fn succeeds(program: &Path, args: &[&str]) -> Result<(), String> {
    let output = Command::new(program).args(args).stdin(Stdio::null()).output();
    let output = output.map_err(|error| error.to_string())?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    let words = stderr.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("no reason given");
    if output.status.success() { Ok(()) } else { Err(words.to_owned()) }
}
