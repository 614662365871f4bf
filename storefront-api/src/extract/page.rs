//! Pages of lists: newest first, each page from below the last one of the page before, so that new
//! rows never shift what a caller has still to see.

use crate::ApiError;
use axum::{extract::FromRequestParts, http::request::Parts};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use edge::Query;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use utoipa::{IntoParams, ToSchema};

const DEFAULT_LIMIT: u32 = 20;
const MAX_LIMIT: u32 = 100;

/// Which page is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many, from 1 to 100; 20 if not given.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A page to be read, its cursor understood as the place of a `K`.
#[derive(Clone, Debug)]
pub struct PageRequest<K> {
    /// Below which row; `None` begins at the newest.
    pub before: Option<K>,
    /// How many rows.
    pub limit: usize,
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The rows, newest first.
    pub data: Vec<T>,
    /// Whether there are more.
    pub has_more: bool,
    /// Cursor of the next page.
    pub next_cursor: Option<String>,
}

impl<K: FromStr> PageRequest<K> {
    /// Understands a query.
    ///
    /// # Errors
    ///
    /// Returns [`ApiError::InvalidCursor`] for a cursor that we did not make.
    pub fn new(query: &PageQuery) -> Result<Self, ApiError> {
        let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
        let before = query.cursor.as_deref().map(read_cursor).transpose()?;
        Ok(Self { before, limit: limit as usize })
    }
}

impl<K> PageRequest<K> {
    /// How many rows to ask the database for: one more tells whether there is another page.
    #[must_use]
    pub const fn rows(&self) -> i64 {
        self.limit as i64 + 1
    }

    /// Makes the page of the rows that came.
    pub fn page<R, T>(
        &self,
        mut rows: Vec<R>,
        key: impl Fn(&R) -> String,
        item: impl FnMut(R) -> T,
    ) -> Page<T> {
        let has_more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let last = rows.last().filter(|_| has_more);
        let next_cursor = last.map(|row| URL_SAFE_NO_PAD.encode(key(row)));
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
        let page = first.page(vec![9, 8, 7], i64::to_string, |row| row);
        assert_eq!((page.data.as_slice(), page.has_more), ([9, 8].as_slice(), true));
        let next =
            PageRequest::<i64>::new(&PageQuery { limit: None, cursor: page.next_cursor }).unwrap();
        assert_eq!(next.before, Some(8));
    }

    #[test]
    fn the_last_page_has_no_cursor() {
        let page = PageRequest::<i64> { before: None, limit: 2 };
        let page = page.page(vec![9, 8], i64::to_string, |row| row);
        assert_eq!((page.has_more, page.next_cursor), (false, None));
    }

    #[test]
    fn a_made_up_cursor_is_refused() {
        assert!(read_cursor::<i64>("AAAA").is_err());
        assert!(read_cursor::<uuid::Uuid>("' or 1=1").is_err());
    }
}
