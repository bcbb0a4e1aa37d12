//! Serves a folder of static files on this machine.

use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use tokio::net::TcpListener;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// The port of the book, unless another is asked for.
const FIRST_PORT: u16 = 3000;

/// The last port that is tried then.
const LAST_PORT: u16 = 3099;

/// Binds 127.0.0.1 at this port (0 for any), or at the first one that is free.
pub async fn listen(port: Option<u16>) -> Result<TcpListener, String> {
    for try_port in port.map_or(FIRST_PORT..=LAST_PORT, |port| port..=port) {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, try_port)).await {
            // Windows says the latter of ports that it keeps for itself.
            Err(e)
                if port.is_none()
                    && matches!(e.kind(), ErrorKind::AddrInUse | ErrorKind::PermissionDenied) => {}
            listener => {
                return listener.map_err(|e| format!("cannot serve at port {try_port}: {e}"));
            }
        }
    }
    Err(format!("cannot serve: no port from {FIRST_PORT} to {LAST_PORT} is free"))
}

/// Serves the folder; ends with the program.
pub async fn serve(listener: TcpListener, folder: PathBuf) -> Result<(), String> {
    // A browser asks each time whether a page is still the same, so the next build is seen.
    let fresh =
        SetResponseHeaderLayer::overriding(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    let files = Router::new().fallback_service(ServeDir::new(folder)).layer(fresh);
    axum::serve(listener, files).await.map_err(|e| format!("cannot serve any longer: {e}"))
}
