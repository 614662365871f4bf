//! How the processes that keep lines have done.

use super::instances::started_at;
use crate::{
    ApiError, App,
    extract::CurrentOperator,
    routes::history::{HistoryQuery, Span},
};
use axum::extract::State;
use database::line::admission_history::{self, AdmissionPoint};
use edge::{Json, Problem, Query};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// How the processes that keep lines have done. All columns have one value for each moment; it is null
/// where a process was not there, or did not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct AdmissionHistoryResponse {
    /// Seconds that a point stands for.
    step_s: u32,
    /// When each begins.
    at: Vec<Timestamp>,
    /// The processes: the oldest first, and at most the 16 that were there last.
    instances: Vec<AdmissionColumns>,
}

/// How a process has done: the most of each in a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
struct AdmissionColumns {
    /// Names the process; another one at each start.
    instance: String,
    /// When it was started.
    started_at: Option<Timestamp>,
    /// Streams that were open.
    sockets: Vec<Option<i32>>,
    /// People in the lines that it followed.
    waiting: Vec<Option<i64>>,
    /// Memory that it had of its machine, bytes.
    memory_bytes: Vec<Option<i64>>,
}

/// Shows how the processes that keep lines have done, for charts: kept for 30 days, each second of the
/// last hour, then every ten seconds for a day, then every minute.
#[utoipa::path(get, path = "/v1/operator/admission/history", tag = "operator",
    security(("operator_key" = [])), params(HistoryQuery),
    responses((status = 200, body = AdmissionHistoryResponse), Problem))]
#[tracing::instrument(name = "handler.admission_history.show", skip_all)]
pub(crate) async fn show(
    State(app): State<App>,
    _: CurrentOperator,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<AdmissionHistoryResponse>, ApiError> {
    let span = Span::of(&query, app.now())?;
    let (from, to) = span.ends();
    let points = admission_history::read(&app.pool, from, to, span.step_s).await?;
    Ok(Json(AdmissionHistoryResponse::new(span.step_s, points)))
}

impl AdmissionHistoryResponse {
    /// Puts points into columns; they come in the order of their moments.
    fn new(step_s: u32, points: Vec<AdmissionPoint>) -> Self {
        let mut response = Self { step_s, ..Self::default() };
        for point in points {
            response.add(point);
        }
        let n_rows = response.at.len();
        for columns in &mut response.instances {
            columns.fill_to(n_rows);
        }
        response.instances.sort_by(|one, other| one.instance.cmp(&other.instance));
        response
    }

    fn add(&mut self, point: AdmissionPoint) {
        if self.at.last() != Some(&point.at) {
            self.at.push(point.at);
        }
        let row = self.at.len() - 1;
        let columns = self.columns_of(point.instance);
        columns.fill_to(row);
        columns.sockets.push(Some(point.sockets));
        columns.waiting.push(Some(point.waiting));
        columns.memory_bytes.push(point.memory_bytes);
    }

    /// Finds the columns of a process; there are few.
    fn columns_of(&mut self, instance: String) -> &mut AdmissionColumns {
        let known = self.instances.iter().position(|columns| columns.instance == instance);
        let at = known.unwrap_or_else(|| {
            let started_at = started_at(&instance);
            let columns = AdmissionColumns { instance, started_at, ..AdmissionColumns::default() };
            self.instances.push(columns);
            self.instances.len() - 1
        });
        &mut self.instances[at]
    }
}

impl AdmissionColumns {
    /// Says of all moments up to a row that nothing is known, where nothing was said.
    fn fill_to(&mut self, row: usize) {
        self.sockets.resize(row, None);
        self.waiting.resize(row, None);
        self.memory_bytes.resize(row, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(instance: &str, second: i64, sockets: i32) -> AdmissionPoint {
        AdmissionPoint {
            instance: instance.to_owned(),
            at: Timestamp::from_second(second).unwrap(),
            sockets,
            waiting: i64::from(sockets) * 2,
            memory_bytes: (sockets > 1).then_some(7),
        }
    }

    #[test]
    fn each_process_has_a_value_for_each_moment() {
        let points = vec![
            point("b", 1, 1),
            point("b", 2, 2),
            point("a", 3, 3),
            point("b", 3, 4),
            point("a", 5, 5),
        ];
        let response = AdmissionHistoryResponse::new(1, points);
        assert_eq!(response.at.iter().map(|at| at.as_second()).collect::<Vec<_>>(), [1, 2, 3, 5]);
        let [a, b] = response.instances.as_slice() else { panic!("{response:?}") };
        assert_eq!((a.instance.as_str(), b.instance.as_str()), ("a", "b"));
        assert_eq!(a.sockets, [None, None, Some(3), Some(5)]);
        assert_eq!(b.sockets, [Some(1), Some(2), Some(4), None]);
        assert_eq!(b.waiting, [Some(2), Some(4), Some(8), None]);
        assert_eq!(b.memory_bytes, [None, Some(7), Some(7), None]);
        let nobody = AdmissionHistoryResponse::new(9, Vec::new());
        assert_eq!((nobody.step_s, nobody.at.len(), nobody.instances.len()), (9, 0, 0));
    }
}
