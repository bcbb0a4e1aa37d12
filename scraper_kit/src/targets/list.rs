//! The list of URLs that `--input` names.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::vec;

use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};
use futures::channel::mpsc;
use futures::{SinkExt, Stream, StreamExt, executor, stream};

use crate::process::{start_thread, tell};
use crate::targets::address::MAX_URL_BYTES;

/// Batches of lines read ahead of the requests; the reader of the list waits when there are so
/// many. A batch is what one read of 8 KiB brings, or a line that is longer.
const READ_AHEAD: usize = 2;

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
    /// block its reader, a pipe even when it is opened, so the thread that reads the list opens it.
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
    pub(crate) fn lines(self) -> impl Stream<Item = Vec<u8>> + Send + Unpin + 'static {
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

/// Sends all lines, until the receiver is gone.
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
    use crate::targets::address;

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
        assert!(address::parse(&lines[0]).is_err());
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
    }
}
