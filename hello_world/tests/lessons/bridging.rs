use crate::{on_each, run};

/// A step in which the future waits once, and works.
fn works(title: &str, polls: &str, wakes: &str) -> Vec<String> {
    vec![
        title.to_owned(),
        format!("thread {polls} polls it: it has to wait"),
        format!("thread {wakes} wakes it: the time has come"),
        format!("thread {polls} polls it: it is done"),
        "it works".to_owned(),
    ]
}

/// A step in which the future panics.
fn panics(title: &str) -> Vec<String> {
    let events = [
        title,
        "panic: there is no reactor running, must be called from the context of",
        "          a Tokio 1.x runtime",
        "caught: it looked for a running tokio, and there is none",
    ];
    events.map(str::to_owned).to_vec()
}

#[test]
fn a_tokio_library_works_where_there_is_a_tokio_and_compat_starts_one() {
    on_each(|runtime| {
        let told = run("bridging", &[runtime]);
        let (events, threads): (Vec<&str>, Vec<Option<&str>>) = told
            .events()
            .into_iter()
            .map(|event| match event.split_once("; threads before: ") {
                Some((event, threads)) => (event, Some(threads)),
                None => (event, None),
            })
            .unzip();

        // What wakes smol's timer: async-io's thread, or on the runtimes that are built on async-io
        // one of their own that has nothing else to do.
        let wakes_smol = events[2].strip_prefix("thread ").unwrap().split(' ').next().unwrap();
        let (may_wake_smol, tokios_thread, runs_tasks) = match runtime {
            "tokio" => (&["async-io"][..], "tokio-rt-worker", "tokio-rt-worker"),
            "async-std" => (
                &["async-io", "async-std/runtime", "main"][..],
                "async-compat/tokio-1",
                "async-std/runtime",
            ),
            _ => (&["async-io", "main"][..], "async-compat/tokio-1", "smol-1"),
        };
        assert!(may_wake_smol.contains(&wakes_smol), "{runtime}: {events:#?}");

        let title = format!("On {runtime}, a library made for tokio");
        let (as_it_is, compat) = match runtime {
            "tokio" => (
                works(&title, "main", tokios_thread),
                "The same inside Compat, which finds a tokio and starts none",
            ),
            _ => (panics(&title), "The same inside Compat, which starts a tokio"),
        };
        let expected = [
            works(&format!("On {runtime}, a library made for smol"), "main", wakes_smol),
            as_it_is,
            works(compat, "main", tokios_thread),
            works("The same in a task of its own", runs_tasks, tokios_thread),
            panics("A function that is not async makes a timer of tokio's"),
            works("The same after runtime.enter()", "main", "tokio-rt-worker"),
        ];
        assert_eq!(events, expected.concat(), "{runtime}");

        // Threads that are there now and were not before: async-io's, and then Compat's.
        let threads = threads.into_iter().flatten();
        if cfg!(target_os = "linux") {
            let started = threads.map(|threads| {
                let (before, now) = threads.split_once(", now: ").unwrap();
                now.parse::<i32>().unwrap() - before.parse::<i32>().unwrap()
            });
            let expected: &[i32] = match runtime {
                "tokio" => &[1, 0, 0, 0, 0],
                "async-std" => &[0, 1, 0, 0], // it has started async-io's thread with its own
                _ => &[1, 1, 0, 0],
            };
            assert_eq!(started.collect::<Vec<_>>(), expected, "{runtime}");
        } else {
            assert!(threads.into_iter().all(|told| told == "not told here, now: not told here"));
        }
    });
}
