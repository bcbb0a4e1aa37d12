//! Where `--save` writes a page: never half a page, and never where the network says.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use url::Url;

use crate::error::is_out_of_files;

/// The longest part of a file's name that comes from the URL, in characters.
const MAX_SLUG: usize = 80;

/// Between two attempts to open a file.
const PAUSE: Duration = Duration::from_millis(50);

/// The folder that a run saves its pages to.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// What only this run calls itself: other runs, or what is left of them, may be in the same
    /// folder, and a container's processes have the same few ids as another's.
    run: String,
}

impl Folder {
    /// Makes the folder if need be, and makes sure that files can be written to it.
    pub(crate) fn prepare(path: &Path) -> io::Result<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let run = format!("{}-{}", process::id(), now.as_nanos());
        fs::create_dir_all(path)?;
        let probe = path.join(format!(".writable-{run}"));
        fs::write(&probe, b"")?;
        fs::remove_file(&probe)?;
        Ok(Self { path: path.to_owned(), run })
    }

    /// The file for the page of that place in the list.
    pub(crate) fn file_for(&self, index: usize, url: &Url) -> SaveFile {
        let path = self.path.join(file_name(index, url));
        let mut part = path.clone().into_os_string();
        part.push(format!(".{}.part", self.run));
        SaveFile { path, part: part.into() }
    }
}

/// The file of one page. It is written under another name beside its own, then renamed, so that a
/// file under its own name is whole. When two runs save to the same folder, that is the file of
/// whichever was done last.
#[derive(Debug)]
pub struct SaveFile {
    path: PathBuf,
    part: PathBuf,
}

impl SaveFile {
    /// Where to write.
    pub fn part(&self) -> &Path {
        &self.part
    }

    /// Creates the file to write to, with the runtime's own `create` and `sleep`: while the program may
    /// open no more files, it waits until other pages close theirs.
    ///
    /// # Errors
    /// The file cannot be created.
    pub async fn create<F, C, S>(
        &self,
        create: impl Fn(PathBuf) -> C,
        sleep: impl Fn(Duration) -> S,
    ) -> io::Result<F>
    where
        C: Future<Output = io::Result<F>>,
        S: Future,
    {
        loop {
            match create(self.part.clone()).await {
                Err(error) if is_out_of_files(&error) => drop(sleep(PAUSE).await),
                created => return created,
            }
        }
    }

    /// The name to give it when it is whole.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// A page that fails, or whose task is cancelled, takes its unfinished file with it; only a file that
/// the runtime's threads are still creating when its task is gone can outlive it, as a `.part`.
impl Drop for SaveFile {
    fn drop(&mut self) {
        // Blocking, but microseconds, and Drop cannot await. After the rename there is no such file.
        let _ = fs::remove_file(&self.part);
    }
}

/// Names a page's file after its place in the list, then whatever of its URL is harmless in a
/// name: the place makes it unique, and starts it with a digit, which no system gives a meaning.
fn file_name(index: usize, url: &Url) -> String {
    let source = format!("{}{}", url.host_str().unwrap_or_default(), url.path());
    let mut slug = String::new();
    for letter in source.chars() {
        match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' => slug.push(letter),
            _ if slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
        if slug.len() == MAX_SLUG {
            break;
        }
    }
    format!("{index:06}-{}", slug.trim_matches(['-', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(url: &str) -> String {
        file_name(7, &url.parse().unwrap())
    }

    #[test]
    fn names_are_harmless() {
        assert_eq!(name("http://example.com/"), "000007-example.com");
        assert_eq!(name("http://example.com/a/b.html?q=1#f"), "000007-example.com-a-b.html");
        assert_eq!(name("http://a/..%2f..%2fetc/passwd"), "000007-a-..-2f..-2fetc-passwd");
        assert_eq!(name("http://[::1]:80/\\x"), "000007-1-x");
        assert_eq!(name(&format!("http://a/{}", "b".repeat(999))).len(), 7 + MAX_SLUG);
    }

    proptest::proptest! {
        /// No URL leads out of the folder, or to a name that a system takes for something else.
        #[test]
        fn any_name_is_a_plain_one(path in ".*", index in 0..10_000_000_usize) {
            let mut url: Url = "http://host/".parse().unwrap();
            url.set_path(&path);
            let name = file_name(index, &url);
            assert!(name.starts_with(|first: char| first.is_ascii_digit()), "{name}");
            assert!(name.len() <= 8 + MAX_SLUG, "{name}");
            assert!(!name.ends_with('.'), "Windows drops it: {name}");
            let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
            assert!(name.chars().all(plain), "{name}");
        }
    }
}
