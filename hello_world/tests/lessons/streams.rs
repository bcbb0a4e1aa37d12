use crate::{refuses, tells_the_same_on_each};

#[test]
fn a_stream_that_is_asked_waits_and_one_with_a_task_runs_ahead() {
    let by_hand =
        ["3: made", "3: used, which takes 0.3 s", "2: made", "2: used, which takes 0.3 s"];
    let by_hand = [&by_hand[..], &["1: made", "1: used, which takes 0.3 s"]].concat();
    tells_the_same_on_each("streams", &[&by_hand]);
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
