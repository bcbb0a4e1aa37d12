//! What an earlier run has fetched: `--resume`.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

/// How often each URL was fetched without an error, by the JSON Lines of an earlier run.
#[derive(Debug, Default)]
pub(crate) struct Fetched(HashMap<String, usize>);

/// What counts of a line.
#[derive(Deserialize)]
struct Line {
    url: String,
    error: Option<IgnoredAny>,
}

impl Fetched {
    /// Reads the lines. A run that was killed leaves half a line, and the next one's first line may follow on
    /// it, so a line that cannot be read is of a page that has yet to be fetched.
    ///
    /// # Errors
    /// The file cannot be read, or has lines and not one that a scraper has written.
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let (mut fetched, mut read, mut unread) = (HashMap::new(), 0, 0);
        for line in BufReader::new(File::open(path)?).split(b'\n') {
            match serde_json::from_slice(&line?) {
                Ok(Line { url, error: None }) => {
                    *fetched.entry(url).or_default() += 1;
                    read += 1;
                }
                Ok(_) => read += 1,
                Err(_) => unread += 1,
            }
        }
        if read == 0 && unread > 1 {
            return Err(io::Error::other("no line of it is one that --format json writes"));
        }
        Ok(Self(fetched))
    }

    /// Whether this URL need not be fetched. One that is in the list twice has to have been fetched twice.
    pub(crate) fn take(&mut self, url: &str) -> bool {
        match self.0.get_mut(url) {
            Some(times @ 1..) => {
                *times -= 1;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> io::Result<Fetched> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), text)?;
        Fetched::read(file.path())
    }

    #[test]
    fn each_success_counts_once_and_a_failure_does_not() {
        let lines = r#"{"index":0,"url":"http://a/","matches":["x"]}
{"index":1,"url":"http://b/","error":{"kind":"dns","message":"no"}}
{"index":2,"url":"http://a/"}
{"index":3,"url":"http://c/","by":"a later version"}
{"index":4,"url":"http://d/","ma"#;
        let mut fetched = read(lines).unwrap();
        let urls = ["a", "a", "a", "b", "c", "d"].map(|host| format!("http://{host}/"));
        let taken = urls.each_ref().map(|url| fetched.take(url));
        assert_eq!(taken, [true, true, false, false, true, false]);
    }

    #[test]
    fn a_new_file_is_empty_and_another_kind_of_file_is_an_error() {
        assert!(read("").unwrap().0.is_empty());
        assert!(read("{\"index\":0,\"ur").unwrap().0.is_empty(), "killed in its first line");
        let error = read("http://a/\nhttp://b/\n").unwrap_err();
        assert!(error.to_string().contains("--format json"), "{error}");
        assert!(Fetched::read(Path::new("no such file")).is_err());
    }
}
