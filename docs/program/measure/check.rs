//! Did a contender do the work? Its output is read, and all that can be compared is compared.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;

/// The pages that are served again and again, and the size of each.
#[derive(Debug, Clone)]
pub struct Pages {
    pub sizes: Vec<u64>,
}

/// What a scraper or its twin prints of a page, as far as it is compared.
#[derive(Deserialize)]
struct Line {
    index: usize,
    url: String,
    status: Option<u16>,
    bytes: u64,
    matches: Vec<String>,
    error: Option<serde_json::Value>,
}

/// JSON Lines of a scraper: all pages are there once, with the right size and, if they were
/// searched, the right title. Returns how many there are.
pub fn scraped(path: &Path, pages: &Pages, wanted: u64, titles: bool) -> Result<u64, String> {
    let wanted = usize::try_from(wanted).map_err(|error| error.to_string())?;
    let mut seen = vec![false; wanted];
    for line in lines(path)? {
        let line = line.map_err(|error| error.to_string())?;
        let page: Line = serde_json::from_str(&line).map_err(|error| format!("{error}: {line}"))?;
        match seen.get_mut(page.index) {
            Some(seen) if !*seen => *seen = true,
            _ => return Err(format!("this page is there twice, or was not asked for: {line}")),
        }
        let number =
            number(&page.url).ok_or_else(|| format!("not a page that we serve: {line}"))?;
        let title = titles.then(|| format!("Page {number}"));
        let right = page.status == Some(200)
            && page.error.is_none()
            && pages.sizes.get(number) == Some(&page.bytes)
            && page.matches.iter().eq(&title);
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
pub fn curled(path: &Path, pages: &Pages, wanted: u64) -> Result<u64, String> {
    let (mut count, mut bytes) = (0, 0);
    for line in lines(path)? {
        let line = line.map_err(|error| error.to_string())?;
        let size = line.strip_prefix("200 ").and_then(|size| size.parse::<u64>().ok());
        bytes += size.ok_or_else(|| format!("a page failed: {line}"))?;
        count += 1;
    }
    all(count, bytes, pages, wanted)
}

fn all(count: u64, bytes: u64, pages: &Pages, wanted: u64) -> Result<u64, String> {
    let right: u64 = (0..wanted).zip(pages.sizes.iter().cycle()).map(|(_, size)| size).sum();
    if (count, bytes) == (wanted, right) {
        Ok(count)
    } else {
        Err(format!("{count} pages of {bytes} bytes instead of {wanted} of {right}"))
    }
}

/// wget2's statistics of a site: a line of CSV for each page, with its status and size.
pub fn wgot(path: &Path, pages: &Pages, wanted: u64) -> Result<u64, String> {
    let (mut count, mut bytes) = (0, 0);
    for line in lines(path)?.skip(1) {
        let line = line.map_err(|error| error.to_string())?;
        let mut cells = line.split(',').skip(3);
        let status = cells.next();
        let size = cells.nth(2).filter(|_| status == Some("200"));
        let size = size.and_then(|size| size.parse::<u64>().ok());
        bytes += size.ok_or_else(|| format!("a page failed: {line}"))?;
        count += 1;
    }
    all(count, bytes, pages, wanted)
}

/// lychee's report: how many links there were, and how many of them led to a page.
pub fn lycheed(path: &Path, wanted: u64) -> Result<u64, String> {
    #[derive(Deserialize)]
    struct Report {
        total: u64,
        successful: u64,
    }
    let text =
        fs::read_to_string(path).map_err(|error| format!("cannot read its output: {error}"))?;
    let Report { total, successful } = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    if (total, successful) == (wanted, wanted) {
        Ok(wanted)
    } else {
        Err(format!("{successful} of {total} links lead to a page, and {wanted} should"))
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

/// How long so many percent of wrk's requests took at most, in seconds.
pub fn latency(path: &Path, percent: u32) -> Option<f64> {
    let percent = format!("{percent}%");
    let line = lines(path).ok()?.map_while(Result::ok);
    let mut found = line.filter_map(|line| {
        let mut words = line.split_whitespace().map(str::to_owned);
        (words.next()? == percent).then(|| words.next())?
    });
    let time = found.next()?;
    let unit = time.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number: f64 = time[..time.len() - unit.len()].parse().ok()?;
    let factor = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        _ => return None,
    };
    Some(number * factor)
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
    use super::*;

    fn in_file<T>(text: &str, check: impl Fn(&Path) -> T) -> T {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        check(file.path())
    }

    fn pages() -> Pages {
        Pages { sizes: vec![10, 20] }
    }

    const ONE: &str =
        r#"{"index":1,"url":"http://h/page/1?n=1","status":200,"bytes":20,"matches":["Page 1"]}"#;
    const NULL: &str = r#"{"index":0,"url":"http://h/page/0","status":200,"bytes":10,"charset":null,"matches":["Page 0"]}"#;

    #[test]
    fn a_scraper_that_did_its_work_passes_in_any_order() {
        let check = |path: &Path| scraped(path, &pages(), 2, true);
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
            let error = in_file(&text, |path| scraped(path, &pages(), 2, true)).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
        let titles_in_plain_text = in_file(NULL, |path| scraped(path, &pages(), 1, false));
        assert!(titles_in_plain_text.is_err());
    }

    #[test]
    fn curl_must_have_fetched_every_byte() {
        let check = |path: &Path| curled(path, &pages(), 4);
        assert_eq!(in_file("200 10\n200 20\n200 20\n200 10\n", check), Ok(4));
        assert!(in_file("200 10\n200 20\n200 20\n", check).is_err());
        assert!(in_file("200 10\n200 20\n200 20\n200 9\n", check).is_err());
        let error = in_file("200 10\n503 20\n", check).unwrap_err();
        assert_eq!(error, "a page failed: 503 20");
    }

    #[test]
    fn wget2_must_have_fetched_every_byte() {
        let head = "ID,ParentID,URL,Status,Link,Method,Size,SizeDecompressed,TransferTime\n";
        let line =
            |status, size: u64| format!("1,0,http://h/page/1?n=1,{status},1,1,{size},{size},2\n");
        let check = |path: &Path| wgot(path, &pages(), 2);
        let good = [head, &line(200, 10), &line(200, 20)].concat();
        assert_eq!(in_file(&good, check), Ok(2));
        assert!(in_file(&[head, &line(200, 10)].concat(), check).is_err());
        let error = in_file(&good.replace(",200,", ",503,"), check).unwrap_err();
        assert!(error.starts_with("a page failed: 1,0,"), "{error}");
    }

    #[test]
    fn lychee_must_have_seen_every_page() {
        let report =
            |total, successful| format!(r#"{{"total":{total},"successful":{successful}}}"#);
        let check = |path: &Path| lycheed(path, 7);
        assert_eq!(in_file(&report(7, 7), check), Ok(7));
        assert!(in_file(&report(7, 6), check).is_err());
        assert!(in_file(&report(6, 6), check).is_err());
        assert!(in_file("", check).is_err());
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
    fn wrk_s_percentiles_are_read() {
        let text =
            "  Latency Distribution\n     50%  812.00us\n     75%    1.10ms\n     99%    1.02s \n";
        let read = |percent| in_file(text, |path| latency(path, percent).ok_or(String::new()));
        assert_eq!(read(50), Ok(812.0 * 1e-6));
        assert_eq!((read(75), read(99)), (Ok(1.1e-3), Ok(1.02)));
        assert!(read(90).is_err());
    }

    #[test]
    fn greetings_are_counted() {
        assert_eq!(in_file("Hello × 7\nWorld × 7\n1.0 s\n", |path| greeted(path, 7)), Ok(7));
        assert!(in_file("Hello × 7\n", |path| greeted(path, 7)).is_err());
        assert_eq!(in_file("Hello\n", said_hello), Ok(1));
        assert!(in_file("Hell", said_hello).is_err());
    }
}
