//! Recipes, in MongoDB.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body as ResponseBody;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Sse};
use futures::channel::mpsc;
use futures::{SinkExt, Stream, StreamExt};
use mongodb::bson::doc;
use mongodb::options::FullDocumentType;
use mongodb::{Client, Collection};
use serde::{Deserialize, Serialize};
use tokio_util::task::TaskTracker;
use utoipa::ToSchema;

use crate::body::Body;
use crate::{Error, Kitchen};

pub type Recipes = Collection<Recipe>;

/// What a 503 means here.
const NO_RECIPES: &str =
    "MongoDB is away, or the kitchen was opened without one: MONGODB_URI is not set";

/// How long a request waits for MongoDB.
const LIMIT: Duration = Duration::from_secs(5);

/// How a dish is made.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Recipe {
    #[serde(rename = "_id")]
    dish: String,
    text: String,
}

/// What a cook sends.
#[derive(Deserialize, ToSchema)]
pub struct NewRecipe {
    text: String,
}

/// Opens the collection.
pub async fn open(uri: &str) -> Result<Recipes, Error> {
    let client = Client::with_uri_str(uri).await.map_err(away)?;
    Ok(client.database("kitchen").collection("recipes"))
}

fn away(error: mongodb::error::Error) -> Error {
    Error::Away(error.to_string())
}

/// The driver asks that its futures be polled to their end, and a handler is dropped when its guest
/// goes away. So a task polls it, whatever becomes of us, and only our waiting is limited. The kitchen
/// awaits its tasks before it ends: tokio drops those that are left when `main` returns.
async fn finish<T: Send + 'static>(
    tasks: &TaskTracker,
    operation: impl Future<Output = mongodb::error::Result<T>> + Send + 'static,
) -> Result<T, Error> {
    match tokio::time::timeout(LIMIT, tasks.spawn(operation)).await {
        Ok(Ok(result)) => result.map_err(away),
        Ok(Err(panic)) => Err(Error::Internal(panic.to_string())),
        Err(_elapsed) => Err(Error::Away("MongoDB does not answer".into())),
    }
}

fn recipes(kitchen: &Kitchen) -> Result<Recipes, Error> {
    kitchen.recipes.clone().ok_or_else(|| Error::Away("MONGODB_URI is not set".into()))
}

/// Write a recipe
#[utoipa::path(put, path = "/recipes/{dish}", tag = "recipes", request_body = NewRecipe,
    params(("dish" = String, Path)), responses((status = 204), (status = 422),
        (status = 503, description = NO_RECIPES)))]
pub async fn write(
    State(kitchen): State<Kitchen>,
    Path(dish): Path<String>,
    Body(NewRecipe { text }): Body<NewRecipe>,
) -> Result<StatusCode, Error> {
    let recipes = recipes(&kitchen)?;
    let recipe = Recipe { dish: dish.clone(), text };
    finish(&kitchen.tasks, async move {
        recipes.replace_one(doc! { "_id": dish }, recipe).upsert(true).await
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// All recipes, as JSON Lines
#[utoipa::path(get, path = "/recipes", tag = "recipes",
    responses((status = 200, content_type = "application/jsonl", body = Recipe),
        (status = 503, description = NO_RECIPES)))]
pub async fn read(State(kitchen): State<Kitchen>) -> Result<impl IntoResponse, Error> {
    let recipes = recipes(&kitchen)?;
    let mut cursor =
        finish(&kitchen.tasks, async move { recipes.find(doc! {}).sort(doc! { "_id": 1 }).await })
            .await?;
    // The cursor, too, belongs to a task: it stops when nobody receives, between two documents.
    let (mut send, lines) = mpsc::channel(16);
    kitchen.tasks.spawn(async move {
        while let Some(recipe) = cursor.next().await {
            let line = recipe.map(|recipe| json(&recipe) + "\n");
            if send.send(line).await.is_err() {
                break;
            }
        }
    });
    Ok(([(CONTENT_TYPE, "application/jsonl")], ResponseBody::from_stream(lines)))
}

fn json(recipe: &Recipe) -> String {
    serde_json::to_string(recipe).expect("a recipe is JSON")
}

/// News of recipes
///
/// Server-sent events: `recipe` with a recipe as it is now, whenever somebody has written it.
#[utoipa::path(get, path = "/recipes/news", tag = "recipes",
    responses((status = 200, content_type = "text/event-stream", body = Recipe),
        (status = 503, description = NO_RECIPES)))]
pub async fn news(
    State(kitchen): State<Kitchen>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Error> {
    let recipes = recipes(&kitchen)?;
    let second = Duration::from_secs(1);
    let watch = async move {
        let full = FullDocumentType::UpdateLookup;
        recipes.watch().full_document(full).max_await_time(second).await
    };
    let mut changes = finish(&kitchen.tasks, watch).await?;
    let (mut send, news) = mpsc::channel(16);
    kitchen.tasks.spawn(async move {
        // Asked for at most a second at a time: so this ends soon after the last reader went away.
        while !send.is_closed() && changes.is_alive() {
            let Ok(change) = changes.next_if_any().await else { break };
            let Some(recipe) = change.and_then(|change| change.full_document) else { continue };
            if send.send(Event::default().event("recipe").data(json(&recipe))).await.is_err() {
                break;
            }
        }
    });
    let closed = kitchen.closing.cancelled_owned();
    Ok(Sse::new(news.map(Ok).take_until(closed)).keep_alive(KeepAlive::default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[tokio::test]
    async fn an_operation_whose_guest_went_away_is_awaited_at_the_end() {
        let (tasks, (end, mut ended)) = (TaskTracker::new(), tokio::sync::oneshot::channel());
        let operation = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            _ = end.send(());
            Ok(())
        };
        assert!(finish(&tasks, operation).now_or_never().is_none(), "it waits, and is dropped");
        tasks.close();
        tasks.wait().await;
        assert!(ended.try_recv().is_ok());
    }
}
