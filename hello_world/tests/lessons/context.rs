use crate::{RUNTIMES, run};

#[test]
fn a_spawned_task_knows_only_what_it_was_told() {
    for runtime in RUNTIMES {
        let mut expected = match runtime {
            "tokio" => vec![
                "A task-local: set for a future, and for all that this future awaits",
                "awaited: order 1",
                "spawned: no order is set",
                "Set again for the task",
                "spawned: order 1",
                "Handed in",
            ],
            "async-std" => vec![
                "A task-local: set for the task, and for all that this task awaits",
                "awaited: order 1",
                "spawned: no order is set",
                "Set again in the task",
                "spawned: order 1",
                "Handed in",
            ],
            _ => vec!["Handed in: smol has no task-locals"],
        };
        expected.extend([
            "spawned, and told: order 1",
            "A span: entered by each poll of what is instrumented with it",
            "awaited: order 1",
            "spawned: in no span",
            "spawned in the current span: order 1",
        ]);
        assert_eq!(run("context", &[runtime]).events(), expected, "{runtime}");
    }
}
