use crate::{RUNTIMES, run};

#[test]
fn a_limit_drops_a_future_and_stops_no_blocking_code() {
    for runtime in RUNTIMES {
        let told = run("timeouts", &[runtime]);
        let error = match runtime {
            "tokio" => "deadline has elapsed",
            "async-std" => "future has timed out",
            _ => "time is up",
        };
        let (handle, soup) = match runtime {
            "smol" => ("that cancels the task", "dropped at its await"),
            _ => ("the task goes on", "ready"),
        };
        let mut events = told.events();
        // `select!` polls in random order: either may start first.
        let race = events.iter().position(|event| event.starts_with("A race")).unwrap();
        events[race + 1..race + 3].sort_unstable();
        let expected = [
            "A limit of 0.4 s on each step",
            "coffee: started, needs 0.2 s",
            "coffee: ready",
            "coffee: no error",
            "eggs: started, needs 9 s",
            "eggs: dropped at its await",
            &format!("eggs: error: {error}"),
            "A limit of 0.4 s on the whole breakfast",
            "coffee: started, needs 0.2 s",
            "coffee: ready",
            "eggs: started, needs 9 s",
            "eggs: dropped at its await",
            &format!("breakfast: error: {error}"),
            "A limit of 0.4 s, and within it one of 5 s",
            "eggs: started, needs 9 s",
            "eggs: dropped at its await",
            "error of the outer limit; the inner one was dropped, too",
            "A limit of 5 s, and within it one of 0.4 s",
            "eggs: started, needs 9 s",
            "eggs: dropped at its await",
            "error of the inner limit; the outer one ends without an error",
            "A race of two: a limit is such a race, against a timer",
            "kettle: started, needs 0.2 s",
            "samovar: started, needs 9 s",
            "kettle: ready",
            "samovar: dropped at its await",
            "kettle: wins",
            "A limit of 0.4 s on a task limits the wait for its handle",
            "soup: started, needs 1 s",
            &format!("soup: error: {error}"),
            &format!("soup: its handle is dropped; on {runtime}, {handle}"),
            &format!("soup: {soup}"),
            "A limit of 0.4 s on code that blocks: nobody looks at the timer",
            "dough: kneading for 0.8 s, without an await",
            "dough, long after the limit: no error",
        ];
        assert_eq!(events, expected, "{runtime}");
        // The same limit, when it was seen.
        let limits =
            ["breakfast", "soup"].map(|what| told.seconds(&format!("{what}: error: {error}")));
        let limit = limits[0].min(limits[1]);
        assert!(told.seconds("dough, long after the limit: no error") > limit, "{runtime}");
    }
}
