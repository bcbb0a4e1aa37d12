//! What can be requested: from a given text to a URL.

use url::{ParseError, Url};

/// The longest URL that is tried, in bytes. Servers commonly stop at 8 KiB, and no client sends
/// more than 64.
pub const MAX_URL_BYTES: usize = 32 * 1024;

/// Reads a line of a list. A space in it is most likely between two URLs, or before a remark, and as a
/// part of the URL it would ask for a page that was not meant. On the command line, quotes say what
/// belongs together.
pub(crate) fn parse_line(line: &[u8]) -> Result<Url, String> {
    if line.trim_ascii().contains(&b' ') {
        let reason = "there is a space in it: give one URL a line, and write a space as %20";
        return Err(reason.to_owned());
    }
    parse(line)
}

/// Reads a URL and checks that it can be requested; the error says why not.
pub(crate) fn parse(given: &[u8]) -> Result<Url, String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_urls_can_be_requested() {
        for good in
            ["http://a", "https://a:1/b?c#d", "HTTP://a", "http://[::1]/", "http://bücher.de"]
        {
            assert!(parse(good.as_bytes()).is_ok(), "{good}");
        }
        for bad in ["a", "//a", "file:///a", "data:,a", "http://", "http://a:99999", "http://a b/"]
        {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(parse(b"http://\xff").is_err());
        for two in ["http://a/\thttp://b/", "http://a/\rhttp://b/", "http://a/\nhttp://b/"] {
            assert!(parse(two.as_bytes()).is_err(), "{two:?}");
        }
        assert!(parse(b" http://a/\n").is_ok());
    }

    #[test]
    fn a_space_is_part_of_a_url_where_quotes_say_so_and_not_in_a_list() {
        for given in ["http://a/b c", "http://a/b http://a/c", "http://a/b # a remark"] {
            let error = parse_line(given.as_bytes()).unwrap_err();
            assert!(error.contains("one URL a line") && error.contains("%20"));
            assert!(parse(given.as_bytes()).is_ok(), "{given}");
        }
        assert!(parse_line(b"http://a/b%20c").is_ok());
    }

    proptest::proptest! {
        /// Any text is a URL that can be requested, or an error.
        #[test]
        fn any_text_can_be_parsed(text in "(http://)?.*") {
            if let Ok(url) = parse(text.as_bytes()) {
                assert!(["http", "https"].contains(&url.scheme()) && url.host().is_some());
            }
        }
    }
}
