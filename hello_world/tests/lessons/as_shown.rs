//! Lessons that tell what the book shows, and on the other runtimes the same but for some words.

use crate::{Told, on_each, shown, tells, tells_the_same_on_each};

#[test]
fn each_type_of_event_tells_what_it_is_for() {
    tells_the_same_on_each("events", &[]);
}

#[test]
fn a_future_stands_still_while_its_task_awaits_something_else() {
    tells_the_same_on_each("nobody_polls", &[]);
}

#[test]
fn tasks_on_one_thread_need_no_lock_and_still_lose_what_they_hold_across_an_await() {
    tells_the_same_on_each("one_thread", &[]);
}

#[test]
fn select_takes_one_branch_and_drops_what_the_others_had() {
    tells_the_same_on_each("select", &[]);
}

#[test]
fn a_future_waits_to_be_awaited_and_a_task_does_not() {
    let pointer = format!("boxed, {} bytes", size_of::<usize>());
    on_each(|runtime| {
        let told = shown("laziness", &[]).in_other_words(&[("boxed, 8 bytes", &pointer)]);
        tells("laziness", runtime, &told);
    });
}

#[test]
fn what_is_cancelled_is_dropped_at_its_await() {
    let handle = ["soup: started, needs 1 s", "soup: its handle is dropped", "soup: ready"];
    let cooks = ["coffee: started, needs 0.5 s", "roast: started, needs 2.2 s", "coffee: ready"];
    let later = ["toast: started, needs 0.5 s", "toast: ready", "cake: started, needs 0.4 s"];
    let end = ["cake: ready", "roast: ready", "all are served"];
    let cooks = [cooks, later, end].concat();
    on_each(|runtime| {
        let cancelled = ("its handle returns Err, is_cancelled: true", "cancel() returns None");
        let words: &[_] = match runtime {
            "tokio" => &[],
            "async-std" => &[("on tokio", "on async-std"), ("abort()", "cancel()"), cancelled],
            _ => &[
                ("on tokio, the task goes on", "on smol, that cancels the task"),
                ("soup: ready", "soup: dropped at its await"),
                ("abort()", "cancel()"),
                cancelled,
            ],
        };
        tells(
            "cancellation",
            runtime,
            &shown("cancellation", &[&handle, &cooks]).in_other_words(words),
        );
    });
}

#[test]
fn a_scope_is_released_in_reverse_and_only_an_awaited_close_says_goodbye_for_sure() {
    let early = ["db: open", "tx: open", r#"query: Err("disk full")"#];
    let early = [&early[..], &["tx: released", "db: released"]].concat();
    on_each(|runtime| {
        let mut told = shown("cleanup", &[&early]);
        if runtime != "tokio" {
            // The goodbye that nobody awaits: after its beginning, nothing more is told of it.
            let end = told.position("tokio dropped the task of mail's goodbye while it waited");
            told.lines.truncate(end - 1);
            let end = "the task of mail's goodbye ends with the program, without a Drop";
            told.lines.push(end.to_owned());
            told = told.in_other_words(&[("abort()", "cancel().await")]);
        }
        tells("cleanup", runtime, &told);
    });
}

#[test]
fn a_spawned_task_knows_only_what_it_was_told() {
    on_each(|runtime| {
        let mut told = shown("context", &[]);
        match runtime {
            "tokio" => {}
            "async-std" => {
                told = told.in_other_words(&[
                    (
                        "for a future, and for all that this future",
                        "for the task, and for all that this task",
                    ),
                    ("Set again for", "Set again in"),
                ]);
            }
            _ => {
                let first = told.position("Handed in");
                told.lines.drain(..first);
                told.lines[0] += ": smol has no task-locals";
            }
        }
        tells("context", runtime, &told);
    });
}

#[test]
fn a_wait_with_a_name_tells_why_it_hangs_and_a_blocking_call_why_it_does_not_end() {
    let results = ["result 1 of 3", "result 2 of 3", "result 3 of 3"];
    on_each(|runtime| {
        let mut told = shown("hang", &[&results, &results]);
        if runtime != "tokio" {
            // No runtime waits for the call, so there is one without a limit.
            let waits = told.position("A blocking call is not done: tokio waits for it");
            let next = told.position("The same, and shutdown_background does not wait");
            told.lines.drain(waits..next);
            told = told.in_other_words(&[
                ("; tasks alive: 0", ""),
                (
                    "The same, and shutdown_background does not wait",
                    "A blocking call is not done: the program ends all the same",
                ),
            ]);
        }
        tells("hang", runtime, &told);
    });
}

#[test]
fn the_first_error_cancels_the_others_and_they_are_awaited() {
    on_each(|runtime| {
        let mut told = shown("nursery", &[]);
        let last =
            told.position("Tasks whose results nobody wants: a TaskTracker keeps count of them");
        match runtime {
            "tokio" => {}
            "async-std" => {
                told.lines.truncate(last);
                told = told.in_other_words(&[("A JoinSet", "Handles in a FuturesUnordered")]);
            }
            _ => {
                let table = told.lines.split_off(last);
                let table = Told { lines: table }.in_other_words(&[
                    ("Tasks whose results nobody wants: a TaskTracker keeps count of them", "An Executor that two threads run, and tasks that borrow from this function"),
                    ("all are done", "on the table: coffee, eggs, toast"),
                ]);
                told.lines.extend(table.lines);
                told = told.in_other_words(&[("A JoinSet", "An Executor of one's own")]);
            }
        }
        tells("nursery", runtime, &told);
    });
}

#[test]
fn hours_pass_at_once_on_a_clock_of_ones_own_and_on_one_that_stands_still() {
    let still = ["reminder 1", "reminder 2", "reminder 3", "its clock is 3 hours ahead"];
    on_each(|runtime| {
        let mut told = shown("still_clock", &[&still]);
        if runtime != "tokio" {
            let tokios = told.position("tokio's own timer, and its clock stands still");
            told.lines.truncate(tokios);
        }
        tells("still_clock", runtime, &told);
    });
}
