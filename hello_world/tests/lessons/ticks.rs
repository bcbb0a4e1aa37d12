use crate::{Told, on_each, run_in_time};

/// When each step's ticks came.
fn ticks(told: &Told) -> Vec<Vec<f64>> {
    let mut steps: Vec<Vec<f64>> = Vec::new();
    for line in &told.lines {
        match line.split_once(" s  tick ") {
            Some((time, _)) => steps.last_mut().unwrap().push(time.trim().parse().unwrap()),
            None if line.starts_with("Learned: ") || line.is_empty() => (),
            None => steps.push(Vec::new()),
        }
    }
    steps
}

/// Whether each tick came when it is expected, or a little later.
fn come_in(told: &Told, expected: &[&[f64]]) -> bool {
    let ticks = ticks(told);
    let is_near = |(time, expected): (&f64, &f64)| (-0.015..0.09).contains(&(time - expected));
    ticks.len() == expected.len()
        && ticks.iter().zip(expected).all(|(times, expected)| {
            times.len() == expected.len() && times.iter().zip(*expected).all(is_near)
        })
}

const DRIFTING: &[f64] = &[0.0, 0.3, 0.6];
const DUE: &[f64] = &[0.0, 0.2, 0.4];

#[test]
fn a_late_interval_bursts_is_delayed_or_skips() {
    on_each(|runtime| {
        let expected: &[&[f64]] = match runtime {
            "tokio" => &[
                DRIFTING,
                DUE,
                &[0.0, 0.7, 0.7, 0.7, 0.8],
                &[0.0, 0.7, 0.9, 1.1, 1.3],
                &[0.0, 0.7, 0.8, 1.0, 1.2],
            ],
            "smol" => &[DRIFTING, DUE, &[0.2, 0.9, 0.9, 0.9, 1.0], &[0.2, 0.9, 1.1, 1.3, 1.5]],
            _ => &[DRIFTING, DUE],
        };
        let told = run_in_time("ticks", &[runtime], |told| come_in(told, expected));
        assert!(come_in(&told, expected), "{runtime}: {:#?}", told.lines);
    });
}
