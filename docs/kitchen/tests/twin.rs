//! The kitchen and its Python twin answer alike; and what becomes of a handler whose guest goes away.

mod common;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{
    connect, free_port, hold_the_eggs, http, mongodb, mongodb_uri, number, postgres, send_order,
    until_number, wait_for,
};
use private_postgres::PrivatePostgres;
use serde_json::Value;
use testing::{Finished, Running, command, python};
use tokio::time::sleep;

/// One of the two, with databases of its own.
struct Service {
    port: u16,
    postgres: PrivatePostgres,
    _service: Running,
    _mongodb: Running,
}

impl Service {
    fn start(mut command: Command, postgres: PrivatePostgres, python: &Path) -> Self {
        let (_mongodb, at) = mongodb(python);
        let port = free_port();
        command.arg("--port").arg(port.to_string());
        command.env("DATABASE_URL", postgres.url()).env("MONGODB_URI", mongodb_uri(at));
        command.stdout(Stdio::null()).stderr(Stdio::inherit());
        let mut service = Running::start(&mut command);
        wait_for(&mut service, port);
        Self { port, postgres, _service: service, _mongodb }
    }

    /// The status and the answer, as JSON or as text.
    async fn ask(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let request = http().request(method.parse().unwrap(), url);
        let request = request.header("Content-Type", "application/json").body(body.to_owned());
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        // Lines of JSON, so that white space does not count.
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        (status, Value::Array(lines.collect()))
    }
}

/// The Rust one, and the Python one.
fn both() -> Option<[Service; 2]> {
    let (mine, its) = (postgres()?, postgres()?);
    let python = python()?;
    let rust = command(env!("CARGO_BIN_EXE_kitchen"));
    let mut twin = command(python);
    twin.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../python/kitchen.py"));
    twin.env("PYTHONDONTWRITEBYTECODE", "1"); // else into the sources
    Some([Service::start(rust, mine, python), Service::start(twin, its, python)])
}

#[tokio::test]
async fn they_answer_alike() {
    let Some([rust, twin]) = both() else { return };
    // Several pages.
    let many = "INSERT INTO orders (dish, count) SELECT 'toast', 1 FROM generate_series(1, 2500)";
    for service in [&rust, &twin] {
        connect(&service.postgres).await.batch_execute(many).await.unwrap();
    }
    let requests = [
        ("POST", "/orders", r#"{"dish": "eggs", "count": 2}"#, 201),
        ("POST", "/orders", r#"{"dish": "toast", "count": 20}"#, 201),
        ("POST", "/orders", r#"{"dish": "eggs", "count": 2.0}"#, 201),
        ("POST", "/orders", r#"{"dish": "eggs", "count": 2.5}"#, 422),
        ("POST", "/orders", r#"{"dish": "eggs", "count": 11}"#, 409),
        ("POST", "/orders", r#"{"dish": "cake", "count": 1}"#, 404),
        ("POST", "/orders", r#"{"dish": "eggs"}"#, 422),
        ("POST", "/orders", r#"{"count": 1}"#, 422),
        ("POST", "/orders", r#"{"dish": "eggs", "count": 21}"#, 422),
        ("POST", "/orders", r#"{"dish": 3, "count": 1}"#, 422),
        ("GET", "/orders", "", 200),
        ("PUT", "/recipes/toast", r#"{"text": "Toast it."}"#, 204),
        ("PUT", "/recipes/eggs", r#"{"text": "Boil."}"#, 204),
        ("PUT", "/recipes/eggs", r#"{"text": 1}"#, 422),
        ("GET", "/recipes", "", 200),
        ("GET", "/nothing", "", 404),
    ];
    for (method, path, body, expected) in requests {
        let (status, mut mine) = rust.ask(method, path, body).await;
        let (its_status, mut its) = twin.ask(method, path, body).await;
        assert_eq!((status, its_status), (expected, expected), "{path} {body}: {mine} {its}");
        if status == 422 {
            // Each says in its own words what is wrong, and pydantic repeats what it was given.
            for answer in [&mut mine, &mut its] {
                let detail = answer[0]["detail"][0].as_object_mut().unwrap();
                detail.retain(|key, value| key == "loc" || key == "type" && value == "missing");
            }
        }
        if path == "/nothing" {
            continue; // axum says nothing, FastAPI that it is not there
        }
        assert_eq!(mine, its, "{path} {body}");
    }
}

/// What the kitchen does with it is in service.rs.
#[tokio::test]
async fn a_guest_goes_away_and_fastapi_goes_on() {
    let Some([_, twin]) = both() else { return };
    let (cook, watcher) = (connect(&twin.postgres).await, connect(&twin.postgres).await);
    hold_the_eggs(&cook).await;
    let guest = send_order(twin.port).await;
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    until_number(&watcher, waiting, 1).await;
    drop(guest);
    sleep(Duration::from_millis(500)).await; // whoever wants to notice has the time
    cook.batch_execute("ROLLBACK").await.unwrap();
    let others = "SELECT count(*) FROM pg_stat_activity
        WHERE state <> 'idle' AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
    until_number(&watcher, others, 0).await;
    let orders = number(&watcher, "SELECT count(*) FROM orders").await;
    assert_eq!(orders, 1, "the handler is not dropped");
}

/// schemathesis asks what the description allows, and what it forbids, and looks whether the answers are as
/// described. News never ends, so it is left out.
fn ask_what_is_described(service: &Service, python: &Path, examples: &str, but: &[&str]) {
    let url = format!("http://127.0.0.1:{}/openapi.json", service.port);
    let mut command = command(python.with_file_name("schemathesis"));
    command.args(["run", &url, "--no-color", "--exclude-path-regex", "news$"]);
    command.args(["--max-examples", examples, "--seed", "7", "--generation-database", "none"]);
    command.args(but);
    let ended = Finished::run(command.current_dir(std::env::temp_dir()));
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
}

#[test]
fn both_answer_as_they_are_described() {
    let (Some([rust, twin]), Some(python)) = (both(), python()) else { return };
    ask_what_is_described(&rust, python, "50", &[]);
    // FastAPI says of a path with two functions that it allows what the first of them does.
    ask_what_is_described(&twin, python, "50", &["--exclude-checks", "allow_header_conformance"]);
}
