use crate::{RUNTIMES, run};

/// The threads that poll tasks, in the order of the runtimes.
const WORKERS: [&str; 3] = ["tokio-rt-worker", "async-std/runtime", "smol-1"];

#[test]
fn a_reactor_wakes_the_task_and_the_task_wakes_who_awaits_it() {
    for (runtime, worker) in RUNTIMES.into_iter().zip(WORKERS) {
        let told = run("who_wakes_whom", &[runtime]);
        let events = told.events();
        let [title, events @ .., who_woke_hello, who_woke_outer] = &events[..] else {
            panic!("{runtime}: {events:?}")
        };
        assert_eq!(*title, "  time    thread             event");
        assert!(who_woke_hello.starts_with("hello was woken by the "), "{runtime}");
        assert!(who_woke_outer.ends_with("woken by the worker that ran hello to its end."));

        let events: Vec<(&str, &str)> = events
            .iter()
            .map(|event| event.split_once("  ").unwrap_or_else(|| panic!("no thread: {event}")))
            .map(|(thread, event)| (thread.trim(), event.trim()))
            .collect();
        let of = |name: &str| -> Vec<(&str, &str)> {
            events.iter().copied().filter(|(_, event)| event.starts_with(name)).collect()
        };

        // The two run on threads of their own, so that their first lines may mingle.
        let outer = [
            ("main", "outer: poll 1 begins"),
            ("main", "outer: spawns hello, and awaits it"),
            ("main", "outer: poll 1: Pending"),
            (worker, "outer: woken by this thread"),
            ("main", "outer: poll 2 begins"),
            ("main", "outer: poll 2: Ready"),
        ];
        assert_eq!(of("outer: "), outer, "{runtime}");

        let told_at = |wanted: &str| events.iter().position(|(_, event)| *event == wanted).unwrap();
        let (reactor, _) = events[told_at("hello: woken by this thread")];
        let hello = [
            (worker, "hello: poll 1 begins"),
            (worker, "hello: says Hello, and sleeps"),
            (worker, "hello: poll 1: Pending"),
            (reactor, "hello: woken by this thread"),
            (worker, "hello: poll 2 begins"),
            (worker, "hello: says World"),
            (worker, "hello: poll 2: Ready"),
        ];
        assert_eq!(of("hello: "), hello, "{runtime}");
        // Any of async-io's reactors may be first; tokio's is with an idle worker.
        let reactors =
            if runtime == "tokio" { &[worker][..] } else { &["main", worker, "async-io"] };
        assert!(reactors.contains(&reactor), "{runtime}: {reactor}");

        assert_eq!(events.len(), outer.len() + hello.len(), "{runtime}: {events:?}");
        assert!(told_at("outer: spawns hello, and awaits it") < told_at("hello: poll 1 begins"));
        assert!(told_at("outer: poll 1: Pending") < told_at("hello: woken by this thread"));
        assert!(told_at("hello: poll 2: Ready") < told_at("outer: woken by this thread"));
    }
}
