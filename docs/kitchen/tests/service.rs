//! The kitchen takes orders, and stays sound when guests go away and databases do.
//!
//! Each test has a PostgreSQL of its own.

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use common::{
    LIMIT, connect, hold_the_eggs, http, mongodb, mongodb_uri, number, postgres, send_order,
    until_number, within,
};
use futures::StreamExt;
use futures::future::join_all;
use kitchen::{Kitchen, Limits, app};
use mongodb::bson::{Document, doc};
use private_postgres::PrivatePostgres;
use serde_json::{Value, json};
use testing::python;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Long, so that what waits waits for the test, also on a busy machine. The lock's is longer than any
/// test waits.
const LIMITS: Limits =
    Limits { connections: 4, wait: Duration::from_secs(20), lock: Duration::from_secs(3600) };

async fn open(postgres: &PrivatePostgres) -> Kitchen {
    Kitchen::open(postgres.config(), None, LIMITS).await.unwrap()
}

/// A kitchen that is served on a port of its own, until it is told to close.
struct Served {
    address: SocketAddr,
    close: CancellationToken,
    /// Gives the number of the kitchen's tasks that did not end.
    ended: JoinHandle<usize>,
}

async fn serve(postgres: &PrivatePostgres) -> Served {
    serve_it(open(postgres).await).await
}

async fn serve_it(kitchen: Kitchen) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, close) = (listener.local_addr().unwrap(), kitchen.closing());
    let ended = tokio::spawn(async move {
        let closing = kitchen.closing().cancelled_owned();
        axum::serve(listener, app(kitchen.clone())).with_graceful_shutdown(closing).await.unwrap();
        kitchen.close(LIMIT).await
    });
    Served { address, close, ended }
}

impl Served {
    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends an order; returns the status and the answer.
    async fn order(&self, dish: &str, count: i32) -> (u16, Value) {
        self.post(json!({ "dish": dish, "count": count }).to_string()).await
    }

    async fn post(&self, body: impl Into<reqwest::Body>) -> (u16, Value) {
        let response = http().post(self.url("/orders")).body(body).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }
}

async fn get(url: String) -> reqwest::Response {
    http().get(url).send().await.unwrap()
}

/// How many of the kitchen's statements wait for a lock.
const WAITING: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE application_name = 'kitchen' AND wait_event_type = 'Lock'";

/// How many of its connections are in the middle of something.
const BUSY: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE application_name = 'kitchen' AND state <> 'idle'";

#[tokio::test]
async fn an_order_is_taken_and_what_is_wrong_with_it_is_said() {
    let Some(postgres) = postgres() else { return };
    let kitchen = serve(&postgres).await;
    let wrong = |kind: &str, field: &str, message: &str| {
        let detail = json!({ "type": kind, "loc": ["body", field], "msg": message });
        json!({ "detail": [detail] })
    };
    let no_string = "invalid type: integer `7`, expected a string";
    let requests = [
        (r#"{"dish": "eggs", "count": 2}"#, 201, json!({ "id": 1, "dish": "eggs", "count": 2 })),
        (r#"{"dish": "eggs", "count": 11}"#, 409, json!({ "detail": "not enough left: eggs" })),
        (r#"{"dish": "cake", "count": 1}"#, 404, json!({ "detail": "no such dish: cake" })),
        (r#"{"dish": "eggs"}"#, 422, wrong("missing", "count", "Field required")),
        (
            r#"{"dish": "eggs", "count": 0}"#,
            422,
            wrong("value_error", "count", "1 to 20 can be ordered"),
        ),
        (r#"{"dish": 7, "count": 1}"#, 422, wrong("value_error", "dish", no_string)),
    ];
    for (body, status, answer) in requests {
        assert_eq!(kitchen.post(body).await, (status, answer), "{body}");
    }
    let (status, answer) = kitchen.post(r#"{"dish": "#).await;
    assert_eq!((status, &answer["detail"][0]["type"]), (422, &"json_invalid".into()));

    let client = connect(&postgres).await;
    assert_eq!(number(&client, "SELECT count(*) FROM orders").await, 1, "the others left nothing");
}

#[tokio::test]
async fn a_guest_who_goes_away_leaves_nothing_half_done() {
    let Some(postgres) = postgres() else { return };
    let kitchen = serve(&postgres).await;
    let (cook, watcher) = (connect(&postgres).await, connect(&postgres).await);
    hold_the_eggs(&cook).await;
    let guest = send_order(kitchen.address.port()).await;
    until_number(&watcher, WAITING, 1).await; // the order is inserted, and the eggs are waited for
    drop(guest);

    // Its connection is back in the pool, and still waits. Nobody gets it: these would wait, too.
    let orders = join_all((0..12).map(|_| kitchen.order("coffee", 1))).await;
    assert!(orders.iter().all(|(status, _)| *status == 201), "{orders:?}");
    assert_eq!(number(&watcher, WAITING).await, 1, "the statement waits by itself");

    cook.batch_execute("ROLLBACK").await.unwrap();
    until_number(&watcher, BUSY, 0).await;
    let eggs = "SELECT count(*) FROM orders WHERE dish = 'eggs'";
    assert_eq!(number(&watcher, eggs).await, 0, "an order of a guest who is gone");
    let left = "SELECT portions::bigint FROM stock WHERE dish = 'eggs'";
    assert_eq!(number(&watcher, left).await, 12, "eggs for a guest who is gone");
    assert_eq!(kitchen.order("eggs", 12).await.0, 201);
}

#[tokio::test]
async fn the_one_too_many_waits_and_is_told() {
    let Some(postgres) = postgres() else { return };
    let limits = Limits { wait: Duration::from_secs(5), ..LIMITS };
    let kitchen = Kitchen::open(postgres.config(), None, limits).await.unwrap();
    let kitchen = serve_it(kitchen).await;
    let (cook, watcher) = (connect(&postgres).await, connect(&postgres).await);
    hold_the_eggs(&cook).await;
    let mut guests = Vec::new();
    for _ in 0..LIMITS.connections {
        guests.push(send_order(kitchen.address.port()).await);
    }
    until_number(&watcher, WAITING, LIMITS.connections as i64).await;
    let (status, answer) = kitchen.order("coffee", 1).await;
    assert_eq!((status, &answer["detail"]), (503, &"all connections are in use".into()));
    cook.batch_execute("ROLLBACK").await.unwrap();
    until_number(&watcher, "SELECT count(*) FROM orders", LIMITS.connections as i64).await;
    assert_eq!(kitchen.order("coffee", 1).await.0, 201);
}

#[tokio::test]
async fn rows_stream_and_a_reader_may_go_away() {
    let Some(postgres) = postgres() else { return };
    let kitchen = serve(&postgres).await;
    let client = connect(&postgres).await;
    let many = "INSERT INTO orders (dish, count) SELECT 'toast', 1 FROM generate_series(1, 100000)";
    client.batch_execute(many).await.unwrap();
    for _ in 0..2 * LIMITS.connections {
        let mut rows = get(kitchen.url("/orders")).await.bytes_stream();
        let first = within("rows", rows.next()).await.unwrap().unwrap();
        assert!(first.starts_with(b"{\"id\":1,\"dish\":\"toast\",\"count\":1}\n"), "{first:?}");
    } // dropped: the reader goes away after the first piece
    let text = get(kitchen.url("/orders")).await.text().await.unwrap();
    assert_eq!(text.lines().count(), 100_000);
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(last["id"], 100_000);
}

#[tokio::test]
async fn guests_who_send_slowly_or_do_not_read_keep_no_connection() {
    let Some(postgres) = postgres() else { return };
    let kitchen = serve(&postgres).await;
    // 50 MB, which is more than sockets hold.
    let long = "INSERT INTO stock VALUES (repeat('x', 1000), 1);
        INSERT INTO orders (dish, count) SELECT repeat('x', 1000), 1 FROM generate_series(1, 50000)";
    connect(&postgres).await.batch_execute(long).await.unwrap();
    let sends_slowly = "POST /orders HTTP/1.1\r\nHost: kitchen\r\nContent-Length: 100\r\n\r\n{";
    let does_not_read = "GET /orders HTTP/1.1\r\nHost: kitchen\r\n\r\n";
    for (request, answer) in [(sends_slowly, ""), (does_not_read, "HTTP/1.1 200")] {
        let mut guests = Vec::new();
        for _ in 0..2 * LIMITS.connections {
            let mut guest = TcpStream::connect(kitchen.address).await.unwrap();
            guest.write_all(request.as_bytes()).await.unwrap();
            let mut first = vec![0; answer.len()];
            within("the answer's first bytes", guest.read_exact(&mut first)).await.unwrap();
            assert_eq!(first, answer.as_bytes());
            guests.push(guest); // and reads no more
        }
        assert_eq!(kitchen.order("coffee", 1).await.0, 201, "expected a connection: {request}");
    }
}

/// The events of a response, as they come.
async fn events(url: String) -> impl futures::Stream<Item = String> + Unpin {
    let response = get(url).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let pieces = response.bytes_stream().map(|piece| piece.unwrap());
    let mut text = String::new();
    let events = pieces.map(move |piece| {
        text += &String::from_utf8_lossy(&piece);
        let whole = text.rfind("\n\n").map_or(0, |end| end + 2);
        let whole: String = text.drain(..whole).collect();
        futures::stream::iter(whole.split_terminator("\n\n").map(str::to_owned).collect::<Vec<_>>())
    });
    Box::pin(events.flatten().filter(|event| std::future::ready(event.starts_with("event:"))))
}

#[tokio::test]
async fn news_reach_everybody_and_a_slow_reader_holds_up_nobody() {
    let Some(postgres) = postgres() else { return };
    let kitchen = serve(&postgres).await;
    let client = connect(&postgres).await;
    until_number(&client, "SELECT count(*) FROM pg_stat_activity WHERE query = 'LISTEN orders'", 1)
        .await;
    let mut quick = events(kitchen.url("/orders/news")).await;
    let mut slow = events(kitchen.url("/orders/news")).await; // reads nothing yet
    kitchen.order("eggs", 1).await;
    let order = "event: order\ndata: {\"id\":1,\"dish\":\"eggs\",\"count\":1}";
    assert_eq!(within("news", quick.next()).await.unwrap(), order);
    // More than sockets hold, in pieces that the quick one keeps up with.
    let filler = "x".repeat(7_000);
    for number in 0..3_000 {
        let news = format!("{number} {filler}");
        client.execute("SELECT pg_notify('orders', $1)", &[&news]).await.unwrap();
        let event = within("news", quick.next()).await.unwrap();
        assert!(event.starts_with(&format!("event: order\ndata: {number} ")), "{event:.60}");
    }
    assert_eq!(within("news", slow.next()).await.unwrap(), order);
    let missed = slow.any(async |event| event.starts_with("event: missed\ndata: ")).await;
    assert!(missed, "the slow one is told");
}

#[tokio::test]
async fn a_database_that_goes_away_is_waited_for() {
    let Some(mut postgres) = postgres() else { return };
    let kitchen = serve(&postgres).await;
    assert_eq!(kitchen.order("eggs", 1).await.0, 201);
    let mut news = events(kitchen.url("/orders/news")).await;
    postgres.stop();
    for _ in 0..2 * LIMITS.connections {
        let (status, answer) = kitchen.order("eggs", 1).await;
        let detail = answer["detail"].as_str().unwrap();
        assert!(status == 503 && detail.starts_with("the database is away: "), "{status} {detail}");
    }
    postgres.start_again().unwrap();
    assert_eq!(kitchen.order("eggs", 1).await.0, 201, "it goes on by itself");
    let missed = news.by_ref().any(async |event| event == "event: missed\ndata: unknown");
    assert!(within("news that some were missed", missed).await, "the news ended");
    kitchen.order("toast", 1).await;
    assert!(news.any(async |event| event.contains("toast")).await, "the news go on, too");
}

#[tokio::test]
async fn at_closing_time_what_is_under_way_is_finished() {
    let Some(postgres) = postgres() else { return };
    let kitchen = serve(&postgres).await;
    let (cook, watcher) = (connect(&postgres).await, connect(&postgres).await);
    let mut news = events(kitchen.url("/orders/news")).await;
    hold_the_eggs(&cook).await;
    let order = kitchen.order("eggs", 1);
    let close = async {
        until_number(&watcher, WAITING, 1).await;
        kitchen.close.cancel();
        let refused = async || TcpStream::connect(kitchen.address).await.is_err();
        common::until("the door to be shut", refused).await;
        cook.batch_execute("ROLLBACK").await.unwrap();
    };
    let ((status, _), ()) = tokio::join!(order, close);
    assert_eq!(status, 201, "the order was under way");
    within("the end of the news", async { while news.next().await.is_some() {} }).await;
    assert_eq!(within("the end of the kitchen", kitchen.ended).await.unwrap(), 0, "tasks");
    until_number(
        &watcher,
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'kitchen'",
        0,
    )
    .await;
}

#[tokio::test]
async fn recipes_are_written_read_and_announced() {
    let (Some(postgres), Some(python)) = (postgres(), python()) else { return };
    let (mongodb, port) = mongodb(python);
    let uri = mongodb_uri(port);
    let kitchen = Kitchen::open(postgres.config(), Some(&uri), LIMITS).await.unwrap();
    let kitchen = serve_it(kitchen).await;
    let mut news = events(kitchen.url("/recipes/news")).await;
    let client = http();
    let write = |dish: &str, text: &str| {
        client.put(kitchen.url(&format!("/recipes/{dish}"))).json(&json!({ "text": text })).send()
    };
    for (dish, text) in [("toast", "Toast it."), ("eggs", "Fry."), ("eggs", "Boil.")] {
        assert_eq!(write(dish, text).await.unwrap().status(), 204);
        let event = format!("event: recipe\ndata: {{\"_id\":\"{dish}\",\"text\":\"{text}\"}}");
        assert_eq!(within("news", news.next()).await.unwrap(), event);
    }
    let text = get(kitchen.url("/recipes")).await.text().await.unwrap();
    let eggs_and_toast =
        "{\"_id\":\"eggs\",\"text\":\"Boil.\"}\n{\"_id\":\"toast\",\"text\":\"Toast it.\"}\n";
    assert_eq!(text, eggs_and_toast);

    drop(mongodb); // it goes away
    let response = write("cake", "Bake.").await.unwrap();
    assert_eq!(response.status(), 503);
    let answer: Value = response.json().await.unwrap();
    assert!(answer["detail"].as_str().unwrap().starts_with("the database is away: "), "{answer}");
    assert_eq!(kitchen.order("eggs", 1).await.0, 201, "orders need no recipe");
}

/// Stands between the driver and MongoDB, at the port that it returns. What is said of a cake is kept
/// back: `held` says so, and `open` ends it.
async fn hold_cakes(mongodb: u16, held: CancellationToken, open: CancellationToken) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((driver, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", mongodb)).await.unwrap();
            let (mut asked, mut answers) = driver.into_split();
            let (mut answered, mut asks) = server.into_split();
            let (held, open) = (held.clone(), open.clone());
            tokio::spawn(async move { tokio::io::copy(&mut answered, &mut answers).await });
            tokio::spawn(async move {
                let mut piece = [0; 8192];
                while let Ok(length @ 1..) = asked.read(&mut piece).await {
                    if piece[..length].windows(4).any(|bytes| bytes == b"cake") {
                        held.cancel();
                        open.cancelled().await;
                    }
                    asks.write_all(&piece[..length]).await.unwrap();
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn a_write_whose_guest_has_gone_is_done_before_the_kitchen_is_closed() {
    let (Some(postgres), Some(python)) = (postgres(), python()) else { return };
    let (_mongodb, port) = mongodb(python);
    let (held, open) = (CancellationToken::new(), CancellationToken::new());
    let uri = mongodb_uri(hold_cakes(port, held.clone(), open.clone()).await);
    let kitchen = Kitchen::open(postgres.config(), Some(&uri), LIMITS).await.unwrap();

    let request = Request::put("/recipes/cake").body(Body::from(r#"{"text": "Bake."}"#)).unwrap();
    let handler = tokio::spawn(app(kitchen.clone()).oneshot(request));
    within("the recipe to be sent to MongoDB", held.cancelled()).await;
    handler.abort(); // as the server does when its guest has gone
    assert!(handler.await.unwrap_err().is_cancelled(), "the handler was waiting");

    let mut closing = tokio::spawn(kitchen.close(LIMIT));
    let early = timeout(Duration::from_millis(500), &mut closing).await;
    assert!(early.is_err(), "expected the kitchen to wait for the write; it was closed before");
    open.cancel();
    assert_eq!(within("the kitchen to be closed", closing).await.unwrap(), 0, "tasks are left");

    let client = mongodb::Client::with_uri_str(mongodb_uri(port)).await.unwrap();
    let recipes = client.database("kitchen").collection::<Document>("recipes");
    let cake = within("the recipe", recipes.find_one(doc! { "_id": "cake" }).into_future()).await;
    assert_eq!(cake.unwrap().unwrap().get_str("text").unwrap(), "Bake.");
}
