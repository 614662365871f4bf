//! Making codes that open a lane of a drop.
//!
//! This takes no `Idempotency-Key`: the answer that is kept for one would hold the codes. A
//! repeat makes none either, since there is one call for a label.

use crate::{
    ApiError, App,
    extract::{Body, CurrentSeller, Faults, Validate},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use database::selling::codes::{self, NewCodes};
use edge::{Json, Path, Problem};
use serde::{Deserialize, Serialize};
use shared::{
    credentials::{DropCode, DropCodeHash},
    ids::DropId,
    line::Lane,
};
use std::iter;
use utoipa::ToSchema;

/// Codes of one call, at most.
const MAX_CODES: u32 = 10_000;
/// Uses of one code, at most.
const MAX_USES: i32 = 1_000_000;

/// Codes to make.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodesInput {
    /// The lane that they open; 0, the normal one, for a drop that is invite-only.
    #[schema(minimum = 0, maximum = 3, example = 1)]
    lane: u8,
    /// How many, from 1 to 10 000.
    #[schema(minimum = 1, maximum = 10_000, example = 500)]
    count: u32,
    /// How many shoppers may use each, from 1 to 1 000 000.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 1_000_000, default = 1)]
    max_uses: i32,
    /// What they are known by afterwards, up to 200 characters; new for the drop.
    #[schema(min_length = 1, max_length = 200, example = "Newsletter, March")]
    label: String,
}

/// Codes that were just made. They are shown this once.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CodesResponse {
    label: String,
    codes: Vec<String>,
}

const fn one() -> i32 {
    1
}

impl Validate for CodesInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.within("/lane", self.lane, &(0..=Lane::COUNT - 1));
        faults.within("/count", self.count, &(1..=MAX_CODES));
        faults.within("/max_uses", self.max_uses, &(1..=MAX_USES));
        faults.text("/label", &self.label, 200);
        faults
    }
}

/// Makes codes for a lane of a drop and shows them, once: nobody can look them up afterwards. With
/// `Accept: text/csv` they come as a table.
#[utoipa::path(post, path = "/v1/seller/drops/{drop_id}/codes", tag = "seller",
    security(("seller_key" = [])), request_body = CodesInput,
    params(("drop_id" = DropId, Path)),
    responses(
        (status = 201, content((CodesResponse = "application/json"), (String = "text/csv"))),
        Problem))]
#[tracing::instrument(name = "handler.codes.make", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn make(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
    headers: HeaderMap,
    Body(input): Body<CodesInput>,
) -> Result<Response, ApiError> {
    let made = generate(input.count)?;
    let hashes: Vec<DropCodeHash> = made.iter().map(DropCode::hash).collect();
    let (lane, max_uses, label) = (Lane(input.lane), input.max_uses, input.label.as_str());
    let new = NewCodes { hashes: &hashes, lane, max_uses, label };
    codes::make(&app.seller_pools.of(seller.id)?, seller.id, drop_id, new, &seller.actor()).await?;
    tracing::info!(drop.id = %drop_id, "made {} codes for drop {drop_id}", hashes.len());
    let made = made.iter().map(DropCode::reveal);
    if wants_csv(&headers) {
        let lines = iter::once("code").chain(made).map(|line| format!("{line}\r\n"));
        let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8")];
        return Ok((StatusCode::CREATED, headers, lines.collect::<String>()).into_response());
    }
    let codes = made.map(str::to_owned).collect();
    Ok((StatusCode::CREATED, Json(CodesResponse { label: input.label, codes })).into_response())
}

fn generate(count: u32) -> Result<Vec<DropCode>, Problem> {
    let codes = (0..count).map(|_| DropCode::generate());
    codes.collect::<Result<_, _>>().map_err(|error| {
        tracing::error!(%error, "the system gave no randomness for codes");
        Problem::internal()
    })
}

fn wants_csv(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let kinds = accept.unwrap_or_default().split(',');
    kinds.filter_map(|kind| kind.split(';').next()).any(|kind| kind.trim() == "text/csv")
}
