use crate::run;

/// What a runtime calls the cancelling of a task, and what becomes of a goodbye at the end of it.
const RUNTIMES: [(&str, &str, &[&str]); 3] = [
    (
        "tokio",
        "abort()",
        &["mail: released", "tokio dropped the task of mail's goodbye while it waited"],
    ),
    (
        "async-std",
        "cancel().await",
        &["the task of mail's goodbye ends with the program, without a Drop"],
    ),
    (
        "smol",
        "cancel().await",
        &["the task of mail's goodbye ends with the program, without a Drop"],
    ),
];

#[test]
fn a_scope_is_released_in_reverse_and_only_an_awaited_close_says_goodbye_for_sure() {
    for (runtime, cancelled, end) in RUNTIMES {
        let told = run("cleanup", &[runtime]);
        let events = [
            "1. A scope ends: released in reverse order, and no goodbye is said",
            "db: open",
            "tx: open",
            "query: Ok(())",
            "committed",
            "tx: released",
            "db: released",
            "2. ? leaves the scope early: the same",
            "db: open",
            "tx: open",
            r#"query: Err("disk full")"#,
            "tx: released",
            "db: released",
            "3. close().await: a goodbye, after an error too",
            "db: open",
            r#"query: Err("disk full")"#,
            "db: says goodbye",
            "db: goodbye is answered",
            "db: released",
            "4. Cancelled: no close() for db, but mail's guard spawns its goodbye",
            "mail: open",
            "db: open",
            cancelled,
            "db: released",
            "mail: says goodbye",
            "mail: goodbye is answered",
            "mail: released",
            "5. At the end: db's close() is awaited, and mail's spawned goodbye is not",
            "mail: open",
            "db: open",
            "query: Ok(())",
            "db: says goodbye",
            "db: goodbye is answered",
            "db: released",
            "mail: says goodbye",
        ];
        assert_eq!(told.events(), [&events[..], end].concat(), "{runtime}");
    }
}
