//! Pages of lists, newest first. Each page begins below the last row of the previous page, so that
//! new rows never shift what a caller has yet to see.

use crate::ApiError;
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use edge::{Problem, Query};
use serde::{Deserialize, Serialize};
use std::{fmt::Display, str::FromStr};
use utoipa::{IntoParams, ToSchema};

const DEFAULT_LIMIT: u32 = 20;
const MAX_LIMIT: u32 = 100;

/// Which page is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Rows on the page, at most.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub(crate) limit: Option<u32>,
    /// `next_cursor` of the previous page; the newest rows without it.
    pub(crate) cursor: Option<String>,
}

/// A page to be read; its cursor is the key of a row.
#[derive(Clone, Debug)]
pub(crate) struct PageRequest<K> {
    /// Read only rows below this key; `None` begins at the newest.
    pub(crate) before: Option<K>,
    limit: usize,
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// Rows, newest first.
    data: Vec<T>,
    /// Whether another page follows.
    has_more: bool,
    /// What to send as `cursor` for the next page; null on the last one.
    next_cursor: Option<String>,
}

impl<K: FromStr> PageRequest<K> {
    /// Reads a query; fails on a limit that is none, and on a cursor that we did not make.
    pub(crate) fn new(query: &PageQuery) -> Result<Self, ApiError> {
        let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "invalid_query")
                .error("limit", format!("must be from 1 to {MAX_LIMIT}"))
                .into());
        }
        let before = query.cursor.as_deref().map(read_cursor).transpose()?;
        Ok(Self { before, limit: limit as usize })
    }
}

impl<K: Display> PageRequest<K> {
    /// Returns how many rows to ask the database for: one more shows whether another page follows.
    pub(crate) const fn rows(&self) -> i64 {
        self.limit as i64 + 1
    }

    /// Builds the page from the rows that were read.
    pub(crate) fn page<R, T>(
        &self,
        mut rows: Vec<R>,
        key: impl Fn(&R) -> K,
        item: impl FnMut(R) -> T,
    ) -> Page<T> {
        let has_more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let last = rows.last().filter(|_| has_more);
        let next_cursor = last.map(|row| URL_SAFE_NO_PAD.encode(key(row).to_string()));
        Page { data: rows.into_iter().map(item).collect(), has_more, next_cursor }
    }
}

fn read_cursor<K: FromStr>(cursor: &str) -> Result<K, ApiError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| ApiError::InvalidCursor)?;
    let text = str::from_utf8(&bytes).map_err(|_| ApiError::InvalidCursor)?;
    text.parse().map_err(|_| ApiError::InvalidCursor)
}

impl<K: FromStr, S: Send + Sync> FromRequestParts<S> for PageRequest<K> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(query) = Query::<PageQuery>::from_request_parts(parts, state).await?;
        Self::new(&query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_to_the_next_page() {
        let first = PageRequest::<i64>::new(&PageQuery { limit: Some(2), cursor: None }).unwrap();
        let page = first.page(vec![9, 8, 7], |row| *row, |row| row);
        assert_eq!((page.data.as_slice(), page.has_more), ([9, 8].as_slice(), true));
        let next =
            PageRequest::<i64>::new(&PageQuery { limit: None, cursor: page.next_cursor }).unwrap();
        assert_eq!(next.before, Some(8));
    }

    #[test]
    fn the_last_page_has_no_cursor() {
        let page = PageRequest::<i64> { before: None, limit: 2 };
        let page = page.page(vec![9, 8], |row| *row, |row| row);
        assert_eq!((page.has_more, page.next_cursor), (false, None));
    }

    #[test]
    fn limits_beyond_what_is_documented_are_refused() {
        let accepted = |limit| {
            PageRequest::<i64>::new(&PageQuery { limit: Some(limit), cursor: None }).is_ok()
        };
        let limits = [0, 1, 100, 101, u32::MAX];
        assert_eq!(limits.map(accepted), [false, true, true, false, false]);
    }

    #[test]
    fn a_made_up_cursor_is_refused() {
        assert!(read_cursor::<i64>("AAAA").is_err());
        assert!(read_cursor::<uuid::Uuid>("' or 1=1").is_err());
    }
}
