//! The tests that every scraper has to pass.

mod article;
mod black_box;
mod contract;

use std::env;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// Runs all of them on the scraper at this path; with `UPDATE_DOCS=1` in the environment, also writes the
/// table of what it makes of the hostile site.
pub fn run(binary: &'static str) -> ExitCode {
    if let Some(ended) = contract::inside(binary) {
        return ended;
    }
    let mut arguments = Arguments::from_args();
    // As Rust's own tests have it, and .cargo/config.toml sets it.
    let at_once = env::var("RUST_TEST_THREADS").ok().and_then(|number| number.parse().ok());
    // Servers have a file for each connection. Where there are few, one test runs at a time, and none of those
    // with hundreds of connections.
    let many_files = scraper_kit::allow_many_files() >= 1024;
    let at_once = if many_files { at_once } else { Some(1) };
    arguments.test_threads = arguments.test_threads.or(at_once);
    // First the table, which makes what the behaviours only look at, and would all wait for; beside it the
    // others: while some only wait, these can compute.
    let (table, behaviours) = contract::behaviours(binary);
    let scenarios = contract::tests().into_iter().map(|test| test.only_if(many_files));
    let others = scenarios.chain(black_box::tests(binary));
    let mut trials = vec![table];
    trials.extend(others.map(|test| test.trial(binary)));
    trials.extend(behaviours);
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A test, which is given the path of a scraper's binary, and fails by a panic.
struct Test {
    name: &'static str,
    run: Box<dyn Fn(&'static str) + Send>,
    possible: bool,
}

/// A test that has the name of its function.
fn test<F: Fn(&'static str) + Send + 'static>(function: F) -> Test {
    let path = std::any::type_name::<F>();
    named(path.rsplit("::").next().unwrap_or(path), function)
}

fn named(name: &'static str, run: impl Fn(&'static str) + Send + 'static) -> Test {
    Test { name, run: Box::new(run), possible: true }
}

impl Test {
    /// The same, but ignored on machines that do not have what it needs.
    fn only_if(self, possible: bool) -> Self {
        Self { possible: self.possible && possible, ..self }
    }

    fn trial(self, binary: &'static str) -> Trial {
        let run = move || {
            (self.run)(binary);
            Ok(())
        };
        Trial::test(self.name, run).with_ignored_flag(!self.possible)
    }
}
