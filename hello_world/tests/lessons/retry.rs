use crate::{Told, on_each, run_in_time, shown};

#[test]
fn a_try_is_a_new_future_within_one_limit_and_holds_nothing_while_it_waits() {
    on_each(|runtime| {
        let shown = shown("retry", &[]);
        let refused = shown.position("Twenty are refused at 0, and wait 0.4 s");
        let expected = Told { lines: shown.lines[..=refused].to_vec() };
        let expected = expected.events();
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
    });
}
