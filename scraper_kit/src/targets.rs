//! What to fetch: URLs from the command line, a file or standard input, as a stream.

pub(crate) mod address;
mod credentials;
pub(crate) mod limiter;
mod list;
mod resume;
mod running;

use std::sync::Arc;

use futures::{Stream, StreamExt, future, stream};
use url::Url;

use crate::error::{ErrorKind, FetchError};
use crate::targets::address::{MAX_URL_BYTES, parse, parse_line};
use crate::targets::limiter::{Limiter, NewPage};

pub use credentials::basic_auth;
pub(crate) use list::List;
pub(crate) use resume::Fetched;
pub use running::Stopped;
pub(crate) use running::{Running, running};

/// One page to fetch.
pub struct Target {
    /// The page's place in the list, from 0.
    pub index: usize,
    /// The URL as it was given; of one that is too long, the start.
    pub given: String,
    /// The URL as it is requested, or why it cannot be.
    pub url: Result<Url, FetchError>,
    /// Its first permit; none for what is no URL.
    pub(crate) permit: Option<NewPage>,
    /// Says that there is still a task (or a target that waits to become one): [`Stopped`] waits for the
    /// last of them.
    _running: Running,
}

/// How what was given becomes a URL; the error says why it cannot be requested.
type Parse = fn(&[u8]) -> Result<Url, String>;

impl Target {
    /// Reads `given` as entry number `index`; nothing but http and https is accepted.
    fn new(index: usize, given: &[u8], parse: Parse, running: Running) -> Self {
        let url = parse(given).map_err(|reason| FetchError::new(ErrorKind::InvalidUrl, reason));
        let shown = if given.len() > MAX_URL_BYTES { &given[..256] } else { given };
        let given = String::from_utf8_lossy(shown).into_owned();
        Self { index, given, url, permit: None, _running: running }
    }
}

/// The targets, each when it has its permit. The stream is read so far ahead, and no further.
pub(crate) fn with_permits(
    targets: impl Stream<Item = Target> + Send + 'static,
    limiter: Arc<Limiter>,
    ahead: usize,
) -> impl Stream<Item = Target> + Send + 'static {
    let wait = move |mut target: Target| {
        let limiter = Arc::clone(&limiter);
        async move {
            if let Ok(url) = &target.url {
                target.permit = Some(limiter.start(url.origin()).await);
            }
            target
        }
    };
    targets.map(wait).buffer_unordered(ahead)
}

/// The targets named on the command line, then those in the list, read while requests are under way;
/// without those that were fetched before.
pub(crate) fn stream(
    urls: Vec<String>,
    list: Option<List>,
    mut fetched: Fetched,
    running: Running,
) -> impl Stream<Item = Target> + Send + Unpin + 'static {
    let given = urls.into_iter().map(|url| (url.into_bytes(), parse as Parse));
    let listed =
        list.map_or_else(|| stream::empty().left_stream(), |list| list.lines().right_stream());
    stream::iter(given)
        .chain(listed.map(|line| (line, parse_line as Parse)))
        .enumerate()
        .map(move |(index, (given, parse))| Target::new(index, &given, parse, running.clone()))
        .filter(move |target| future::ready(!fetched.take(&target.given)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_is_no_url_says_so_and_is_shown_in_part() {
        let long = "x".repeat(2 * MAX_URL_BYTES);
        let mut targets =
            stream(vec!["http://a".to_owned(), long], None, Fetched::default(), running().0);
        let targets = futures::executor::block_on_stream(&mut targets).collect::<Vec<_>>();
        assert_eq!(targets[0].url.as_ref().map(Url::as_str), Ok("http://a/"));
        let error = targets[1].url.as_ref().expect_err("it is no URL");
        assert_eq!((error.kind, targets[1].index), (ErrorKind::InvalidUrl, 1));
        assert_eq!(targets[1].given.len(), 256);
    }
}
