use crate::{on_each, run};

#[test]
fn waiting_is_shared_and_work_is_not() {
    on_each(|runtime| {
        let told = run("when_async_pays", &[runtime]);
        let gain = |what: &str| -> f64 {
            let line = told.lines.iter().find(|line| line.starts_with(what));
            let line = line.unwrap_or_else(|| panic!("{runtime}: {what}: {:#?}", told.lines));
            line.split_whitespace().last().unwrap().trim_end_matches('×').parse().unwrap()
        };
        // Ten at once could gain 10, and a hundred more; a busy machine takes its part.
        for waiting in ["10 requests", "100 connections", "10 waits"] {
            assert!(gain(waiting) > 3.0, "{runtime}: {waiting}: {}", gain(waiting));
        }
        assert!(gain("8 pieces of work") < 3.0, "{runtime}: {}", gain("8 pieces of work"));
        assert!(gain("20 files") > 0.0 && gain("the same, on threads") > 0.0, "{runtime}");
    });
}
