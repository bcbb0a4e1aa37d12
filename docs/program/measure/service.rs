//! The kitchen and its Python twin under load: requests that each read twenty orders from PostgreSQL.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::check;
use super::command_spec::CommandSpec;
use super::process::{self, Interrupted, interrupted};
use super::results::{Experiment, Sample};
use super::server::Server;
use super::setup::Setup;

/// Connections that ask, one request after the other.
pub const CONNECTIONS: usize = 16;

/// The orders that each request reads.
const ORDERS: usize = 20;

/// Every single run; nothing, and why, where a part is missing.
///
/// # Errors
/// Ctrl-C was pressed, or a service cannot be started.
pub fn measure(setup: &Setup, left_out: &mut Vec<String>) -> Result<Vec<Sample>, Box<dyn Error>> {
    if !(setup.programs.wrk && setup.programs.curl) {
        left_out.push("the service: it takes wrk and curl".to_owned());
        return Ok(Vec::new());
    }
    let postgres = match Postgres::start(setup) {
        Ok(postgres) => postgres,
        Err(reason) => {
            left_out.push(format!("the service: {reason}"));
            return Ok(Vec::new());
        }
    };
    let mut services = setup.programs.services();
    let mut runs = Vec::new();
    for round in 0..setup.runs {
        for (contender, spec) in &services {
            eprintln!("service: round {} of {}, {contender}", round + 1, setup.runs);
            runs.push(run_once(setup, contender, spec, &postgres.url, round)?);
        }
        services.rotate_left(1); // the first of one round is the last of the next
    }
    Ok(runs)
}

fn run_once(
    setup: &Setup,
    contender: &str,
    spec: &CommandSpec,
    postgres: &str,
    round: usize,
) -> Result<Sample, Box<dyn Error>> {
    if interrupted() {
        return Err(Interrupted.into());
    }
    let mut spec = spec.clone();
    spec.env.push(("DATABASE_URL".to_owned(), postgres.to_owned()));
    let messages = setup.file("service.txt");
    let server = Server::service(contender, &spec, &messages)?;
    let url = format!("{}/orders", server.address());
    place_orders(setup, &url)?;
    let output = setup.file("wrk.txt");
    let seconds = if setup.quick { 1 } else { 10 };
    let wrk = process::run(&CommandSpec {
        program: "wrk".into(),
        args: [
            "--threads=1".to_owned(),
            format!("--connections={CONNECTIONS}"),
            format!("--duration={seconds}s"),
            url,
        ]
        .into(),
        stdout: Some(output.clone()),
        ..CommandSpec::default()
    })?;
    let usage = server.end()?;
    let work = check::wrked(&output).map_err(|reason| format!("{contender}: {reason}"))?;
    Ok(Sample {
        experiment: Experiment::Service,
        size: CONNECTIONS as u64,
        contender: contender.to_owned(),
        round,
        work,
        wall_s: wrk.wall_s,
        cpu_s: usage.cpu_s,
        peak_bytes: usage.peak_bytes,
        first_output_s: None,
    })
}

/// The table begins empty with the first service, and is the same for all.
fn place_orders(setup: &Setup, url: &str) -> Result<(), Box<dyn Error>> {
    let ask = |args: &[&str]| process::output("curl", &[&["--silent", "--fail"], args].concat());
    let there = ask(&[url]).ok_or("the service does not answer")?.lines().count();
    if there < ORDERS {
        let body = r#"{"dish": "coffee", "count": 1}"#;
        let orders = format!("{url}?n=[{}-{ORDERS}]", there + 1);
        let json = "Content-Type: application/json";
        let nowhere = setup.file("ordered.txt").display().to_string();
        ask(&["--header", json, "--data", body, "--output", &nowhere, &orders])
            .ok_or("the service takes no order")?;
    }
    Ok(())
}

/// A database for all of them. It ends when its standard input does, whatever ends the measuring.
struct Postgres {
    process: Child,
    url: String,
}

impl Postgres {
    fn start(setup: &Setup) -> Result<Self, String> {
        let mut command = Command::new(setup.programs.binary("private_postgres"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // The terminal's Ctrl-C is for us.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = command.spawn().map_err(|e| format!("cannot start a database: {e}"))?;
        let stdout = process.stdout.take().expect("it is piped");
        let url = BufReader::new(stdout).lines().next().and_then(Result::ok);
        let url = url.ok_or("there is no PostgreSQL")?;
        Ok(Self { process, url })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
