//! surf over scraper_http: a backend of our own, because none of surf's can be used on the open web.
//!
//! surf 2.3.2 dates from 2021, and with it the clients it brings:
//! - `curl-client` (isahc 0.9) panics on a header byte over 0x7f and on a status such as 520 or
//!   999, all of which real servers send;
//! - `h1-client` takes a truncated body for a whole one, and its TLS has known holes
//!   (RUSTSEC-2024-0336, RUSTSEC-2023-0052).
//!
//! surf can be given any client through its trait `HttpClient`.

use std::fmt;

use scraper_http::Client;
use surf::http::{Body, Method, Request, Response};
use surf::utils::async_trait;
use surf::{Error, StatusCode};

use super::AsyncStd;

/// scraper_http's client in the role of surf's.
pub struct Backend(pub Client<AsyncStd>);

#[async_trait]
impl surf::HttpClient for Backend {
    /// Sends a GET, with headers of the client's: a scraper sends nothing else.
    async fn send(&self, request: Request) -> Result<Response, Error> {
        if request.method() != Method::Get {
            return Err(Error::from_str(StatusCode::MethodNotAllowed, "only GET"));
        }
        let (head, body) = self.0.get(request.url()).await?;
        // surf's type knows only registered statuses, and its headers are ASCII. Real servers send
        // others, so our own head goes along, and is what `get` looks at.
        let status = StatusCode::try_from(head.status).unwrap_or(StatusCode::Ok);
        let mut response = Response::new(status);
        response.set_body(Body::from_reader(body, None));
        response.ext_mut().insert(head);
        Ok(response)
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("scraper_http")
    }
}
