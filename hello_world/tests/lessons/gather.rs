use testing::Finished;

use crate::{Told, lesson, on_each, run, run_in_time, shown};

#[test]
fn five_ways_return_the_same_in_their_own_time_and_order() {
    let at_once = ["coffee: started", "tea: started", "toast: started", "tea: ready"];
    let in_list = [&at_once[..], &["coffee: ready", "toast: ready"]].concat();
    let shown =
        shown("gather", &[&[&in_list[..], &["returned: coffee, tea, toast"]].concat(), &in_list]);
    let mut expected = events(&shown);
    expected.truncate(expected.len() - 6); // the table
    on_each(|runtime| {
        let told = run_in_time("gather", &[runtime], |told| events(told).starts_with(&expected));
        let events = events(&told);
        assert_eq!(events[..expected.len()], expected, "{runtime}");
        let [in_turn, join, join_all, spawn, unordered, ordered] = &events[expected.len()..] else {
            panic!("{runtime}: {events:#?}");
        };
        let time = |line: &str, way: &str, returned: &str| -> f64 {
            assert_eq!([&line[..19], &line[28..46]].map(str::trim_end), [way, returned]);
            line[21..24].parse().unwrap()
        };
        let as_called = "coffee, tea, toast";
        time(unordered, "buffer_unordered(2)", "tea, coffee, toast");
        time(ordered, "buffered(2)", as_called);
        let sum = time(in_turn, "one after another", as_called);
        for (line, way) in [(join, "join!"), (join_all, "join_all"), (spawn, "spawn")] {
            assert!(time(line, way, as_called) < sum, "{runtime}: {events:#?}");
        }
    });
}

/// No runtime promises which of three tasks starts first: they are put in order.
fn events(told: &Told) -> Vec<&str> {
    let mut events = told.events();
    let spawned = events.iter().position(|event| event.starts_with("4. ")).unwrap();
    events[spawned + 1..][..3].sort();
    events
}

#[test]
fn only_tokio_polls_a_long_list_as_the_square_of_its_length() {
    on_each(|runtime| {
        let told = run("gather", &[runtime, "--tasks", "24000"]);
        let list = measured(&told, "join_all: ");
        let tasks = measured(&told, "spawn: ");
        assert!(tasks.iter().all(|row| row.polls <= 3), "{runtime}: {:#?}", told.lines);
        if runtime != "tokio" {
            assert!(list.iter().all(|row| row.polls <= 3), "{runtime}: {:#?}", told.lines);
            assert!(told.lines.iter().any(|line| line.contains("no budget, so there is no trap")));
            return;
        }

        let free = measured(&told, "unconstrained(join_all): ");
        assert!(free.iter().all(|row| row.polls <= 3), "{:#?}", told.lines);
        // On a machine that is slow or busy, each way may stop before it takes too long.
        let (first, last) = (&list[0], list.last().unwrap());
        assert!(last.count >= 6000, "{:#?}", told.lines);
        assert!(last.polls > 3 * first.polls, "{:#?}", told.lines);
        let spawned = tasks.iter().find(|row| row.count == last.count);
        if let Some(spawned) = spawned.filter(|row| row.count >= 12000) {
            assert!(last.seconds > spawned.seconds, "{:#?}", told.lines);
            assert!(last.bar >= spawned.bar, "{:#?}", told.lines);
        }
        let why = "Why? Each time tokio polls a task, the task has a budget of 128.";
        assert!(told.lines.iter().any(|line| line.starts_with(why)));
    });
}

struct Row {
    count: usize,
    seconds: f64,
    polls: usize,
    bar: usize,
}

/// The rows below a title: `   16000    0.91 s    60 polls each │█████████`.
fn measured(told: &Told, title: &str) -> Vec<Row> {
    let lines = told.lines.iter().skip_while(|line| !line.starts_with(title)).skip(1);
    let rows = lines.take_while(|line| line.contains(" polls each │"));
    rows.map(|line| {
        let (start, bar) = line.split_once(" polls each │").unwrap();
        let words: Vec<&str> = start.split_whitespace().collect();
        let [count, seconds, "s", polls] = words[..] else { panic!("{line}") };
        Row {
            count: count.parse().unwrap(),
            seconds: seconds.parse().unwrap(),
            polls: polls.parse().unwrap(),
            bar: bar.chars().count(),
        }
    })
    .collect()
}

#[test]
fn what_is_no_number_of_tasks_gets_a_usage_error() {
    let ended = Finished::run(lesson("gather").args(["smol", "--tasks", "-5"]));
    assert_eq!((ended.code, &ended.stdout[..]), (Some(2), ""), "{ended:?}");
    assert!(ended.stderr.contains("give a whole number, 1 or more"), "{ended:?}");
    let told = run("gather", &["smol", "--tasks", "1"]);
    assert_eq!(measured(&told, "spawn: ").len(), 1);
}
