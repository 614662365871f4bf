//! How often one address may begin and end sessions, and try codes. Each stands before the session
//! that was sent, so that a flood is not even verified.

use crate::App;
use axum::{extract::FromRequestParts, http::request::Parts};
use edge::Problem;

/// Admits the caller if their address has not just started too many sessions: while few
/// people come, a new one costs nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WithinLimit;

impl FromRequestParts<App> for WithinLimit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        app.session_limiter.check_address(&parts.extensions).map(|()| Self)
    }
}

/// As [`WithinLimit`], for sessions that are ended: each leaves a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WithinEndLimit;

impl FromRequestParts<App> for WithinEndLimit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        app.end_limiter.check_address(&parts.extensions).map(|()| Self)
    }
}

/// As [`WithinLimit`], for members: each is looked up and leaves a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WithinMemberLimit;

impl FromRequestParts<App> for WithinMemberLimit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        app.member_limiter.check_address(&parts.extensions).map(|()| Self)
    }
}

/// As [`WithinLimit`], for codes of lanes that are tried: they are short, and sessions to try them cost
/// little.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WithinCodeLimit;

impl FromRequestParts<App> for WithinCodeLimit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        app.code_address_limiter.check_address(&parts.extensions).map(|()| Self)
    }
}

/// As [`WithinLimit`], for codes of other devices; of all addresses together, too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WithinHandoffLimit;

impl FromRequestParts<App> for WithinHandoffLimit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        app.handoff_address_limiter.check_address(&parts.extensions)?;
        app.handoff_guess_limiter.check(&()).map(|()| Self)
    }
}
