use crate::{RUNTIMES, run};

#[test]
fn hours_pass_at_once_on_a_clock_of_ones_own_and_on_one_that_stands_still() {
    let own = [
        "A timer that is handed in, and waits for nothing",
        "reminder 1",
        "reminder 2",
        "reminder 3",
        "it would have taken 3 hours",
    ];
    let tokios = [
        "tokio's own timer, and its clock stands still",
        "reminder 1",
        "reminder 2",
        "reminder 3",
        "its clock is 3 hours ahead",
        "A server answers after 0.1 s, and the limit is an hour",
        "no answer: with nothing to do, the clock has jumped to the limit",
        "A blocking call takes 0.1 s, and the limit is an hour",
        "it is done: of this the runtime knows, and the clock waits for it",
    ];
    for runtime in RUNTIMES {
        let told = run("still_clock", &[runtime]);
        let expected = match runtime {
            "tokio" => [&own[..], &tokios].concat(),
            _ => own.to_vec(),
        };
        assert_eq!(told.events(), expected, "{runtime}");
    }
}
