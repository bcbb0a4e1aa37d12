use crate::{on_each, run, shown};

#[test]
fn a_limit_drops_a_future_and_stops_no_blocking_code() {
    on_each(|runtime| {
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
        let shown = shown("timeouts", &[&["coffee: started, needs 0.2 s", "coffee: ready"]]);
        let shown = shown.in_other_words(&[
            ("deadline has elapsed", error),
            ("soup: ready", &format!("soup: {soup}")),
            ("on tokio, the task goes on", &format!("on {runtime}, {handle}")),
        ]);
        let mut expected = shown.events();
        for events in [&mut events, &mut expected] {
            // `select!` polls in random order: either may start first.
            let race = events.iter().position(|event| event.starts_with("A race")).unwrap();
            events[race + 1..race + 3].sort_unstable();
        }
        assert_eq!(events, expected, "{runtime}");
        // The same limit, when it was seen.
        let limits =
            ["breakfast", "soup"].map(|what| told.seconds(&format!("{what}: error: {error}")));
        let limit = limits[0].min(limits[1]);
        assert!(told.seconds("dough, long after the limit: no error") > limit, "{runtime}");
    });
}
