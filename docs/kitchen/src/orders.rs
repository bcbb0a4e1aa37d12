//! Orders, in PostgreSQL.

use axum::Json;
use axum::body::Body as ResponseBody;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use deadpool_postgres::Pool;
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use utoipa::ToSchema;

use crate::body::Body;
use crate::error::AWAY;
use crate::{Error, Kitchen};

/// The tables, and a menu.
pub const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS stock (
        dish text PRIMARY KEY, portions int NOT NULL CHECK (portions >= 0));
    CREATE TABLE IF NOT EXISTS orders (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        dish text NOT NULL REFERENCES stock, count int NOT NULL);
    INSERT INTO stock VALUES ('coffee', 1000), ('eggs', 12), ('toast', 1000)
        ON CONFLICT DO NOTHING";

/// What a guest sends.
#[derive(Deserialize, ToSchema)]
pub struct NewOrder {
    /// A dish on the menu: coffee, eggs or toast.
    dish: String,
    #[schema(value_type = i32, minimum = 1, maximum = 20)]
    count: Count,
}

/// From 1 to 20. Once it is made, nobody need look again: pydantic's `Field(ge=1, le=20)`.
#[derive(Deserialize)]
#[serde(try_from = "f64")]
struct Count(i32);

/// JSON has one kind of number, and 8.0 is as whole as 8: to JSON Schema, and to pydantic.
impl TryFrom<f64> for Count {
    type Error = &'static str;

    fn try_from(count: f64) -> Result<Self, Self::Error> {
        let whole = (1..=20).find(|whole| f64::from(*whole) == count);
        whole.map(Self).ok_or("1 to 20 can be ordered")
    }
}

/// An order that was taken.
#[derive(Serialize, ToSchema)]
pub struct Order {
    id: i32,
    dish: String,
    count: i32,
}

impl From<&Row> for Order {
    fn from(row: &Row) -> Self {
        Self { id: row.get("id"), dish: row.get("dish"), count: row.get("count") }
    }
}

/// Take an order
///
/// Two statements, of which both are done or none: a transaction that is dropped rolls back. And this
/// function is dropped at whichever await it is at, when the guest goes away.
#[utoipa::path(post, path = "/orders", tag = "orders", request_body = NewOrder,
    responses((status = 201, body = Order), (status = 404), (status = 409), (status = 422),
        (status = 503, description = AWAY)))]
pub async fn order(
    State(kitchen): State<Kitchen>,
    Body(NewOrder { dish, count: Count(count) }): Body<NewOrder>,
) -> Result<impl IntoResponse, Error> {
    // Not by an extractor: those run before the body is read, and a guest who sends slowly would hold one.
    let mut connection = kitchen.pool.get().await?;
    let transaction = connection.transaction().await?;
    let insert = "INSERT INTO orders (dish, count) VALUES ($1, $2) RETURNING id, dish, count";
    let row = transaction.query_one(insert, &[&dish, &count]).await.map_err(|error| {
        match error.code() == Some(&SqlState::FOREIGN_KEY_VIOLATION) {
            true => Error::NoSuchDish(dish.clone()),
            false => error.into(),
        }
    })?;
    let take = "UPDATE stock SET portions = portions - $2 WHERE dish = $1 AND portions >= $2";
    if transaction.execute(take, &[&dish, &count]).await? == 0 {
        return Err(Error::SoldOut(dish));
    }
    let order = Order::from(&row);
    let news = serde_json::to_string(&order).expect("an order is JSON");
    // Heard at the commit.
    transaction.execute("SELECT pg_notify('orders', $1)", &[&news]).await?;
    transaction.commit().await?;
    Ok((StatusCode::CREATED, Json(order)))
}

/// How many orders are read at a time.
const PAGE: usize = 1000;

/// All orders, as JSON Lines
///
/// Read in pages: a million of them take no more memory than a page. An order that is taken meanwhile
/// may be among them.
#[utoipa::path(get, path = "/orders", tag = "orders",
    responses((status = 200, content_type = "application/jsonl", body = Order),
        (status = 503, description = AWAY)))]
pub async fn orders(State(kitchen): State<Kitchen>) -> Result<impl IntoResponse, Error> {
    let next = move |after| page(kitchen.pool.clone(), after);
    let mut pages = Box::pin(stream::try_unfold(Some(0), next));
    // Before the answer begins, an error still has a status; later, it breaks the answer off.
    let first = pages.try_next().await?;
    let lines = ResponseBody::from_stream(stream::iter(first.map(Ok)).chain(pages));
    Ok(([(CONTENT_TYPE, "application/jsonl")], lines))
}

/// The lines of a page, and the id after which the next begins, if there may be one.
async fn page(pool: Pool, after: Option<i32>) -> Result<Option<(String, Option<i32>)>, Error> {
    let Some(after) = after else { return Ok(None) };
    let query = format!("SELECT * FROM orders WHERE id > $1 ORDER BY id LIMIT {PAGE}");
    // The connection is back in the pool at the semicolon: a guest who does not read keeps none.
    let rows = pool.get().await?.query(&query, &[&after]).await?;
    let line = |row| serde_json::to_string(&Order::from(row)).expect("an order is JSON") + "\n";
    let last = rows.last().filter(|_| rows.len() == PAGE).map(|row| row.get("id"));
    Ok(Some((rows.iter().map(line).collect(), last)))
}
