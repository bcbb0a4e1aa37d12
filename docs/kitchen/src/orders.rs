//! Orders, in PostgreSQL.

use axum::Json;
use axum::body::Body as ResponseBody;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use utoipa::ToSchema;

use crate::body::Body;
use crate::error::AWAY;
use crate::{Connection, Error, Kitchen};

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

/// All orders, as JSON Lines
///
/// Each row is sent when it has come, and forgotten: a million of them take no more memory than one.
#[utoipa::path(get, path = "/orders", tag = "orders",
    responses((status = 200, content_type = "application/jsonl", body = Order),
        (status = 503, description = AWAY)))]
pub async fn orders(Connection(connection): Connection) -> Result<impl IntoResponse, Error> {
    let none: [&(dyn ToSql + Sync); 0] = [];
    let rows = connection.query_raw("SELECT * FROM orders ORDER BY id", none).await?;
    let lines = rows.map_ok(move |row| {
        let _until_the_last_row = &connection;
        serde_json::to_string(&Order::from(&row)).expect("an order is JSON") + "\n"
    });
    Ok(([(CONTENT_TYPE, "application/jsonl")], ResponseBody::from_stream(lines)))
}
