use crate::{Told, run};

/// What no runtime has a part in.
const ERRORS: [&str; 12] = [
    "1. join_all keeps every outcome, like gather(return_exceptions=True)",
    "toast: time is up (thread main)",
    "coffee: time is up (thread main)",
    r#"outcomes: [Err("burnt toast"), Ok("coffee")]"#,
    "2. try_join_all stops at the first error, like TaskGroup and unlike gather",
    "toast: time is up (thread main)",
    r#"outcome: Err("burnt toast")"#,
    "still no coffee: it was dropped where it waited",
    "3. `?` puts an error of any type into a box, which still knows what is in it",
    "250: 250 cents",
    "0: nothing is free; a ParseIntError: false",
    "many: invalid digit found in string; a ParseIntError: true",
];

const CONTAINED: &str = "5. catch_unwind inside the task: the panic is an error like any other";

fn check(told: &Told, of_runtime: &[&str]) {
    assert_eq!(told.events(), [&ERRORS[..], of_runtime].concat());
}

#[test]
fn on_tokio_a_panic_is_an_error_at_the_await() {
    let events = [
        "4. A task panics: on tokio its await gives an error, a JoinError",
        "eggs: time is up (thread tokio-rt-worker)",
        "panic: rotten eggs",
        "eggs, on thread main: JoinError, is_panic: true",
        "into_panic gives the message: rotten eggs",
        "coffee: time is up (thread tokio-rt-worker)",
        r#"the lines after that await run; coffee: Ok(Ok("coffee"))"#,
        CONTAINED,
        "eggs: time is up (thread tokio-rt-worker)",
        "panic: rotten eggs",
        r#"eggs: Ok(Err("panic: rotten eggs"))"#,
        "6. Two errors in a JoinSet: abort_all keeps the second, shutdown would drop it",
        "toast: time is up (thread tokio-rt-worker)",
        r#"first: Some(Ok(Err("burnt toast")))"#,
        "bun: time is up (thread tokio-rt-worker)",
        r#"then: Ok(Err("burnt bun"))"#,
        "then: Err(true)",
        "7. try_join! of tasks' handles: the burnt toast is an Ok to it, and no error",
        "toast: time is up (thread tokio-rt-worker)",
        "coffee: time is up (thread tokio-rt-worker)",
        r#"Ok((Err("burnt toast"), Ok("coffee")))"#,
    ];
    check(&run("errors", &["tokio"]), &events);
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
    check(&run("errors", &["async-std"]), &events);
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
    check(&run("errors", &["smol"]), &events);
}
