use crate::{on_each, run, says};

#[test]
fn what_was_refused_runs_once_it_is_cured() {
    let events = [
        "Three at once, and no closure that takes a reference",
        "each owns its URL: 3 pages",
        "made before: 3 pages",
        "Three folders, one in another",
        "recursion, boxed: 6 files",
        "a loop: 6 files",
        "An error that may change threads",
        "the task gives Err(\"not a selector: a[href\")",
    ];
    on_each(|runtime| {
        assert_eq!(run("refused", &[runtime]).events(), events, "{runtime}");
    });
}

// What of each message the book reads; the rest may change with the compiler.

#[test]
fn an_error_that_is_not_send_does_not_compile() {
    says(
        "refused/error_not_send.rs",
        &["`Rc<str>` cannot be sent between threads safely", "`SyntaxError`", "`From` trait"],
        "parse(&css)?;",
        &["parse(&css).map_err(|error| error.to_string())?;"],
    );
}

#[test]
fn a_closure_that_takes_a_reference_does_not_compile() {
    says(
        "refused/not_general.rs",
        &[
            "implementation of `FnOnce` is not general enough",
            "must implement `FnOnce<(&'1 String,)>`",
        ],
        "all(urls.iter().map(|url| fetch(url))).await;",
        &[
            "all(urls.into_iter().map(|url| async move { fetch(&url).await })).await;",
            "let requests: Vec<_> = urls.iter().map(|url| fetch(url)).collect();
             all(requests.into_iter()).await;",
            "all(urls.iter().map(fetch)).await;",
        ],
    );
}

#[test]
fn an_async_function_that_awaits_itself_does_not_compile() {
    says(
        "refused/recursion.rs",
        &["error[E0733]: recursion in an async fn requires boxing", "infinitely sized future"],
        "count(inner).await;",
        &["Box::pin(count(inner)).await;"],
    );
}

#[test]
fn a_block_that_does_not_say_what_it_returns_does_not_compile() {
    says(
        "refused/question_mark.rs",
        &["`?` operator can only be used in an async block that returns `Result` or `Option`"],
        "println!(\"{page}\");",
        &["println!(\"{page}\"); Ok::<(), io::Error>(())"],
    );
    says(
        "refused/which_error.rs",
        &[
            "error[E0282]: type annotations needed",
            "cannot infer type of the type parameter `E` declared on the enum `Result`",
        ],
        "Ok(())",
        &["Ok::<(), io::Error>(())"],
    );
}
