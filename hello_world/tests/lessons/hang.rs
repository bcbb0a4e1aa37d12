use crate::{RUNTIMES, run};

#[test]
fn a_wait_with_a_name_tells_why_it_hangs_and_a_blocking_call_why_it_does_not_end() {
    for runtime in RUNTIMES {
        let told = run("hang", &[runtime]);
        let hangs = match runtime {
            "tokio" => "we give up: it hangs; tasks alive: 0",
            _ => "we give up: it hangs",
        };
        let mut events = vec![
            "As written. After a second we lose patience:",
            "result 1 of 3",
            "result 2 of 3",
            "result 3 of 3",
            hangs,
            "Watched: each wait has a name, and tells when it is long:",
            "result 1 of 3",
            "result 2 of 3",
            "result 3 of 3",
            "still waiting for a result; 3 of 3 are here",
            "still waiting for a result; 3 of 3 are here",
            hangs,
            "Mended: our own sender is dropped, so the channel ends with the workers:",
            "result 1 of 3",
            "result 2 of 3",
            "result 3 of 3",
            "the channel is closed, and the program ends",
        ];
        let short = "a blocking call of 0.6 s has begun, and main is done";
        let long = "a blocking call of 9 s has begun, and main is done";
        let end = "the program ends";
        match runtime {
            "tokio" => events.extend([
                "A blocking call is not done: tokio waits for it",
                short,
                "the call is over",
                end,
                "The same, and shutdown_background does not wait",
                long,
                end,
            ]),
            _ => events.extend([
                "A blocking call is not done: the program ends all the same",
                long,
                end,
            ]),
        }
        assert_eq!(told.events(), events, "{runtime}");
    }
}
