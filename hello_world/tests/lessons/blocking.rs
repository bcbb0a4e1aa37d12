use crate::{Told, event, on_each, refuses, run_in_time};

#[test]
fn what_blocks_stops_the_heart_and_what_is_on_its_own_thread_does_not() {
    on_each(|runtime| {
        let told = run_in_time("blocking", &[runtime], cured);
        assert!(cured(&told), "{runtime}: {:#?}", told.lines);
        let cure = if runtime == "smol" { "smol::unblock" } else { "spawn_blocking" };
        let events: Vec<&str> =
            told.events().into_iter().filter(|event| !event.starts_with("beat")).collect();
        let cured_sleep =
            format!("3. The neighbour calls thread::sleep in {cure}: on another thread");
        let mut expected =
            vec!["A heart beats every 0.1 s. In the same task, a neighbour works for 0.5 s."];
        for step in [
            "1. The neighbour calls thread::sleep",
            "2. The neighbour computes",
            &cured_sleep,
            "4. The neighbour computes there, too",
            "5. Without it, but both spawned: is it enough that each is a task?",
        ] {
            expected.extend([step, "neighbour: starts", "neighbour: is done"]);
        }
        expected.push("The longest time without a beat:");
        assert_eq!(events[..expected.len()], expected, "{runtime}");

        assert_eq!([1, 2].map(|step| beats_during(&told, step)), [0, 0], "{runtime}");
        assert!([1, 2].iter().all(|step| warned(&told, *step)), "{runtime}: {:#?}", told.lines);

        // Whether the heart may go on in a task of its own is up to the number of threads and to
        // luck; not so where there is one thread.
        let apart = told.lines.iter().find(|line| line.starts_with("5: ")).unwrap();
        assert_eq!(apart.starts_with("5: not enough. "), warned(&told, 5), "{runtime}");
        assert!(runtime != "smol" || warned(&told, 5), "{:#?}", told.lines);
    });
}

/// On a thread of its own, what blocked the heart lets it beat.
fn cured(told: &Told) -> bool {
    let [waiting, computing, wait_cured, compute_cured] =
        [1, 2, 3, 4].map(|step| longest(told, step));
    waiting > 2.0 * wait_cured
        && computing > 2.0 * compute_cured
        && [3, 4].iter().all(|step| beats_during(told, *step) >= 3)
}

/// The lines of a step.
fn step(told: &Told, number: usize) -> Vec<&str> {
    let title = format!("{number}. ");
    let lines = told.lines.iter().map(String::as_str).skip_while(|line| !line.starts_with(&title));
    lines.skip(1).map(event).take_while(|line| line.starts_with(['b', 'n'])).collect()
}

fn beats_during(told: &Told, number: usize) -> usize {
    let events = step(told, number).into_iter();
    let work = events.skip_while(|event| *event != "neighbour: starts");
    work.take_while(|event| *event != "neighbour: is done").filter(|event| *event == "beat").count()
}

fn warned(told: &Told, number: usize) -> bool {
    step(told, number).iter().any(|event| event.starts_with("beat; WARNING: none for "))
}

/// What the summary says of a step: `  0.55 s  1. sleeps …`.
fn longest(told: &Told, number: usize) -> f64 {
    let summary = told.lines.iter().skip_while(|line| !line.starts_with("The longest"));
    let line = summary.skip(1).nth(number - 1).unwrap();
    assert!(event(line).starts_with(&format!("{number}. ")), "{line}");
    line[..6].trim().parse().unwrap()
}

#[test]
fn a_task_that_holds_a_parser_across_an_await_does_not_compile() {
    refuses(
        "blocking/not_send.rs",
        &[
            "the trait `Send` is not implemented for `Rc<str>`",
            "has type `Page` which is not `Send`",
        ],
        "let page = Page::parse(&html);\n        save(page.title()).await;",
        &[
            "let title = { Page::parse(&html).title() };\n        save(title).await;",
            "fn title(html: &str) -> String { Page::parse(html).title() }
             save(title(&html)).await;",
            "async fn spawn_blocking<T: Send>(work: impl FnOnce() -> T + Send) -> T { work() }
             let title = spawn_blocking(move || Page::parse(&html).title()).await;
             save(title).await;",
        ],
    );
}
