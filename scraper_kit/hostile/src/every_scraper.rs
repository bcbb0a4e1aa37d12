//! The tests that every scraper has to pass.

mod article;
mod black_box;
mod contract;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

pub use black_box::run as black_box;
pub use contract::run as contract;

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
        Self { possible, ..self }
    }

    fn trial(self, binary: &'static str) -> Trial {
        let run = move || {
            (self.run)(binary);
            Ok(())
        };
        Trial::test(self.name, run).with_ignored_flag(!self.possible)
    }
}

/// Runs so many tests at a time, unless the command line says otherwise.
fn run(trials: Vec<Trial>, at_once: Option<usize>) -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(at_once);
    libtest_mimic::run(&arguments, trials).exit_code()
}
