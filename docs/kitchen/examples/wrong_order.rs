//! What the compiler says of a handler whose arguments are in the wrong order.
//!
//!     cargo build -p kitchen --example wrong_order --features refused
//!
//! In FastAPI the order does not matter. Here the body comes last, as it can be read only once.

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};

#[derive(Clone)]
struct Kitchen;

async fn order(Json(dish): Json<String>, State(_): State<Kitchen>) -> String {
    dish
}

#[axum::debug_handler]
async fn checked(Json(dish): Json<String>, State(_): State<Kitchen>) -> String {
    dish
}

fn main() {
    let _app: Router<Kitchen> = Router::new().route("/orders", post(order));
}
