//! A small web service that takes a kitchen's orders: FastAPI, asyncpg and motor, in Rust. Its twin is
//! docs/python/kitchen.py.
//!
//! ```sh
//! cargo run -p kitchen
//! ```

mod body;
mod error;
mod news;
mod orders;
mod recipes;

use std::time::Duration;

use axum::Router;
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use recipes::Recipes;
use tokio::sync::broadcast;
use tokio::time::timeout;
use tokio_postgres::{Config, NoTls};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::SwaggerUi;

pub use error::Error;

/// What is bounded, and how.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections to PostgreSQL at once.
    pub connections: usize,
    /// How long a request waits for one of them.
    pub wait: Duration,
    /// How long a statement waits for a row that another transaction has changed.
    pub lock: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 4, wait: Duration::from_secs(2), lock: Duration::from_secs(5) }
    }
}

/// What lives as long as the service, and `State` hands to each request: FastAPI's `app.state`. A
/// clone is another handle.
#[derive(Clone)]
pub struct Kitchen {
    pool: Pool,
    news: broadcast::Sender<news::News>,
    recipes: Option<Recipes>,
    /// All that was spawned. A request may be gone before its task ends; the kitchen is not.
    tasks: TaskTracker,
    closing: CancellationToken,
}

impl Kitchen {
    /// Opens the pool, makes the tables, and begins to listen for news. In FastAPI, `lifespan`.
    ///
    /// # Errors
    /// PostgreSQL cannot be reached.
    pub async fn open(
        mut postgres: Config,
        mongodb: Option<&str>,
        limits: Limits,
    ) -> Result<Self, Error> {
        let options = postgres.get_options().unwrap_or_default();
        let options = format!("{options} -c lock_timeout={}", limits.lock.as_millis());
        postgres.options(options).application_name("kitchen");
        // Verified: a connection that came back is asked whether it answers before it is given to the
        // next request. It may still be at work for a handler that was dropped.
        let config = ManagerConfig { recycling_method: RecyclingMethod::Verified };
        let pool = Pool::builder(Manager::from_config(postgres.clone(), NoTls, config))
            .max_size(limits.connections)
            .wait_timeout(Some(limits.wait))
            .create_timeout(Some(limits.wait))
            .recycle_timeout(Some(limits.wait / 4))
            .runtime(Runtime::Tokio1)
            .build()
            .expect("a pool with timeouts has a runtime");
        pool.get().await?.batch_execute(orders::TABLES).await?;
        let (news, _) = broadcast::channel(64);
        let (tasks, closing) = (TaskTracker::new(), CancellationToken::new());
        let listening = news::listen(postgres, news.clone());
        tasks.spawn(closing.clone().run_until_cancelled_owned(listening));
        let recipes = match mongodb {
            Some(uri) => Some(Recipes::open(uri, tasks.clone()).await?),
            None => None,
        };
        Ok(Self { pool, news, recipes, tasks, closing })
    }

    /// Cancelled, it ends what would never end by itself: the news.
    pub fn closing(&self) -> CancellationToken {
        self.closing.clone()
    }

    /// Waits for the tasks that the kitchen has spawned, but not for longer than the limit; then closes
    /// the pool. To be done when the last request has been answered.
    ///
    /// Returns how many tasks were still at work.
    pub async fn close(self, limit: Duration) -> usize {
        self.closing.cancel();
        self.tasks.close();
        let unfinished = match timeout(limit, self.tasks.wait()).await {
            Ok(()) => 0,
            Err(_elapsed) => self.tasks.len(),
        };
        self.pool.close();
        unfinished
    }
}

/// What stands above the routes, on the page and in /openapi.json.
#[derive(OpenApi)]
#[openapi(info(title = "The kitchen", description = DESCRIPTION))]
struct Description;

const DESCRIPTION: &str = "Takes orders, and keeps recipes. \
    Recipes want a MongoDB: where MONGODB_URI is not set, they are 503.";

/// The routes, and the page at /docs that describes them.
pub fn app(kitchen: Kitchen) -> Router {
    let (router, description) = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(orders::order, orders::orders))
        .routes(routes!(news::news))
        .routes(routes!(recipes::write))
        .routes(routes!(recipes::read))
        .routes(routes!(recipes::news))
        .with_state(kitchen)
        .split_for_parts();
    router.merge(SwaggerUi::new("/docs").url("/openapi.json", description))
}
