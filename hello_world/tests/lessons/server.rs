use crate::{RUNTIMES, run_in_time};

#[test]
fn a_server_bounds_its_guests_and_their_time_and_goes_on_until_it_ends_well() {
    for runtime in RUNTIMES {
        let told = run_in_time("server", &[runtime], |told| as_expected(&told.events()));
        assert!(as_expected(&told.events()), "{runtime}: {:#?}", told.lines);
    }
}

fn as_expected(events: &[&str]) -> bool {
    let mut expected = vec![
        "Two places, four guests, and the first one orders nothing",
        "Bob has eggs",
        "Cid has soup",
        "Ann: shown out",
        "Dee has tea",
    ];
    if cfg!(unix) {
        expected.extend([
            "For 0.25 s no file descriptor is to be had",
            "accept: Too many open files (os error 24)", // as often as time allows
            "file descriptors are to be had again",
            "Eve has tea",
        ]);
    }
    expected.extend([
        "Closing time: Fay has ordered, Gus has not, Hal comes too late",
        "Hal: the door is shut",
        "Fay has tea",
        "still here after 0.3 s: 1",
        "Gus: shown out",
    ]);
    let mut events = events.to_vec();
    let accepts = events.iter().filter(|event| event.starts_with("accept: ")).count();
    events.dedup_by(|event, before| event.starts_with("accept: ") && event == before);
    events == expected && (accepts <= 3) // it pauses before it tries again
}
