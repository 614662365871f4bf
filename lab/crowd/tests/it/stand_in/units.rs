//! Units of the stand-in's orders: one each, or as many as a ticket may have, to choose among.

use std::collections::HashMap;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::post,
};
use serde_json::{Value, json};

use super::{SharedLine, StandIn, lock};

/// Units of one ticket.
pub(crate) const HELD: u64 = 3;

#[derive(Default)]
pub(super) struct StandInUnits {
    are_chosen: bool,
    /// Joins that asked for units.
    n_asked: usize,
    /// By order, once they were chosen.
    chosen: HashMap<String, u64>,
}

impl StandIn {
    /// From now on, people choose how many units to take once they are held.
    pub(crate) fn let_choose(&self) {
        lock(&self.line).units_held.are_chosen = true;
    }

    /// How many joins asked for units.
    pub(crate) fn n_asked(&self) -> usize {
        lock(&self.line).units_held.n_asked
    }

    /// The choices that were made.
    pub(crate) fn chosen(&self) -> Vec<u64> {
        lock(&self.line).units_held.chosen.values().copied().collect()
    }
}

impl StandInUnits {
    pub(super) const fn fulfilment(&self) -> &'static str {
        if self.are_chosen { "checkout" } else { "auto" }
    }

    pub(super) fn saw_join(&mut self, body: &Value) {
        self.n_asked += usize::from(body.get("units").is_some());
    }

    /// Says in an order how many it is for, and whether there is a choice.
    pub(super) fn tell(&self, order: &mut Value) {
        let most = if self.are_chosen { HELD } else { 1 };
        let id = order["id"].as_str().unwrap_or_default();
        let units = self.chosen.get(id).copied().unwrap_or(most);
        order["units"] = json!(units);
        order["may_choose_units"] = json!(units > 1 && order["state"] == "reserved");
    }
}

pub(super) fn router() -> Router<SharedLine> {
    Router::new().route("/v1/orders/{id}/units", post(choose))
}

async fn choose(
    State(line): State<SharedLine>,
    Path(id): Path<String>,
    Json(body): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let mut line = lock(&line);
    if !matches!(line.orders.get(&id), Some(("reserved", _))) {
        return (StatusCode::CONFLICT, Json(json!({"code": "order_wrong_state"})));
    }
    let units = body["units"].as_u64().unwrap();
    line.units_held.chosen.insert(id.clone(), units);
    (StatusCode::OK, Json(json!({"id": id, "units": units})))
}
