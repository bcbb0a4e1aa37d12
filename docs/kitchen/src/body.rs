//! JSON in a request's body, and a 422 that names the field, as FastAPI's does.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The request's body, read as a `T`: what a pydantic model as a parameter is in FastAPI.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        // At most 2 MB, which is axum's own limit.
        let bytes =
            Bytes::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        let mut json = serde_json::Deserializer::from_slice(&bytes);
        serde_path_to_error::deserialize(&mut json).map(Self).map_err(|error| {
            let detail = [describe(&error.path().to_string(), error.inner())];
            (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "detail": detail }))).into_response()
        })
    }
}

/// pydantic tells of every field that is wrong, and serde of the first.
fn describe(path: &str, error: &serde_json::Error) -> Value {
    let mut location = vec![Value::from("body")];
    location.extend(path.split('.').filter(|part| !part.is_empty()).map(Value::from));
    let message = error.to_string();
    if !error.is_data() {
        return json!({ "type": "json_invalid", "loc": location, "msg": message });
    }
    // serde knows where a value is, and a field that is missing is nowhere.
    match message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        Some(field) => {
            location.push(field.into());
            json!({ "type": "missing", "loc": location, "msg": "Field required" })
        }
        None => {
            let message = message.split(" at line").next();
            json!({ "type": "value_error", "loc": location, "msg": message })
        }
    }
}
