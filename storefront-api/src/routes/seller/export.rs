//! All orders of a drop as CSV, read and sent in pieces: neither a connection nor much memory is
//! taken for longer than a piece, however many orders there are.

use super::{drops, orders};
use crate::{ApiError, App, extract::CurrentSeller};
use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use database::selling::orders::{OrderFilter, SellerOrder};
use edge::{Path, Problem, Query};
use futures_util::stream;
use jiff::Timestamp;
use serde::Deserialize;
use shared::{
    ids::{DropId, OrderId},
    lifecycle::TicketState,
};
use std::{iter, mem};
use utoipa::IntoParams;

/// Orders of a piece.
const PIECE: usize = 1000;
const HEAD: &str = "order_id,shopper_id,variant_id,state,reason,units,amount_minor,currency,\
    created_at,updated_at\r\n";

/// Which orders are wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// Only orders in this state.
    state: Option<TicketState>,
    /// Only orders whose shopper joined the line then or later.
    #[param(example = "2027-03-05T18:00:00Z")]
    joined_from: Option<Timestamp>,
    /// Only orders whose shopper joined the line earlier.
    #[param(example = "2027-03-05T18:05:00Z")]
    joined_before: Option<Timestamp>,
}

/// An export on its way.
struct Export {
    app: App,
    seller: CurrentSeller,
    drop_id: DropId,
    filter: OrderFilter,
    next: Next,
}

/// What an export sends next.
enum Next {
    /// The names of the columns, and the piece that was read before the answer began.
    First(Vec<SellerOrder>),
    /// The orders below this one.
    Below(OrderId),
    End,
}

/// The rest could not be read. The connection breaks then, so that nobody takes a part for all.
#[derive(Debug, thiserror::Error)]
#[error("an export broke off")]
struct BrokenOff;

/// Downloads the orders of a drop as CSV (RFC 4180), by the time of their join, newest first.
///
/// An export that breaks off on the way ends without the last chunk of its transfer, so that a client
/// sees that it is not whole.
#[utoipa::path(get, path = "/v1/seller/drops/{drop_id}/orders.csv", tag = "seller",
    security(("seller_key" = [])), params(("drop_id" = DropId, Path), ExportQuery),
    responses((status = 200, body = String, content_type = "text/csv"), Problem))]
#[tracing::instrument(name = "handler.export.download", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn download(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
    Query(query): Query<ExportQuery>,
) -> Result<Response, ApiError> {
    let ExportQuery { state, joined_from, joined_before } = query;
    let filter = OrderFilter { state, joined_from, joined_before };
    drops::ensure_own(&app, seller, drop_id).await?;
    // What fails before the answer begins is a problem like any other.
    let first = orders::read(&app, seller, drop_id, filter, None, PIECE as i64).await?;
    let export = Export { app, seller, drop_id, filter, next: Next::First(first) };
    let pieces = stream::try_unfold(export, Export::piece);
    let disposition = format!("attachment; filename=\"orders-{drop_id}.csv\"");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

impl Export {
    /// Returns the next piece, and the export after it; `None` at the end.
    async fn piece(mut self) -> Result<Option<(String, Self)>, BrokenOff> {
        let (head, rows) = match mem::replace(&mut self.next, Next::End) {
            Next::First(rows) => (HEAD, rows),
            Next::Below(order_id) => ("", self.read_below(order_id).await?),
            Next::End => return Ok(None),
        };
        if let Some(last) = rows.last().filter(|_| rows.len() >= PIECE) {
            self.next = Next::Below(last.id);
        }
        let text = iter::once(head.to_owned()).chain(rows.iter().map(line)).collect();
        Ok(Some((text, self)))
    }

    async fn read_below(&self, order_id: OrderId) -> Result<Vec<SellerOrder>, BrokenOff> {
        let Self { app, seller, drop_id, filter, .. } = self;
        let before = Some(order_id);
        orders::read(app, *seller, *drop_id, *filter, before, PIECE as i64).await.map_err(|error| {
            // Its cause is in the log then.
            let problem = Problem::from(error);
            tracing::warn!(code = problem.code(), drop.id = %drop_id, "an export broke off");
            BrokenOff
        })
    }
}

fn line(order: &SellerOrder) -> String {
    let reason = cell(order.reason.as_deref().unwrap_or_default());
    format!(
        "{},{},{},{},{reason},{},{},{},{},{}\r\n",
        order.id,
        order.shopper_id,
        order.variant_id,
        order.state,
        order.units,
        order.amount_minor,
        order.currency,
        order.created_at,
        order.updated_at,
    )
}

/// Writes a text of somebody else's, such as a provider's code, so that it stays one cell, and none
/// that a spreadsheet runs.
fn cell(text: &str) -> String {
    let safe = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if text.contains([',', '"', '\r', '\n']) {
        return format!("\"{safe}{}\"", text.replace('"', "\"\""));
    }
    format!("{safe}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_one_cell_and_is_no_formula() {
        assert_eq!(cell("card_declined"), "card_declined");
        assert_eq!(cell("no, \"really\"\n"), "\"no, \"\"really\"\"\n\"");
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("@a,b"), "\"'@a,b\"");
    }
}
