use crate::{RUNTIMES, run};

#[test]
fn a_future_waits_to_be_awaited_and_a_task_does_not() {
    for runtime in RUNTIMES {
        let told = run("laziness", &[runtime]);
        let pointer = size_of::<usize>();
        let cake = &format!("cake keeps 100 KB across its await: 100 KB; boxed, {pointer} bytes");
        let events = [
            "coffee is called: that makes a future, and nothing runs",
            "tea is called and spawned: a task, which starts by itself",
            "tea: brewing",
            "tea: ready",
            "a second later, coffee is awaited",
            "coffee: brewing",
            "coffee: ready",
            "tea is awaited: it has long been ready",
            "soup is called and thrown away: it never ran",
            cake,
        ];
        assert_eq!(told.events(), events, "{runtime}");
        assert!(told.seconds("tea: ready") < told.seconds("coffee: brewing"), "{runtime}");
    }
}
