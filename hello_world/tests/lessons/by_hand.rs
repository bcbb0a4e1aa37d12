use crate::{on_each, run, shown};

#[test]
fn what_an_executor_by_hand_runs_a_runtime_runs_the_same() {
    on_each(|runtime| {
        let told = run("by_hand", &[runtime]);
        let shown = shown("by_hand", &[&[]]);
        let by_hand = &shown.events()[..23];
        let events = told.events();
        let (first, rest) = events.split_at(by_hand.len());
        assert_eq!(first, by_hand, "{runtime}");

        let [title, both @ .., end] = rest else { panic!("{runtime}: {rest:?}") };
        assert_eq!(*title, format!("The same two, with the same timer, on {runtime}:"));
        assert_eq!(*end, "each went as it did by hand: a future does not know who polls it");
        // The two start on threads of their own, so that their first lines may mingle.
        let of = |name: &str, events: &[&str]| -> Vec<String> {
            events.iter().filter(|event| event.starts_with(name)).map(|e| e.to_string()).collect()
        };
        for name in ["Earth: ", "Mars: "] {
            assert_eq!(of(name, both), of(name, &by_hand[8..]), "{runtime}");
        }
        assert_eq!(both.len(), 10, "{runtime}: nobody else tells anything: {both:?}");
        // The two wait at the same time.
        let told_at = |event: &str| both.iter().position(|told| *told == event).unwrap();
        assert!(told_at("Mars: poll 1: Pending") < told_at("Earth: World"), "{runtime}");
        assert!(told_at("Earth: poll 2: Ready") < told_at("Mars: World"), "{runtime}");
    });
}
