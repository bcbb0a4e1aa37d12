//! What axum and the compiler say of a handler that is none. The book reads these words; the rest may
//! change with the compiler.

#[test]
fn a_handler_whose_body_is_not_last_does_not_compile() {
    let mut cargo = testing::cargo();
    cargo.args(["build", "--quiet", "-p", "kitchen", "--example", "wrong_order"]);
    let output = cargo.args(["--features", "refused"]).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{message}");
    for words in [
        "the trait `Handler<_, _>` is not implemented for fn item",
        "Consider using `#[axum::debug_handler]`",
        "consumes the request body and thus must be the last argument to the handler function",
    ] {
        assert!(message.contains(words), "{words}: {message}");
    }
}
