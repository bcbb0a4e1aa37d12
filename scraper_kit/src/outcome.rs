//! What became of a page.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::FetchError;
use crate::search::Found;

/// What became of one target: the record that the report shows, a line of the JSON output.
///
/// It is filled in as the page arrives, so that a page that fails half-way still has its status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The page's place in the list, from 0.
    pub index: usize,
    /// The URL as it was given.
    pub url: String,
    /// The URL that answered, after redirects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub final_url: Option<String>,
    /// The status of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Size of the body in bytes, decoded; of a page that failed, as much as had arrived.
    pub bytes: u64,
    /// The charset that an HTML page's text was read in.
    pub charset: Option<String>,
    /// The page's title, or the text of the elements that `--select` matches.
    pub matches: Vec<String>,
    /// Set when there was more to match than is kept of one page.
    #[serde(default, skip_serializing_if = "is_false")]
    pub truncated: bool,
    /// The file that `--save` wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// How often the page was requested: 0 when its URL cannot be, and 1 when the first try was the last.
    pub tries: usize,
    /// When the first request started, since the run's first.
    #[serde(rename = "start_ms", with = "milliseconds")]
    pub start: Duration,
    /// How long the page took, from its start to its last byte or its failure, all tries included.
    #[serde(rename = "elapsed_ms", with = "milliseconds")]
    pub elapsed: Duration,
    /// Why the page failed, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<FetchError>,
}

impl Outcome {
    /// What was found on the page.
    pub(crate) fn note(&mut self, found: Found) {
        (self.matches, self.truncated) = (found.matches, found.truncated);
    }
}

/// A time in which a page waited for its next try, since the run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wait {
    pub(crate) start: Duration,
    pub(crate) end: Duration,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Durations as milliseconds with one decimal.
mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Duration, json: S) -> Result<S::Ok, S::Error> {
        json.serialize_f64((time.as_secs_f64() * 1e4).round() / 10.0)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(json: D) -> Result<Duration, D::Error> {
        let milliseconds = f64::deserialize(json)?;
        Duration::try_from_secs_f64(milliseconds / 1e3).map_err(serde::de::Error::custom)
    }
}
