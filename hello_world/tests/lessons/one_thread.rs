use crate::{RUNTIMES, run};

#[test]
fn tasks_on_one_thread_need_no_lock_and_still_lose_what_they_hold_across_an_await() {
    let expected = [
        "A thousand tasks, and a counter without a lock",
        "counted to 1000, on thread main",
        "Read, await, then write: no thread is needed to lose a count",
        "counted to 1",
        "A RefCell that is borrowed across an await",
        "second: the list is borrowed by another task",
        "first: has written",
    ];
    for runtime in RUNTIMES {
        assert_eq!(run("one_thread", &[runtime]).events(), expected, "{runtime}");
    }
}
