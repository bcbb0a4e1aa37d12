//! Recipes, in MongoDB.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body as ResponseBody;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Sse};
use futures::channel::mpsc;
use futures::{SinkExt, Stream, StreamExt};
use mongodb::bson::doc;
use mongodb::options::FullDocumentType;
use mongodb::{Client, Collection};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use utoipa::ToSchema;

use crate::body::Body;
use crate::{Error, Kitchen};

/// What a 503 means here.
const NO_RECIPES: &str =
    "MongoDB is away or slow, or the kitchen was opened without one: MONGODB_URI is not set";

/// How long a request waits for MongoDB.
const LIMIT: Duration = Duration::from_secs(5);

/// How many operations may wait for MongoDB at once.
const OPERATIONS: usize = 64;

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

/// The collection, and the tasks that finish what is asked of it.
#[derive(Clone)]
pub struct Recipes {
    collection: Collection<Recipe>,
    tasks: TaskTracker,
    permits: Arc<Semaphore>,
}

impl Recipes {
    pub async fn open(uri: &str, tasks: TaskTracker) -> Result<Self, Error> {
        let client = Client::with_uri_str(uri).await.map_err(away)?;
        let collection = client.database("kitchen").collection("recipes");
        Ok(Self { collection, tasks, permits: Arc::new(Semaphore::new(OPERATIONS)) })
    }
}

/// What `Depends` is in FastAPI: without a MongoDB it is an error, and no handler runs.
impl FromRequestParts<Kitchen> for Recipes {
    type Rejection = Error;

    async fn from_request_parts(_: &mut Parts, kitchen: &Kitchen) -> Result<Self, Error> {
        kitchen.recipes.clone().ok_or_else(|| Error::Away("MONGODB_URI is not set".into()))
    }
}

fn away(error: mongodb::error::Error) -> Error {
    Error::Away(error.to_string())
}

/// The driver asks that its futures be polled to their end, and a handler is dropped when its guest
/// goes away. So a task polls it, whatever becomes of the handler, and only the handler's waiting is
/// limited. `Kitchen::close` waits for the task. While MongoDB is silent, requests go and tasks stay:
/// each task keeps a permit to its end, and without a permit there is no task.
async fn finish<T: Send + 'static>(
    tasks: &TaskTracker,
    permits: &Arc<Semaphore>,
    operation: impl Future<Output = mongodb::error::Result<T>> + Send + 'static,
) -> Result<T, Error> {
    let Ok(permit) = permits.clone().try_acquire_owned() else {
        return Err(Error::Away(format!("MongoDB has not answered {OPERATIONS} earlier requests")));
    };
    let task = tasks.spawn(async move {
        let _to_the_end = permit;
        operation.await
    });
    match tokio::time::timeout(LIMIT, task).await {
        Ok(Ok(result)) => result.map_err(away),
        Ok(Err(panic)) => Err(Error::Internal(panic.to_string())),
        Err(_elapsed) => Err(Error::Away("MongoDB does not answer".into())),
    }
}

/// Write a recipe
#[utoipa::path(put, path = "/recipes/{dish}", tag = "recipes", request_body = NewRecipe,
    params(("dish" = String, Path)), responses((status = 204), (status = 422),
        (status = 503, description = NO_RECIPES)))]
pub async fn write(
    Recipes { collection, tasks, permits }: Recipes,
    Path(dish): Path<String>,
    Body(NewRecipe { text }): Body<NewRecipe>,
) -> Result<StatusCode, Error> {
    let recipe = Recipe { dish: dish.clone(), text };
    let write =
        async move { collection.replace_one(doc! { "_id": dish }, recipe).upsert(true).await };
    finish(&tasks, &permits, write).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// All recipes, as JSON Lines
#[utoipa::path(get, path = "/recipes", tag = "recipes",
    responses((status = 200, content_type = "application/jsonl", body = Recipe),
        (status = 503, description = NO_RECIPES)))]
pub async fn read(
    Recipes { collection, tasks, permits }: Recipes,
) -> Result<impl IntoResponse, Error> {
    let find = async move { collection.find(doc! {}).sort(doc! { "_id": 1 }).await };
    let mut cursor = finish(&tasks, &permits, find).await?;
    // The cursor, too, belongs to a task: it stops when nobody receives, between two documents.
    let (mut send, lines) = mpsc::channel(16);
    tasks.spawn(async move {
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
    Recipes { collection, tasks, permits }: Recipes,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Error> {
    let second = Duration::from_secs(1);
    let watch = async move {
        let full = FullDocumentType::UpdateLookup;
        collection.watch().full_document(full).max_await_time(second).await
    };
    let mut changes = finish(&tasks, &permits, watch).await?;
    let (mut send, news) = mpsc::channel(16);
    tasks.spawn(async move {
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
    use futures::FutureExt;
    use futures::channel::oneshot;

    use super::*;

    #[tokio::test]
    async fn a_silent_mongodb_is_asked_no_more_than_there_are_permits() {
        let (tasks, permits) = (TaskTracker::new(), Arc::new(Semaphore::new(OPERATIONS)));
        let mut unanswered = Vec::new();
        for _ in 0..OPERATIONS {
            let (answer, answered) = oneshot::channel();
            unanswered.push(answer);
            let operation = async move { answered.await.map_err(mongodb::error::Error::custom) };
            // Polled once and dropped, as the handler of a guest who goes away.
            assert!(finish(&tasks, &permits, operation).now_or_never().is_none());
        }
        let one_more = async || finish(&tasks, &permits, async { Ok(()) }).await;
        let refused = one_more().await.unwrap_err().to_string();
        assert_eq!(refused, "the database is away: MongoDB has not answered 64 earlier requests");
        assert_eq!(tasks.len(), OPERATIONS, "tasks");

        unanswered.pop().unwrap().send(()).unwrap();
        let back = tokio::time::timeout(Duration::from_secs(600), permits.acquire()).await;
        drop(back.expect("expected the permit of a task that has ended"));
        one_more().await.unwrap();
    }
}
