use crate::{on_each, refuses, run_in_time, shown};

#[test]
fn a_lock_is_for_a_line_and_an_await_with_it_stops_the_others_or_the_thread() {
    let shown = shown("shared_state", &[]);
    let expected = shown.events();
    on_each(|runtime| {
        let told =
            run_in_time("shared_state", &[runtime], |told| told.events().last() == expected.last());
        let mut events = told.events();
        events[7..10].sort_unstable(); // all at the same moment
        assert_eq!(events, expected, "{runtime}");
        // Held across the await, the lock makes the look-ups one after another.
        let noted: Vec<f64> =
            told.lines[4..7].iter().map(|line| line[..6].trim().parse().unwrap()).collect();
        assert!(noted[1] > noted[0] + 0.185 && noted[2] > noted[1] + 0.185, "{runtime}: {noted:?}");
    });
}

#[test]
fn a_task_that_holds_a_blocking_lock_across_an_await_does_not_compile() {
    let trap = "let mut counter = COUNTER.lock().unwrap();\n        *counter += look_up().await;";
    refuses(
        "shared_state/not_send.rs",
        &["MutexGuard<'_, u32>` which is not `Send`"],
        trap,
        // The lock is taken when there is nothing left to await.
        &["let found = look_up().await;\n        *COUNTER.lock().unwrap() += found;"],
    );
}
