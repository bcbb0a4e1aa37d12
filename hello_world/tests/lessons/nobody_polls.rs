use crate::{RUNTIMES, run_in_time};

#[test]
fn a_future_stands_still_while_its_task_awaits_something_else() {
    let expected = [
        "buffer_unordered(2) over futures",
        "coffee: ready",
        "coffee: is served, which takes 0.4 s",
        "eggs: ready",
        "eggs: is served, which takes 0.4 s",
        "toast: ready",
        "toast: is served, which takes 0.4 s",
        "buffer_unordered(2) over tasks",
        "coffee: ready",
        "coffee: is served, which takes 0.4 s",
        "eggs: ready",
        "eggs: is served, which takes 0.4 s",
        "toast: ready",
        "toast: is served, which takes 0.4 s",
        "select! of a future and a channel, in a loop",
        "toast: is served, which takes 0.4 s",
        "dough: kneaded, 1 of 3",
        "dough: kneaded, 2 of 3",
        "dough: kneaded, 3 of 3",
        "select! of a task and a channel, in a loop",
        "toast: is served, which takes 0.4 s",
        "dough: kneaded, 1 of 3",
        "dough: kneaded, 2 of 3",
        "dough: kneaded, 3 of 3",
        "A future that stands in line for a lock, and a select! that goes on without it",
        "eggs: in the pan",
        "soup: waits for the pan, behind the fish",
        "soup: the pan is free, it is the fish's turn, and nobody polls it",
        "A task that stands in line for a lock",
        "eggs: in the pan",
        "soup: waits for the pan, behind the fish",
        "fish: in the pan",
        "soup: in the pan",
    ];
    for runtime in RUNTIMES {
        let told = run_in_time("nobody_polls", &[runtime], |told| told.events() == expected);
        assert_eq!(told.events(), expected, "{runtime}");
    }
}
