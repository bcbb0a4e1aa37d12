use crate::{RUNTIMES, run_in_time};

#[test]
fn a_try_is_a_new_future_within_one_limit_and_holds_nothing_while_it_waits() {
    for runtime in RUNTIMES {
        let expected = [
            "Each try is a new future",
            "coffee: the cook is busy",
            "coffee: the cook is busy",
            "coffee: ready",
            "A limit of 0.5 s around all tries, of which none succeeds",
            "tea: the cook is busy",
            "tea: the cook is busy",
            "tea: the cook is busy",
            "in time: false",
            "Eggs and toast, and one cook: who waits for the next try keeps him",
            "eggs: the cook is busy",
            "eggs: the cook is busy",
            "eggs: ready",
            "toast: ready",
            "The same, and each try gives him back",
            "eggs: the cook is busy",
            "toast: ready",
            "eggs: the cook is busy",
            "eggs: ready",
            "Twenty are refused at 0, and wait 0.4 s",
        ];
        let rows = |events: &[&str]| -> Vec<usize> {
            let rows = events.iter().filter(|event| event.contains('█'));
            rows.map(|row| row.chars().count()).collect()
        };
        let told = run_in_time("retry", &[runtime], |told| {
            told.events().starts_with(&expected) && rows(&told.events()).first() == Some(&20)
        });
        let events = told.events();
        assert_eq!(events[..expected.len()], expected, "{runtime}");
        // Without jitter all come at once; with it, they are spread, and none is lost.
        let rows = rows(&events);
        assert_eq!(rows[0], 20, "{runtime}: {rows:?}");
        assert!(rows.len() > 2 && rows[1..].iter().sum::<usize>() == 20, "{runtime}: {rows:?}");
    }
}
