use crate::{RUNTIMES, run};

#[test]
fn block_on_in_a_task_panics_on_tokio_and_may_stop_the_others() {
    for runtime in RUNTIMES {
        let told = run("sync_and_async", &[runtime]);
        let events = told.events();
        let mut expected = vec![
            "From a function that is not async",
            "coffee: ready",
            "From another thread, in the same runtime",
            "eggs: ready",
            "A task calls a function that blocks until its own async code is done",
        ];
        let moved = ["The function is moved to a thread for blocking calls", "toast: ready"];
        if runtime == "tokio" {
            let panic = "panic: Cannot start a runtime from within a runtime. This happens";
            assert_eq!(events[..5], expected, "{runtime}");
            assert_eq!(events[5], panic);
            let hidden = "panic: Cannot drop a runtime in a context where blocking is not";
            assert!(events.contains(&hidden), "{events:?}");
            let errors = events.iter().filter(|event| **event == "the task gives an error: true");
            assert_eq!(errors.count(), 2, "{events:?}");
            assert!(events.ends_with(&moved), "{events:?}");
            continue;
        }
        expected.push("toast: ready");
        expected.extend(moved);
        expected.extend([
            "A task blocks until another task is done, on each thread for tasks",
            "nothing happens any more: the threads that run tasks all wait for one",
        ]);
        assert_eq!(events, expected, "{runtime}");
    }
}
