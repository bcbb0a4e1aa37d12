//! What to fetch: URLs from the command line, a file or standard input, as a stream.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use futures::channel::mpsc;
use futures::{SinkExt, Stream, StreamExt, executor, stream};
use url::{ParseError, Url};

use crate::error::{ErrorKind, FetchError};

/// The longest URL that is tried, in bytes. Servers commonly stop at 8 KiB, and no client sends
/// more than 64.
pub const MAX_URL_BYTES: usize = 32 * 1024;

/// Batches of lines read ahead of the requests; the reader of the list waits when there are so
/// many. A batch is what one read of 8 KiB brings, or a line that is longer.
const READ_AHEAD: usize = 2;

/// One page to fetch.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The page's place in the list, from 0.
    pub index: usize,
    /// The URL as it was given; of one that is too long, the start.
    pub given: String,
    /// The URL as it is requested, or why it cannot be.
    pub url: Result<Url, FetchError>,
}

impl Target {
    /// Reads `given` as the list's entry number `index`; nothing but http and https is accepted.
    pub fn new(index: usize, given: &[u8]) -> Self {
        let url = parse(given).map_err(|reason| FetchError::new(ErrorKind::InvalidUrl, reason));
        let shown = if given.len() > MAX_URL_BYTES { &given[..256] } else { given };
        Self { index, given: String::from_utf8_lossy(shown).into_owned(), url }
    }
}

/// Reads a URL and checks that it can be requested; the error says why not.
fn parse(given: &[u8]) -> Result<Url, String> {
    if given.len() > MAX_URL_BYTES {
        return Err(format!("it is longer than {MAX_URL_BYTES} bytes"));
    }
    let text = str::from_utf8(given).map_err(|_| "it is not UTF-8 text")?;
    let url = Url::parse(text).map_err(|error| match error {
        ParseError::RelativeUrlWithoutBase => "it does not begin with http: or https:".to_owned(),
        other => other.to_string(),
    })?;
    check(&url)?;
    Ok(url)
}

/// Checks that a URL can be requested; the error says why not.
pub(crate) fn check(url: &Url) -> Result<(), String> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("{}: is neither http: nor https:", url.scheme()));
    }
    if url.as_str().len() > MAX_URL_BYTES {
        return Err(format!("encoded it is longer than {MAX_URL_BYTES} bytes"));
    }
    // Browsers accept a little more than HTTP can carry; all three clients go through this type.
    http::Uri::try_from(url.as_str()).map_err(|error| error.to_string())?;
    Ok(())
}

/// The targets named on the command line, then those in the list, read while requests are under
/// way.
pub(crate) fn stream(
    urls: Vec<String>,
    list: Option<List>,
) -> impl Stream<Item = Target> + Send + Unpin + 'static {
    let given = stream::iter(urls.into_iter().map(String::into_bytes));
    let listed =
        list.map_or_else(|| stream::empty().left_stream(), |list| list.lines().right_stream());
    given.chain(listed).enumerate().map(|(index, given)| Target::new(index, &given))
}

/// A list of URLs, one per line: `--input`.
pub(crate) struct List {
    path: PathBuf,
    reader: BufReader<Box<dyn Read + Send>>,
    failed: Arc<AtomicBool>,
}

impl List {
    /// Begins to read, to be sure that it can be read.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let is_stdin = path.as_os_str() == "-";
        let list: Box<dyn Read + Send> =
            if is_stdin { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
        let mut reader = BufReader::new(list);
        if !is_stdin {
            reader.fill_buf()?; // a folder can be opened, but not read
        }
        Ok(Self { path: path.to_owned(), reader, failed: Arc::default() })
    }

    /// Set when the list could not be read to its end.
    pub(crate) fn failed(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.failed)
    }

    /// The list's lines without blank ones and comments. Reading blocks, so a thread of its own
    /// does it; the channel between them is bounded, so that the list is read only as fast as
    /// pages are fetched. Lines travel in batches: to wake a thread for each of them would cost
    /// more than to read it.
    fn lines(mut self) -> impl Stream<Item = Vec<u8>> + Send + Unpin + 'static {
        let (mut sender, receiver) = mpsc::channel(READ_AHEAD);
        thread::spawn(move || {
            loop {
                let mut batch = Vec::new();
                let more = read_batch(&mut self.reader, &mut batch);
                if executor::block_on(sender.send(stream::iter(batch))).is_err() {
                    return; // the run is over
                }
                match more {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(error) => {
                        let path = self.path.display();
                        eprintln!("error: cannot read on in --input {path}: {error}");
                        self.failed.store(true, Ordering::Relaxed);
                        return;
                    }
                }
            }
        });
        receiver.flatten()
    }
}

/// Reads the next lines that are neither blank nor comments, as many as are there without waiting
/// for more; `false` at the end of the list.
fn read_batch(reader: &mut BufReader<impl Read>, batch: &mut Vec<Vec<u8>>) -> io::Result<bool> {
    loop {
        let Some(line) = read_line(reader)? else { return Ok(false) };
        let text = line.trim_ascii();
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text); // Windows editors' mark
        if !text.is_empty() && !text.starts_with(b"#") {
            batch.push(text.to_vec());
        }
        if !reader.buffer().contains(&b'\n') {
            return Ok(true);
        }
    }
}

/// The next line. Of one that is too long to be a URL, no more is kept than shows that.
fn read_line(reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let limit = MAX_URL_BYTES as u64 + 2; // and a line end
    if reader.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.len() as u64 == limit && !line.ends_with(b"\n") {
        reader.skip_until(b'\n')?;
    }
    Ok(Some(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(list: &[u8]) -> Vec<Vec<u8>> {
        let (mut reader, mut lines) = (BufReader::new(list), Vec::new());
        while read_batch(&mut reader, &mut lines).unwrap() {}
        lines
    }

    #[test]
    fn blank_lines_comments_and_line_ends_are_not_urls() {
        let list = b"\xef\xbb\xbfhttp://a\r\n\r\n  # no\n\n  http://b  \n#\nhttp://c";
        assert_eq!(lines(list), [b"http://a", b"http://b", b"http://c"]);
    }

    #[test]
    fn a_line_without_end_is_cut_and_the_next_one_is_whole() {
        let mut list = vec![b'x'; 3 * MAX_URL_BYTES];
        list.extend(b"\nhttp://b\n");
        let lines = lines(&list);
        assert_eq!(lines.len(), 2);
        assert!(lines[0].len() > MAX_URL_BYTES && lines[0].len() < MAX_URL_BYTES + 10);
        assert_eq!(lines[1], b"http://b");
        let error = Target::new(0, &lines[0]).url.unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidUrl);
    }

    #[test]
    fn only_http_urls_are_targets() {
        for good in
            ["http://a", "https://a:1/b?c#d", "HTTP://a", "http://[::1]/", "http://bücher.de"]
        {
            assert!(Target::new(0, good.as_bytes()).url.is_ok(), "{good}");
        }
        for bad in ["a", "//a", "file:///a", "data:,a", "http://", "http://a:99999", "http://a b/"]
        {
            let error = Target::new(0, bad.as_bytes()).url.unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidUrl, "{bad}");
        }
        assert!(Target::new(0, b"http://\xff").url.is_err());
    }

    proptest::proptest! {
        /// Any list is read to its end, and every line of it that is none of ours is one target.
        #[test]
        fn any_list_can_be_read(
            list in proptest::collection::vec(proptest::arbitrary::any::<u8>(), 0..2000),
        ) {
            let expected = list
                .split(|byte| *byte == b'\n')
                .map(<[u8]>::trim_ascii)
                .map(|line| line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line))
                .filter(|line| !line.is_empty() && !line.starts_with(b"#"));
            assert!(lines(&list).iter().eq(expected));
        }

        /// Any text is a target that can be requested, or says why not.
        #[test]
        fn any_text_is_a_target(text in "(http://)?.*") {
            let target = Target::new(0, text.as_bytes());
            if let Ok(url) = target.url {
                assert!(["http", "https"].contains(&url.scheme()) && url.host().is_some());
            }
        }
    }
}
