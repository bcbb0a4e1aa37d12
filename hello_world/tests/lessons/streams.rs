use crate::{RUNTIMES, refuses, run_in_time};

#[test]
fn a_stream_that_is_asked_waits_and_one_with_a_task_runs_ahead() {
    let expected = [
        "stream::unfold: the next is made when the one before it has been used",
        "3: made",
        "3: used, which takes 0.3 s",
        "2: made",
        "2: used, which takes 0.3 s",
        "1: made",
        "1: used, which takes 0.3 s",
        "A channel and a task: the next is made meanwhile",
        "3: made",
        "3: used, which takes 0.3 s",
        "2: made",
        "1: made",
        "2: used, which takes 0.3 s",
        "1: used, which takes 0.3 s",
        "poll_next, by hand",
        "3: made",
        "3: used, which takes 0.3 s",
        "2: made",
        "2: used, which takes 0.3 s",
        "1: made",
        "1: used, which takes 0.3 s",
        "An async function in a trait, called by generic code",
        "7: made",
        "supplied: Some(7)",
        "The same behind dyn, boxed",
        "8: made",
        "supplied: Some(8)",
        "supplied: None",
    ];
    for runtime in RUNTIMES {
        let told = run_in_time("streams", &[runtime], |told| told.events() == expected);
        assert_eq!(told.events(), expected, "{runtime}");
    }
}

#[test]
fn generic_code_spawns_the_future_of_a_trait_if_the_trait_says_send() {
    refuses(
        "streams/not_send.rs",
        &["it awaits another future which is not `Send`"],
        "async fn supply(&mut self) -> u32;",
        &["fn supply(&mut self) -> impl Future<Output = u32> + Send;"],
    );
}
