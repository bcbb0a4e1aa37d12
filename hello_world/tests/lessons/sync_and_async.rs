use crate::{on_each, run, shown};

#[test]
fn block_on_in_a_task_panics_on_tokio_and_may_stop_the_others() {
    let shown = shown("sync_and_async", &[]);
    let expected = shown.events();
    on_each(|runtime| {
        let told = run("sync_and_async", &[runtime]);
        let events = told.events();
        let moved = ["The function is moved to a thread for blocking calls", "toast: ready"];
        if runtime == "tokio" {
            let panic = "panic: Cannot start a runtime from within a runtime. This happens";
            assert_eq!(events[..5], expected[..5], "{runtime}");
            assert_eq!(events[5], panic);
            let hidden = "panic: Cannot drop a runtime in a context where blocking is not";
            assert!(events.contains(&hidden), "{events:?}");
            let errors = events.iter().filter(|event| **event == "the task gives an error: true");
            assert_eq!(errors.count(), 2, "{events:?}");
            assert!(events.ends_with(&moved), "{events:?}");
        } else {
            assert_eq!(events, expected, "{runtime}");
        }
    });
}
