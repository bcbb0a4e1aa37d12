use crate::{on_each, run};

/// The number between two texts, in the one line that has both.
fn number(events: &[&str], before: &str, after: &str) -> f64 {
    let number = events.iter().find_map(|event| {
        let (_, rest) = event.split_once(before)?;
        rest.split_once(after)?.0.parse().ok()
    });
    number.unwrap_or_else(|| panic!("{before:?} is not told: {events:#?}"))
}

/// How long the queue was whenever a page was taken, as the chart shows it.
fn queue(events: &[&str]) -> Vec<usize> {
    let charts = events.iter().filter_map(|event| event.split_once(" is taken; the queue was "));
    let lengths = charts.map(|(_, chart)| {
        let length = chart.chars().filter(|char| *char == '█').count();
        let bar = "█".repeat(length) + &".".repeat(16 - length);
        assert_eq!(chart, format!("{bar} {length}"));
        length
    });
    lengths.collect()
}

#[test]
fn a_bound_limits_memory_and_costs_no_time_where_no_side_pauses() {
    on_each(|runtime| {
        let told = run("backpressure", &[runtime]);
        let events = told.events();
        let titles = ["A bounded channel, with room for 2 pages", "An unbounded channel"];
        let (bounded, unbounded) = events.split_at(events.len() / 2);
        assert_eq!([bounded[0], unbounded[0]], titles, "{runtime}");

        // What is printed of either channel, without the figures.
        let pages = (1..=16).map(|page| format!("page {page:2} is taken"));
        let mut expected: Vec<String> = pages.collect();
        expected.push("the consumer is done".to_owned());
        for events in [bounded, unbounded] {
            let said: Vec<&str> =
                events.iter().filter_map(|event| event.split(';').next()).collect();
            let consumer = said[1..].iter().filter(|event| **event != "the producer is done");
            let consumer: Vec<&str> = consumer.copied().collect();
            assert_eq!(consumer[..17], expected, "{runtime}");
            assert!(consumer.len() == 18 && consumer[17].starts_with("At most "), "{consumer:#?}");
        }

        // The producer's last page has room once the 14th is taken: two are queued then. Without a
        // bound it is done long before, and from then on the queue only gets shorter.
        let produced = |events: &[&str]| {
            events.iter().position(|event| event.starts_with("the producer is done")).unwrap()
        };
        assert_eq!(produced(bounded), 15, "{runtime}: {bounded:#?}"); // the title, 14 pages
        let waited = |events| number(events, "it waited ", " s for room");
        assert!(waited(bounded) > 4.0 * waited(unbounded), "{runtime}: {events:#?}");

        let longest = |events| queue(events).into_iter().max().unwrap();
        assert_eq!(longest(bounded), 2, "{runtime}: {bounded:#?}");
        assert!(longest(unbounded) > 6, "{runtime}: {unbounded:#?}");
        let shrinking = &queue(unbounded)[produced(unbounded) - 1..];
        assert!(
            shrinking.len() > 6 && shrinking.is_sorted_by(|a, b| *a == b + 1),
            "{runtime}: {unbounded:#?}"
        );

        // Memory, counted in pages and by the operating system.
        for (events, megabytes) in [(bounded, 32.0..33.0), (unbounded, 56.0..129.0)] {
            let held = number(events, "At most ", " pages in memory");
            assert_eq!(number(events, "in memory: ", " MB"), 8.0 * held, "{runtime}");
            // Bounded: two in the queue, and one in each hand.
            assert!(megabytes.contains(&(8.0 * held)), "{runtime}: {events:#?}");
        }
        if cfg!(unix) {
            let process = |events| number(events, "whole process: ", " MB");
            assert!(process(bounded) > 32.0, "{runtime}: {bounded:#?}");
            assert!(process(unbounded) > 1.5 * process(bounded), "{runtime}: {unbounded:#?}");
        }

        // Both take about the same time.
        let ends = told.lines.iter().filter(|line| line.ends_with("the consumer is done"));
        let ends: Vec<f64> = ends.map(|line| line[..6].trim().parse().unwrap()).collect();
        assert!((0.67..1.5).contains(&(ends[0] / ends[1])), "{runtime}: {ends:?}");
    });
}
