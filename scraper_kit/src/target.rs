//! What to fetch: URLs from the command line, a file or standard input, as a stream.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::vec;

use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};
use futures::channel::mpsc;
use futures::{SinkExt, Stream, StreamExt, executor, stream};
use url::{ParseError, Url};

use crate::error::{ErrorKind, FetchError};
use crate::process::{start_thread, tell};
use crate::turn::{Begun, Turn, Turns};

/// The longest URL that is tried, in bytes. Servers commonly stop at 8 KiB, and no client sends
/// more than 64.
pub const MAX_URL_BYTES: usize = 32 * 1024;

/// Batches of lines read ahead of the requests; the reader of the list waits when there are so
/// many. A batch is what one read of 8 KiB brings, or a line that is longer.
const READ_AHEAD: usize = 2;

/// One page to fetch.
pub struct Target {
    /// The page's place in the list, from 0.
    pub index: usize,
    /// The URL as it was given; of one that is too long, the start.
    pub given: String,
    /// The URL as it is requested, or why it cannot be.
    pub url: Result<Url, FetchError>,
    /// Its turn, when it has come; none for what is no URL.
    pub(crate) turn: Option<(Turn, Begun)>,
}

impl Target {
    /// Reads `given` as entry number `index`; nothing but http and https is accepted.
    fn new(index: usize, given: &[u8], parse: Parse) -> Self {
        let url = parse(given).map_err(|reason| FetchError::new(ErrorKind::InvalidUrl, reason));
        let shown = if given.len() > MAX_URL_BYTES { &given[..256] } else { given };
        Self { index, given: String::from_utf8_lossy(shown).into_owned(), url, turn: None }
    }
}

/// The targets, each when its turn has come. The stream is read so far ahead, and no further.
pub(crate) fn in_turn(
    targets: impl Stream<Item = Target> + Send + 'static,
    turns: Arc<Turns>,
    ahead: usize,
) -> impl Stream<Item = Target> + Send + 'static {
    let in_line = move |mut target: Target| {
        let turns = Arc::clone(&turns);
        async move {
            if let Ok(url) = &target.url {
                target.turn = Some(turns.begin(url.origin()).await);
            }
            target
        }
    };
    targets.map(in_line).buffer_unordered(ahead)
}

/// How what was given becomes a URL; the error says why it cannot be requested.
type Parse = fn(&[u8]) -> Result<Url, String>;

/// Reads a line of a list. A space in it is most likely between two URLs, or before a remark, and as a
/// part of the URL it would ask for a page that nobody meant. On the command line, quotes say what
/// belongs together.
fn parse_line(line: &[u8]) -> Result<Url, String> {
    if line.trim_ascii().contains(&b' ') {
        let reason = "there is a space in it: give one URL a line, and write a space as %20";
        return Err(reason.to_owned());
    }
    parse(line)
}

/// Reads a URL and checks that it can be requested; the error says why not.
fn parse(given: &[u8]) -> Result<Url, String> {
    if given.len() > MAX_URL_BYTES {
        return Err(format!("it is longer than {MAX_URL_BYTES} bytes"));
    }
    let text = str::from_utf8(given).map_err(|_| "it is not UTF-8 text")?;
    // Browsers leave these out, and so would make one URL of two that stand side by side.
    if text.trim_ascii().contains(['\t', '\r', '\n']) {
        return Err("there is a tab or a line end in it".to_owned());
    }
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
    let given = urls.into_iter().map(|url| (url.into_bytes(), parse as Parse));
    let listed =
        list.map_or_else(|| stream::empty().left_stream(), |list| list.lines().right_stream());
    stream::iter(given)
        .chain(listed.map(|line| (line, parse_line as Parse)))
        .enumerate()
        .map(|(index, (given, parse))| Target::new(index, &given, parse))
}

/// A list of URLs, one per line: `--input`.
pub(crate) struct List {
    path: PathBuf,
    /// What can be read without waiting is open.
    opened: Option<Reader>,
    failed: Arc<AtomicBool>,
}

/// Lists are read as they are, save for UTF-16, which PowerShell writes: it becomes UTF-8.
type Reader = BufReader<DecodeReaderBytes<Box<dyn Read + Send>, Vec<u8>>>;

impl List {
    /// Makes sure that there is a list, and begins to read it if it is a file. Anything else may
    /// keep its reader waiting, a pipe even when it is opened, and somebody else may be needed to
    /// end that: the thread that reads the list can wait.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let kind = if is_stdin(path) { None } else { Some(fs::metadata(path)?) };
        let mut opened = None;
        if kind.is_some_and(|kind| kind.is_file() || kind.is_dir()) {
            let reader = opened.insert(open(path)?);
            reader.fill_buf()?; // a folder can be opened, but not read
        }
        Ok(Self { path: path.to_owned(), opened, failed: Arc::default() })
    }

    /// Set when the list could not be read to its end.
    pub(crate) fn failed(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.failed)
    }

    /// The list's lines without blank ones and comments. Reading blocks, so a thread of its own
    /// does it; the channel between them is bounded, so that the list is read only as fast as
    /// pages are fetched. Lines travel in batches: to wake a thread for each of them would cost
    /// more than to read it.
    fn lines(self) -> impl Stream<Item = Vec<u8>> + Send + Unpin + 'static {
        let (mut sender, receiver) = mpsc::channel(READ_AHEAD);
        start_thread(move || {
            let opened = self.opened.map_or_else(|| open(&self.path), Ok);
            if let Err(error) = opened.and_then(|reader| send_lines(reader, &mut sender)) {
                self.failed.store(true, Ordering::Relaxed);
                let path = self.path.display();
                tell(format_args!("error: cannot read on in --input {path}: {error}"));
            }
        });
        receiver.flatten()
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn open(path: &Path) -> io::Result<Reader> {
    Ok(read_from(if is_stdin(path) { Box::new(io::stdin()) } else { Box::new(File::open(path)?) }))
}

fn read_from(list: Box<dyn Read + Send>) -> Reader {
    BufReader::new(DecodeReaderBytesBuilder::new().utf8_passthru(true).build(list))
}

type Batch = stream::Iter<vec::IntoIter<Vec<u8>>>;

/// Sends all lines, or as many as somebody wants to have.
fn send_lines(mut reader: Reader, sender: &mut mpsc::Sender<Batch>) -> io::Result<()> {
    loop {
        let mut batch = Vec::new();
        let more = read_batch(&mut reader, &mut batch);
        let run_is_over = executor::block_on(sender.send(stream::iter(batch))).is_err();
        if run_is_over || !more? {
            return Ok(());
        }
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
        if !reader.buffer().iter().any(ends_line) {
            return Ok(true);
        }
    }
}

/// Lines end in a line feed, a carriage return, or both; what is between the two is a blank line.
fn ends_line(byte: &u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// The next line. Of one that is too long to be a URL, no more is kept than shows that.
fn read_line(reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    loop {
        let available = match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            available => available?,
        };
        if available.is_empty() {
            return Ok((!line.is_empty()).then_some(line));
        }
        let end = available.iter().position(ends_line);
        let part = &available[..end.unwrap_or(available.len())];
        let room = MAX_URL_BYTES + 1 - line.len();
        line.extend_from_slice(&part[..part.len().min(room)]);
        let read = part.len() + usize::from(end.is_some());
        reader.consume(read);
        if end.is_some() {
            return Ok(Some(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

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
        assert_eq!(lines(b"http://a\r\rhttp://b\r"), [b"http://a", b"http://b"]);
    }

    #[test]
    fn utf_16_is_read_in_either_order_of_its_bytes() {
        // U+0A0D has the bytes of a line end, and is none.
        let text = "\u{feff}http://a\r\n# \u{1f600}\u{a0d}\r\nhttp://b\u{e9}";
        for encode in [u16::to_le_bytes, u16::to_be_bytes] {
            let list: Vec<u8> = text.encode_utf16().flat_map(encode).collect();
            let (mut reader, mut lines) = (read_from(Box::new(Cursor::new(list))), Vec::new());
            while read_batch(&mut reader, &mut lines).unwrap() {}
            assert_eq!(lines, [b"http://a", "http://b\u{e9}".as_bytes()]);
        }
    }

    #[test]
    fn a_line_without_end_is_cut_and_the_next_one_is_whole() {
        let mut list = vec![b'x'; 3 * MAX_URL_BYTES];
        list.extend(b"\nhttp://b\n");
        let lines = lines(&list);
        assert_eq!(lines.len(), 2);
        assert!(lines[0].len() > MAX_URL_BYTES && lines[0].len() < MAX_URL_BYTES + 10);
        assert_eq!(lines[1], b"http://b");
        let error = Target::new(0, &lines[0], parse).url.unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidUrl);
    }

    #[test]
    fn only_http_urls_are_targets() {
        for good in
            ["http://a", "https://a:1/b?c#d", "HTTP://a", "http://[::1]/", "http://bücher.de"]
        {
            assert!(Target::new(0, good.as_bytes(), parse).url.is_ok(), "{good}");
        }
        for bad in ["a", "//a", "file:///a", "data:,a", "http://", "http://a:99999", "http://a b/"]
        {
            let error = Target::new(0, bad.as_bytes(), parse).url.unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidUrl, "{bad}");
        }
        assert!(Target::new(0, b"http://\xff", parse).url.is_err());
        for two in ["http://a/\thttp://b/", "http://a/\rhttp://b/", "http://a/\nhttp://b/"] {
            assert!(Target::new(0, two.as_bytes(), parse).url.is_err(), "{two:?}");
        }
        assert!(Target::new(0, b" http://a/\n", parse).url.is_ok());
    }

    #[test]
    fn a_space_is_part_of_a_url_where_quotes_say_so_and_not_in_a_list() {
        for given in ["http://a/b c", "http://a/b http://a/c", "http://a/b # a remark"] {
            let error = Target::new(0, given.as_bytes(), parse_line).url.unwrap_err();
            assert!(error.message.contains("one URL a line") && error.message.contains("%20"));
            assert!(Target::new(0, given.as_bytes(), parse).url.is_ok(), "{given}");
        }
        assert!(Target::new(0, b"http://a/b%20c", parse_line).url.is_ok());
    }

    proptest::proptest! {
        /// Any list is read to its end, and every line of it that is none of ours is one target.
        #[test]
        fn any_list_can_be_read(
            list in proptest::collection::vec(proptest::arbitrary::any::<u8>(), 0..2000),
        ) {
            let expected = list
                .split(ends_line)
                .map(<[u8]>::trim_ascii)
                .map(|line| line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line))
                .filter(|line| !line.is_empty() && !line.starts_with(b"#"));
            assert!(lines(&list).iter().eq(expected));
        }

        /// Any text is a target that can be requested, or says why not.
        #[test]
        fn any_text_is_a_target(text in "(http://)?.*") {
            let target = Target::new(0, text.as_bytes(), parse);
            if let Ok(url) = target.url {
                assert!(["http", "https"].contains(&url.scheme()) && url.host().is_some());
            }
        }
    }
}
