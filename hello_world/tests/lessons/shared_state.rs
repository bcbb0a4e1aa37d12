use std::path::Path;
use std::process::Command;

use crate::{RUNTIMES, run_in_time};

#[test]
fn a_lock_is_for_a_line_and_an_await_with_it_stops_the_others_or_the_thread() {
    let expected = [
        "A blocking lock, for one line, in a thousand tasks",
        "counted to 1000",
        "An async lock, held while each of three prices is looked up, for 0.2 s",
        "coffee: noted",
        "eggs: noted",
        "toast: noted",
        "The same, and the lock is taken when the price is known",
        "coffee: noted",
        "eggs: noted",
        "toast: noted",
        "One owner, and a channel to it",
        "the owner has 3 prices",
        "A blocking lock, held across an await, on one thread",
        "first: has the lock, and awaits something for 0.1 s",
        "second: waits for the lock",
        "nothing happens any more: the thread waits for itself",
    ];
    for runtime in RUNTIMES {
        let told = run_in_time("shared_state", &[runtime], |told| {
            told.events().last() == Some(&expected[15])
        });
        let mut events = told.events();
        events[7..10].sort_unstable(); // all at the same moment
        assert_eq!(events, expected, "{runtime}");
        // Held across the await, the lock makes the look-ups one after another.
        let noted: Vec<f64> =
            told.lines[4..7].iter().map(|line| line[..6].trim().parse().unwrap()).collect();
        assert!(noted[1] > noted[0] + 0.185 && noted[2] > noted[1] + 0.185, "{runtime}: {noted:?}");
    }
}

#[test]
fn a_task_that_holds_a_blocking_lock_across_an_await_does_not_compile() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/shared_state/not_send.rs");
    let compile = |source: &Path| {
        let output = tempfile::tempdir().unwrap();
        let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        rustc.args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--out-dir"]);
        let output = rustc.arg(output.path()).arg(source).output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let (compiles, message) = compile(&source);
    assert!(!compiles);
    for words in [
        "error: future cannot be sent between threads safely",
        "MutexGuard<'_, u32>` which is not `Send`",
        "future is not `Send` as this value is used across an await",
    ] {
        assert!(message.contains(words), "{words}: {message}");
    }

    // One of the cures: the lock is taken when there is nothing left to await.
    let trap = "let mut counter = COUNTER.lock().unwrap();\n        *counter += look_up().await;";
    let cure = "let found = look_up().await;\n        *COUNTER.lock().unwrap() += found;";
    let text = std::fs::read_to_string(source).unwrap().replace("\r\n", "\n");
    let folder = tempfile::tempdir().unwrap();
    let cured = folder.path().join("cured.rs");
    std::fs::write(&cured, text.replace(trap, cure)).unwrap();
    let (compiles, message) = compile(&cured);
    assert!(compiles && text.contains(trap), "{message}");
}
