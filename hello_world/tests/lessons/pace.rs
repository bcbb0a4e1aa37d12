use crate::{Told, on_each, run_in_time};

/// The requests to a host: when each began, as drawn, and how long it is.
fn drawn(told: &Told, host: &str) -> Vec<(f64, usize)> {
    let row = |line: &String| {
        let (start, rest) = line.split_once(" s  ")?;
        let bar = rest.strip_prefix(host)?.strip_prefix("  ")?;
        Some((start.trim().parse().ok()?, bar.trim_start().chars().count()))
    };
    told.lines.iter().filter_map(row).collect()
}

/// And tokio's interval ticks at once, the others' after a period.
#[test]
fn a_bucket_limits_the_rate_and_a_semaphore_for_each_host_the_number_at_once() {
    on_each(|runtime| {
        let at_once = |told: &Told| told.seconds("tick 1") < 0.1;
        let is_tokio = runtime == "tokio";
        let told = run_in_time("pace", &[runtime], |told| at_once(told) == is_tokio);
        assert_eq!(at_once(&told), is_tokio, "{runtime}: {:?}", told.lines);
        // Three tokens are there, and each further one comes 0.2 s later: never sooner.
        for request in 1..=8_u32 {
            let earliest = 0.2 * f64::from(request.saturating_sub(3));
            let time = told.seconds(&format!("request {request}"));
            assert!(time > earliest - 0.015, "{runtime}: request {request} at {time}");
        }
        for (host, count) in [("a", 6), ("b", 4)] {
            let rows = drawn(&told, host);
            assert_eq!(rows.len(), count, "{runtime}: {:?}", told.lines);
            // With two at once, one can begin only when the one before the last has ended.
            for pair in rows.windows(3) {
                assert!(pair[2].0 > pair[0].0 + 0.185, "{runtime}: {rows:?}");
            }
            assert!(rows.iter().all(|(_, length)| *length >= 3), "{runtime}: {rows:?}");
        }
    });
}
