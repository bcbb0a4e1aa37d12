use crate::{RUNTIMES, run_in_time};

#[test]
fn what_is_cancelled_is_dropped_at_its_await() {
    for runtime in RUNTIMES {
        let (handle, soup) = match runtime {
            "smol" => ("that cancels the task", "dropped at its await"),
            _ => ("the task goes on", "ready"),
        };
        let (cancel, cancelled) = match runtime {
            "tokio" => ("abort()", "its handle returns Err, is_cancelled: true"),
            _ => ("cancel()", "cancel() returns None"),
        };
        let expected = [
            "A future is dropped",
            "tea: started, needs 9 s",
            "tea: its future is dropped",
            "tea: dropped at its await",
            &format!("A task's handle is dropped: on {runtime}, {handle}"),
            "soup: started, needs 1 s",
            "soup: its handle is dropped",
            &format!("soup: {soup}"),
            "A task is cancelled: it ends when it next waits",
            "bread: kneading for 1 s, without an await",
            &format!("bread: {cancel}"),
            "bread: started, needs 9 s",
            "bread: dropped at its await",
            &format!("bread: {cancelled}"),
            "Sent: 2 eggs, 3 toasts, 1 tea. A tick drops the read that is under way",
            "sent: 2",
            "tick: the read is dropped, and its word",
            "sent: eggs",
            "sent: 3",
            "arrived: eggs 3",
            "sent: toasts",
            "sent: 1",
            "arrived: toasts 1",
            "sent: tea",
            "The same again. A tick drops nothing: the read goes on where it was",
            "sent: 2",
            "tick: the read goes on",
            "sent: eggs",
            "arrived: 2 eggs",
            "sent: 3",
            "sent: toasts",
            "arrived: 3 toasts",
            "sent: 1",
            "sent: tea",
            "arrived: 1 tea",
            "Two cooks are at work: press Ctrl-C, or wait",
            "coffee: started, needs 0.5 s",
            "roast: started, needs 2.2 s",
            "coffee: ready",
            "toast: started, needs 0.5 s",
            "toast: ready",
            "cake: started, needs 0.4 s",
            "cake: ready",
            "roast: ready",
            "all are served",
        ];
        // The words come every 0.02 s.
        let told = run_in_time("cancellation", &[runtime], |told| told.events() == expected);
        assert_eq!(told.events(), expected, "{runtime}");
    }
}

/// Ctrl-C goes to every process of a terminal: to the one that runs the lesson, and to the one that
/// runs all three and must not end before them.
#[cfg(unix)]
#[test]
fn ctrl_c_ends_each_runtime_gracefully() {
    use std::io::{BufRead, BufReader};
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    use testing::Finished;

    use crate::{event, lesson};

    let mut child = lesson("cancellation").process_group(0).spawn().unwrap();
    let group = format!("-{}", child.id());
    let mut told = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = event(&line.unwrap()).to_owned();
        if line == "roast: started, needs 2.2 s" {
            let kill = Command::new("kill").args(["-s", "INT", "--", &group]).status();
            assert!(kill.unwrap().success());
        }
        told.push(line);
    }
    assert_eq!(Finished::wait(child).code, Some(0), "{told:#?}");
    for runtime in RUNTIMES {
        let header = format!("--- {runtime} ---");
        let run = told.iter().skip_while(|line| **line != header);
        let run = run.skip_while(|line| !line.starts_with("Two cooks"));
        let run: Vec<&str> = run.take_while(|line| !line.is_empty()).map(|line| &**line).collect();
        let mut parts = run.split(|line| line.starts_with("Ctrl-C: "));
        let [Some(_before), Some(after), None] = [parts.next(), parts.next(), parts.next()] else {
            panic!("{runtime}: Ctrl-C is not told once: {run:#?}");
        };
        // One short dish is under way (the second, if the machine is busy), and the roast.
        let [short, rest @ ..] = after else { panic!("{runtime}: {run:#?}") };
        assert!(["coffee: ready", "toast: ready"].contains(short), "{runtime}: {run:#?}");
        let expected = ["the second is over: the rest is dropped", "roast: dropped at its await"];
        assert_eq!(rest, expected, "{runtime}: {run:#?}");
    }
}
