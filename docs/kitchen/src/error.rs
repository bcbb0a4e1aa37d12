//! What can go wrong with a request, and the status that says so.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use deadpool_postgres::{PoolError, TimeoutType};
use serde_json::json;
use tokio_postgres::error::SqlState;

/// What a 503 means where PostgreSQL is asked.
pub(crate) const AWAY: &str = "PostgreSQL is away, or busy for longer than a request waits";

/// Why a request was not served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The menu has no such dish.
    #[error("no such dish: {0}")]
    NoSuchDish(String),
    /// Fewer portions are left than were ordered.
    #[error("not enough left: {0}")]
    SoldOut(String),
    /// A connection, or a row, was in use by others for as long as a request waits.
    #[error("{0} in use")]
    Busy(&'static str),
    /// A database cannot be reached, or went away; it may come back.
    #[error("the database is away: {0}")]
    Away(String),
    /// A fault of ours.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoSuchDish(_) => StatusCode::NOT_FOUND,
            Self::SoldOut(_) => StatusCode::CONFLICT,
            Self::Busy(_) | Self::Away(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let detail = match &self {
            // Nobody outside needs to know which statement it was.
            Self::Internal(why) => {
                eprintln!("kitchen: {why}");
                "internal error".to_owned()
            }
            other => other.to_string(),
        };
        (self.status(), Json(json!({ "detail": detail }))).into_response()
    }
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Timeout(TimeoutType::Wait) => Self::Busy("all connections are"),
            PoolError::Backend(error) => error.into(),
            PoolError::Closed => Self::Away("the kitchen closes".into()),
            other => Self::Away(other.to_string()),
        }
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        let gone = [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::TOO_MANY_CONNECTIONS,
        ];
        match error.as_db_error() {
            Some(db) if *db.code() == SqlState::LOCK_NOT_AVAILABLE => {
                Self::Busy("a row of the table is")
            }
            Some(db) if !gone.contains(db.code()) => Self::Internal(db.to_string()),
            // With what caused it: "error connecting to server: Connection refused".
            _ => {
                let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
                Self::Away(format!("{error}{}", cause.unwrap_or_default()))
            }
        }
    }
}
