//! Did a contender do the work? Its output is read, and all that can be compared is compared.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;

/// What a scraper or its twin prints of a page, as far as it is compared.
#[derive(Deserialize)]
struct PrintedPage {
    index: usize,
    url: String,
    status: Option<u16>,
    bytes: u64,
    matches: Vec<String>,
    error: Option<serde_json::Value>,
}

/// JSON Lines of a scraper: all pages are there once, with the right size and title. Returns how many
/// there are.
pub fn scraped(path: &Path, sizes: &[u64], wanted: u64) -> Result<u64, String> {
    let wanted = usize::try_from(wanted).map_err(|error| error.to_string())?;
    let mut seen = vec![false; wanted];
    for line in lines(path)? {
        let line = line.map_err(|error| error.to_string())?;
        let page: PrintedPage =
            serde_json::from_str(&line).map_err(|error| format!("{error}: {line}"))?;
        match seen.get_mut(page.index) {
            Some(seen) if !*seen => *seen = true,
            _ => return Err(format!("this page is there twice, or was not asked for: {line}")),
        }
        let number =
            number(&page.url).ok_or_else(|| format!("not a page that we serve: {line}"))?;
        let right = page.status == Some(200)
            && page.error.is_none()
            && sizes.get(number) == Some(&page.bytes)
            && page.matches == [format!("Page {number}")];
        if !right {
            return Err(format!("not the page that was served: {line}"));
        }
    }
    let missing = seen.iter().filter(|seen| !**seen).count();
    if missing > 0 {
        Err(format!("{missing} of {wanted} pages are missing"))
    } else {
        Ok(wanted as u64)
    }
}

/// The 7 of `http://127.0.0.1:8000/page/7?n=12`.
fn number(url: &str) -> Option<usize> {
    let path = url.split('?').next()?;
    path.rsplit('/').next()?.parse().ok()
}

/// What curl was asked to print: a line for each page, with status and size.
pub fn curled(path: &Path, sizes: &[u64], wanted: u64) -> Result<u64, String> {
    let (mut count, mut bytes) = (0, 0);
    for line in lines(path)? {
        let line = line.map_err(|error| error.to_string())?;
        let size = line.strip_prefix("200 ").and_then(|size| size.parse::<u64>().ok());
        bytes += size.ok_or_else(|| format!("a page failed: {line}"))?;
        count += 1;
    }
    let right: u64 = (0..wanted).zip(sizes.iter().cycle()).map(|(_, size)| size).sum();
    if (count, bytes) == (wanted, right) {
        Ok(count)
    } else {
        Err(format!("{count} pages of {bytes} bytes instead of {wanted} of {right}"))
    }
}

/// wrk's own report: how many requests it made, if none failed.
pub fn wrked(path: &Path) -> Result<u64, String> {
    let mut requests = None;
    for line in lines(path)? {
        let line = line.map_err(|error| error.to_string())?;
        if line.contains("Socket errors") || line.contains("Non-2xx") {
            return Err(format!("requests failed: {}", line.trim()));
        } else if let Some((count, _)) = line.split_once(" requests in ") {
            requests = count.trim().parse().ok();
        }
    }
    requests
        .filter(|count| *count > 0)
        .ok_or_else(|| "it does not say how many requests".to_owned())
}

/// Hello and World, with the number of tasks.
pub fn greeted(path: &Path, tasks: u64) -> Result<u64, String> {
    let mut lines = lines(path)?.map_while(Result::ok);
    let (hello, world) = (lines.next(), lines.next());
    if hello == Some(format!("Hello × {tasks}")) && world == Some(format!("World × {tasks}")) {
        Ok(tasks)
    } else {
        Err(format!("it printed {hello:?} and {world:?}"))
    }
}

/// Hello, and nothing before it.
pub fn said_hello(path: &Path) -> Result<u64, String> {
    match lines(path)?.next() {
        Some(Ok(line)) if line == "Hello" => Ok(1),
        other => Err(format!("it printed {other:?}")),
    }
}

fn lines(path: &Path) -> Result<io::Lines<BufReader<File>>, String> {
    File::open(path)
        .map(|file| BufReader::new(file).lines())
        .map_err(|error| format!("cannot read its output: {error}"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn in_file<T>(text: &str, check: impl Fn(&Path) -> T) -> T {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        check(file.path())
    }

    const SIZES: [u64; 2] = [10, 20];

    const ONE: &str =
        r#"{"index":1,"url":"http://h/page/1?n=1","status":200,"bytes":20,"matches":["Page 1"]}"#;
    const NULL: &str = r#"{"index":0,"url":"http://h/page/0","status":200,"bytes":10,"charset":null,"matches":["Page 0"]}"#;

    #[test]
    fn a_scraper_that_did_its_work_passes_in_any_order() {
        let check = |path: &Path| scraped(path, &SIZES, 2);
        assert_eq!(in_file(&format!("{ONE}\n{NULL}\n"), check), Ok(2));
    }

    #[test]
    fn a_scraper_that_did_not_is_found_out() {
        for (text, why) in [
            (NULL.to_owned(), "1 of 2 pages are missing"),
            (format!("{ONE}\n{ONE}"), "twice"),
            (format!("{NULL}\n{}", ONE.replace("20,", "19,")), "not the page"),
            (format!("{NULL}\n{}", ONE.replace("Page 1", "Page 2")), "not the page"),
            (format!("{NULL}\n{}", ONE.replace("200", "404")), "not the page"),
            (format!("{NULL}\n{}", ONE.replace(r#"["Page 1"]"#, "[]")), "not the page"),
            (
                format!("{NULL}\n{}", ONE.replace('}', r#","error":{"kind":"dns"}}"#)),
                "not the page",
            ),
            ("nonsense".to_owned(), "nonsense"),
        ] {
            let error = in_file(&text, |path| scraped(path, &SIZES, 2)).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn curl_must_have_fetched_every_byte() {
        let check = |path: &Path| curled(path, &SIZES, 4);
        assert_eq!(in_file("200 10\n200 20\n200 20\n200 10\n", check), Ok(4));
        assert!(in_file("200 10\n200 20\n200 20\n", check).is_err());
        assert!(in_file("200 10\n200 20\n200 20\n200 9\n", check).is_err());
        let error = in_file("200 10\n503 20\n", check).unwrap_err();
        assert_eq!(error, "a page failed: 503 20");
    }

    #[test]
    fn wrk_tells_how_many_requests_it_made() {
        let text = "Running 2s test @ http://127.0.0.1:1/page/1\n  1 threads and 100 connections\n\
                    \x20 Thread Stats   Avg      Stdev     Max   +/- Stdev\n\
                    \x20   Req/Sec    38.52k     1.99k   41.24k    85.00%\n\
                    \x20 76730 requests in 2.00s, 742.29MB read\nRequests/sec:  38348.58\n";
        assert_eq!(in_file(text, wrked), Ok(76730));
        for failed in [
            "  Socket errors: connect 0, read 7, write 0, timeout 0",
            "  Non-2xx or 3xx responses: 3",
        ] {
            let error = in_file(&format!("{text}{failed}\n"), wrked).unwrap_err();
            assert!(error.contains(failed.trim()), "{error}");
        }
        assert!(in_file("unable to connect", wrked).is_err());
    }

    #[test]
    fn greetings_are_counted() {
        assert_eq!(in_file("Hello × 7\nWorld × 7\n1.0 s\n", |path| greeted(path, 7)), Ok(7));
        assert!(in_file("Hello × 7\n", |path| greeted(path, 7)).is_err());
        assert_eq!(in_file("Hello\n", said_hello), Ok(1));
        assert!(in_file("Hell", said_hello).is_err());
    }
}
