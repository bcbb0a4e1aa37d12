use crate::{RUNTIMES, run_in_time};

#[test]
fn the_first_error_cancels_the_others_and_they_are_awaited() {
    for runtime in RUNTIMES {
        let (what, last): (_, &[&str]) = match runtime {
            "tokio" => (
                "A JoinSet",
                &[
                    "Tasks whose results nobody wants: a TaskTracker keeps count of them",
                    "coffee: ready",
                    "eggs: ready",
                    "toast: ready",
                    "all are done",
                ],
            ),
            "async-std" => ("Handles in a FuturesUnordered", &[]),
            _ => (
                "An Executor of one's own",
                &[
                    "An Executor that two threads run, and tasks that borrow from this function",
                    "coffee: ready",
                    "eggs: ready",
                    "toast: ready",
                    "on the table: coffee, eggs, toast",
                ],
            ),
        };
        let (well, burnt) =
            (format!("{what}, and all goes well"), format!("{what}, and the eggs burn"));
        let mut expected =
            vec![&well[..], "coffee: ready", "eggs: ready", "toast: ready", "all are done"];
        expected.extend([
            &burnt[..],
            "coffee: ready",
            "toast: cancelled",
            "all are gone: eggs: burnt",
        ]);
        expected.extend(last);
        let told = run_in_time("nursery", &[runtime], |told| told.events() == expected);
        assert_eq!(told.events(), expected, "{runtime}");
    }
}
