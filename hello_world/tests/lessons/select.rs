use crate::{RUNTIMES, run_in_time};

const EVENTS: [&str; 21] = [
    "Two branches are ready, a hundred times over",
    "select! takes now one, now the other: true",
    "with `biased` it takes the first each time: true",
    "`if` keeps it to two dishes at a time, `else` ends the loop",
    "coffee: begun",
    "eggs: begun",
    "coffee: ready",
    "toast: begun",
    "eggs: ready",
    "toast: ready",
    "no branch is left",
    "Four letters come in two pieces; read_exact stands in the loop",
    "tick: read_exact is dropped, and two letters with it",
    "error: early eof",
    "The same, and read_exact stands before the loop",
    "tick: read_exact stays",
    "read: eggs",
    "futures::select! passes over what is done; `complete` is its `else`",
    "coffee: ready",
    "eggs: ready",
    "both are done",
];

#[test]
fn select_takes_one_branch_and_drops_what_the_others_had() {
    for runtime in RUNTIMES {
        let told = run_in_time("select", &[runtime], |told| told.events() == EVENTS);
        assert_eq!(told.events(), EVENTS, "{runtime}");
    }
}
