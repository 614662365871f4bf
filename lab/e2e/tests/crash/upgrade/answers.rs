//! How everybody was answered meanwhile: with what they asked for, or asked to come back, and seldom
//! that.

use anyhow::ensure;
use check::history;
use reqwest::{StatusCode, header::RETRY_AFTER};
use serde_json::Value;
use std::{fmt, path::Path};
use testkit::app::Reply;

/// Of so many answers, one may be "come back".
const ONE_LATER_IN: usize = 100;
/// So many of the wrong ones are shown.
const SHOWN: usize = 5;

/// Answers, counted.
#[derive(Debug, Default)]
pub(super) struct Answers {
    n_good: usize,
    /// 503, and connections that were cut off: a gateway that speaks HTTP makes 503 of these.
    n_later: usize,
    /// What must not be.
    wrong: Vec<String>,
}

impl Answers {
    /// Reads how a crowd was answered from this moment on. Its history has no headers.
    pub(super) fn of_crowd(history: &Path, since_us: i64) -> anyhow::Result<Self> {
        let mut answers = Self::default();
        let entries = history::read(history)?;
        for entry in entries.iter().filter(|entry| entry.process != 0 && entry.at_us >= since_us) {
            answers.note_entry(&entry.value);
        }
        Ok(answers)
    }

    /// Notes an entry, if it tells of an answer: by its status, or by the failure of a try, which
    /// begins with the status if there was one.
    fn note_entry(&mut self, value: &Value) {
        let failure = value["failure"].as_str();
        let status = match value["status"].as_u64() {
            Some(status) => Some(status),
            None => failure.and_then(|text| text.split(' ').next()?.parse().ok()),
        };
        match status {
            Some(503) => self.n_later += 1,
            Some(500..) => self.wrong.push(value.to_string()),
            Some(_) => self.n_good += 1,
            None => self.n_later += usize::from(failure.is_some()),
        }
    }

    /// Notes a reply that must succeed and fit, or say when to come back.
    pub(super) fn note(
        &mut self,
        what: &str,
        reply: reqwest::Result<Reply>,
        fits: impl FnOnce(&Value) -> bool,
    ) {
        let Ok(Reply { status, headers, body }) = reply else {
            self.n_later += 1;
            return;
        };
        if status == StatusCode::SERVICE_UNAVAILABLE && headers.contains_key(RETRY_AFTER) {
            self.n_later += 1;
        } else if status.is_success() && fits(&body) {
            self.n_good += 1;
        } else {
            self.wrong.push(format!("{what} was answered {status}: {body}"));
        }
    }

    /// Fails unless nothing was wrong and hardly anybody was asked to come back.
    pub(super) fn ensure_good(&self) -> anyhow::Result<()> {
        let n_all = self.n_good + self.n_later;
        ensure!(self.wrong.is_empty(), "{self}");
        ensure!(self.n_good > 0 && self.n_later * ONE_LATER_IN <= n_all, "{self}");
        Ok(())
    }
}

impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { n_good, n_later, wrong } = self;
        write!(f, "{n_good} answers as they should be, {n_later} later, {} wrong", wrong.len())?;
        wrong.iter().take(SHOWN).try_for_each(|one| write!(f, "\n{one}"))
    }
}

#[test]
fn core_an_upgrade_fails_by_one_wrong_answer_or_by_many_late_ones() {
    let of = |n_good, n_later| Answers { n_good, n_later, wrong: Vec::new() };
    assert!(of(99, 1).ensure_good().is_ok() && of(98, 2).ensure_good().is_err());
    assert!(of(0, 0).ensure_good().is_err(), "nobody asked");
    let entries = [
        serde_json::json!({ "status": 201 }),
        serde_json::json!({ "failure": "503 Service Unavailable rebuilding" }),
        serde_json::json!({ "failure": "no connection" }),
        serde_json::json!({ "failure": "502 Bad Gateway " }),
        serde_json::json!({ "how": "absent" }),
    ];
    let mut answers = Answers::default();
    entries.iter().for_each(|value| answers.note_entry(value));
    let Answers { n_good, n_later, wrong } = answers;
    assert_eq!((n_good, n_later, wrong.len()), (1, 2, 1), "{wrong:?}");
}
