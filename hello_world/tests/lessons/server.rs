use crate::{on_each, run_in_time, shown};

#[test]
fn a_server_bounds_its_guests_and_their_time_and_goes_on_until_it_ends_well() {
    on_each(|runtime| {
        let told = run_in_time("server", &[runtime], |told| as_expected(&told.events()));
        assert!(as_expected(&told.events()), "{runtime}: {:#?}", told.lines);
    });
}

fn as_expected(events: &[&str]) -> bool {
    let mut shown = shown("server", &[]);
    let closing = shown.position("Closing time: Fay has ordered, Gus has not, Hal comes too late");
    if !cfg!(unix) {
        shown.lines.drain(shown.position("For 0.25 s no file descriptor is to be had")..closing);
    }
    let mut expected = shown.events();
    let mut events = events.to_vec();
    let accepts = events.iter().filter(|event| event.starts_with("accept: ")).count();
    for events in [&mut events, &mut expected] {
        // As often as time allows.
        events.dedup_by(|event, before| event.starts_with("accept: ") && event == before);
    }
    events == expected && (accepts <= 3) // it pauses before it tries again
}
