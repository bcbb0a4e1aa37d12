use crate::{RUNTIMES, run_in_time};

const EVENTS: [&str; 21] = [
    "CancellationToken: an Event that stays set, and reaches its children",
    "cook: closes",
    "guest: has eaten: false",
    "asked later: it is closed still",
    "Notify: notify_one is kept until somebody waits, notify_waiters is not",
    "notify_one twice before anybody waited: one was kept",
    "notify_waiters before anybody waited; heard: false",
    "oneshot: a future with its result set from elsewhere, once",
    r#"guest: gets Ok("tea")"#,
    "the cook has left: true",
    "watch: the newest value, and to wait until it is as it should be",
    "guest: 2 loaves are enough",
    "guest: later there are 4",
    "broadcast, with room for 2: each gets all, and who is late hears of it",
    r#"quick: Ok("soup")"#,
    r#"quick: Ok("fish")"#,
    r#"quick: Ok("cake")"#,
    "slow: has missed 1",
    "slow: fish",
    "slow: cake",
    "slow: no more is to come",
];

#[test]
fn each_type_tells_what_it_is_for_on_each_runtime() {
    for runtime in RUNTIMES {
        let told = run_in_time("events", &[runtime], |told| told.events() == EVENTS);
        assert_eq!(told.events(), EVENTS, "{runtime}");
    }
}
