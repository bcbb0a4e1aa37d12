use crate::{RUNTIMES, run};

#[test]
fn a_wait_with_a_name_tells_why_the_program_hangs() {
    for runtime in RUNTIMES {
        let told = run("hang", &[runtime]);
        let events = [
            "As written. After a second we lose patience:",
            "result 1 of 3",
            "result 2 of 3",
            "result 3 of 3",
            "we give up: it hangs",
            "Watched: each wait has a name, and tells when it is long:",
            "result 1 of 3",
            "result 2 of 3",
            "result 3 of 3",
            "still waiting for a result; 3 of 3 are here",
            "still waiting for a result; 3 of 3 are here",
            "we give up: it hangs",
            "Mended: our own sender is dropped, so the channel ends with the workers:",
            "result 1 of 3",
            "result 2 of 3",
            "result 3 of 3",
            "the channel is closed, and the program ends",
        ];
        assert_eq!(told.events(), events, "{runtime}");
    }
}
