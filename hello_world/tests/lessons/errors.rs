use crate::{Told, run, shown};

/// What the book shows, which is tokio's.
fn errors() -> Told {
    let toast = "toast: time is up (thread tokio-rt-worker)";
    shown("errors", &[&[toast, "coffee: time is up (thread tokio-rt-worker)"]])
}

/// No runtime has a part in what comes before a task panics.
fn check(runtime: &str, of_runtime: &[&str]) {
    let errors = errors();
    let events = errors.events();
    let first = events.iter().position(|event| event.starts_with("4. ")).unwrap();
    assert_eq!(run("errors", &[runtime]).events(), [&events[..first], of_runtime].concat());
}

const CONTAINED: &str = "5. catch_unwind inside the task: the panic is an error like any other";

#[test]
fn on_tokio_a_panic_is_an_error_at_the_await() {
    assert_eq!(run("errors", &["tokio"]).events(), errors().events());
}

#[test]
fn on_async_std_the_await_panics_and_neighbours_go_on() {
    let events = [
        "4. A task panics: on async-std its await panics, too",
        "eggs: time is up (thread async-std/runtime)",
        "panic: rotten eggs",
        r#"breakfast, on thread main: Err("panic: rotten eggs")"#,
        "coffee: time is up (thread async-std/runtime)",
        "breakfast dropped its handle, and the coffee went on: detached",
        CONTAINED,
        "eggs: time is up (thread async-std/runtime)",
        "panic: rotten eggs",
        r#"eggs: Err("panic: rotten eggs")"#,
    ];
    check("async-std", &events);
}

#[test]
fn on_smol_the_await_panics_and_its_neighbours_are_cancelled() {
    let events = [
        "4. A task panics: on smol its await panics, too",
        "eggs: time is up (thread smol-1)",
        "panic: rotten eggs",
        r#"breakfast, on thread main: Err("panic: rotten eggs")"#,
        "still no coffee: breakfast dropped its handle, and that cancels",
        CONTAINED,
        "eggs: time is up (thread smol-1)",
        "panic: rotten eggs",
        r#"eggs: Err("panic: rotten eggs")"#,
    ];
    check("smol", &events);
}
