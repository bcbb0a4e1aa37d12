//! News of orders: PostgreSQL's NOTIFY, handed on to any number of browsers as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures::{Stream, StreamExt, TryStreamExt, future, stream};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender};
use tokio_postgres::{AsyncMessage, Config, NoTls};

use crate::Kitchen;

/// An order; or none, when an unknown number of orders was missed.
pub type News = Option<String>;

/// Listens on a connection of its own, and for ever: when the database goes away, until it is back.
pub async fn listen(postgres: Config, news: Sender<News>) {
    let (mut said, mut again) = (String::new(), false);
    loop {
        if let Err(error) = listen_once(&postgres, &news, again).await {
            let why = error.to_string();
            if why != said {
                eprintln!("kitchen: no news: {why}"); // once, and not every second
                said = why;
            }
        }
        again = true;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn listen_once(
    postgres: &Config,
    news: &Sender<News>,
    again: bool,
) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = postgres.connect(NoTls).await?;
    // The connection has to be polled for anything to happen: usually by a task, and here by us.
    let messages = stream::poll_fn(move |context| connection.poll_message(context));
    let hear = messages.try_for_each(|message| {
        if let AsyncMessage::Notification(order) = message {
            _ = news.send(Some(order.payload().to_owned())); // an error: nobody listens
        }
        future::ok(())
    });
    let listen = async {
        client.batch_execute("LISTEN orders").await?;
        if again {
            _ = news.send(None); // PostgreSQL keeps no news for a connection that comes back
        }
        Ok(())
    };
    future::try_join(listen, hear).await.map(|_| ())
}

/// News of orders
///
/// Server-sent events: `order` with an order as it is taken; `missed` with a number, when a reader was
/// too slow for so many, and with `unknown`, when PostgreSQL was away. A slow reader delays no other.
#[utoipa::path(get, path = "/orders/news", tag = "orders", responses((status = 200, content_type = "text/event-stream", body = String)))]
pub async fn news(
    State(kitchen): State<Kitchen>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let news = stream::unfold(kitchen.news.subscribe(), next);
    let closed = kitchen.closing.cancelled_owned();
    Sse::new(news.map(Ok).take_until(closed)).keep_alive(KeepAlive::default())
}

async fn next(mut news: Receiver<News>) -> Option<(Event, Receiver<News>)> {
    let event = match news.recv().await {
        Ok(Some(order)) => Event::default().event("order").data(order),
        Ok(None) => Event::default().event("missed").data("unknown"),
        Err(RecvError::Lagged(orders)) => Event::default().event("missed").data(orders.to_string()),
        Err(RecvError::Closed) => return None,
    };
    Some((event, news))
}
