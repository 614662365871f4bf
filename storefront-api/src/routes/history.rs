//! How a drop has done, in steps, as charts take it: a column each.

use crate::{ApiError, App};
use axum::http::StatusCode;
use database::{
    PgPool,
    selling::history::{self, HistoryPoint},
};
use edge::Problem;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use shared::ids::DropId;
use utoipa::{IntoParams, ToSchema};

/// Points of an answer, at most.
const MAX_POINTS: i64 = 2000;
/// Steps that are chosen where none is asked for, seconds. The longest one fits any span.
const STEPS_S: [u32; 9] = [1, 2, 5, 10, 30, 60, 300, 600, 1800];
const LONGEST_STEP_S: u32 = 86_400;
/// What is shown where no beginning is asked for.
const DEFAULT_SPAN: SignedDuration = SignedDuration::from_mins(15);
/// Nothing is kept for longer.
const LONGEST_SPAN: SignedDuration = SignedDuration::from_hours(31 * 24);

/// Which part of the history is wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// Its beginning; a quarter of an hour before `to` if left out.
    #[param(example = "2027-03-05T18:00:00Z")]
    from: Option<Timestamp>,
    /// Its end, at most 31 days later; now if left out.
    #[param(example = "2027-03-05T18:15:00Z")]
    to: Option<Timestamp>,
    /// Seconds between two points: so many that there are at most 2000; if left out, the fewest.
    #[param(minimum = 1, maximum = 86_400)]
    step: Option<u32>,
}

/// How a drop has done. All columns have one value for each point; points of which nothing is known are
/// left out, and what was not looked at is null.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(crate) struct HistoryResponse {
    /// Seconds that a point stands for.
    step_s: u32,
    /// When each begins. States are those at its end.
    at: Vec<Timestamp>,
    /// People in line.
    waiting: Vec<Option<i32>>,
    /// People who had joined by then, all there ever were.
    joined: Vec<Option<i64>>,
    /// People who had been let in by then, likewise.
    admitted: Vec<Option<i64>>,
    /// People who had left the line by then, likewise.
    left: Vec<Option<i64>>,
    /// People whose tickets had been closed before their turn by then, likewise.
    closed: Vec<Option<i64>>,
    /// What half of those had waited at most who were let in last, from their join to their turn,
    /// milliseconds: of the last to join of all who were let in, up to 200.
    wait_p50_ms: Vec<Option<i64>>,
    /// What nine in ten of them had waited at most, likewise.
    wait_p90_ms: Vec<Option<i64>>,
    /// Orders placed by then.
    placed: Vec<i64>,
    /// Orders paid by then.
    confirmed: Vec<i64>,
    /// Orders that had ended without what they were for by then: refused, run out, given back or taken
    /// back.
    lost: Vec<i64>,
    /// Units held for orders that are not paid yet, or passes that are good.
    held: Vec<i32>,
    /// Units sold by then.
    sold: Vec<i32>,
    /// Units that are free.
    available: Vec<i32>,
    /// Price of the paid orders less what was given back by then, minor units.
    revenue_minor: Vec<i64>,
    /// People let in per second, at most.
    admission_rate_per_second: Vec<f64>,
    /// How long the order command that waited longest had waited, milliseconds.
    command_lag_ms: Vec<Option<i32>>,
    /// How long the slowest transaction with orders took, milliseconds.
    commit_ms: Vec<Option<i32>>,
    /// Calls to the payment provider without a clear answer, in the step.
    provider_errors: Vec<i64>,
    /// Whether the payment provider was called: 0 yes, 1 tried again with a few calls, 2 no.
    breaker: Vec<i16>,
    /// What held those up who waited, if it was not the rate alone: `no_processor`, `unseen`,
    /// `commands_wait`, `eased_by_lag`, `eased_by_commits`, `eased_by_provider`, `provider_away`,
    /// `provider_tried`, `line_away`, `occupancy` or `stock`.
    held_up_by: Vec<Option<String>>,
}

/// A span of time in steps, seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// A whole number of steps.
    from_s: i64,
    to_s: i64,
    pub(super) step_s: u32,
}

/// Reads how a drop has done.
pub(super) async fn read(
    app: &App,
    pool: &PgPool,
    drop_id: DropId,
    query: &HistoryQuery,
) -> Result<HistoryResponse, ApiError> {
    let span = Span::of(query, app.now())?;
    let (from, to) = span.ends();
    let points = history::read(pool, drop_id, from, to, span.step_s).await?;
    Ok(HistoryResponse::new(span.step_s, points))
}

/// Returns a moment that Postgres knows: none is before 1970.
fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(second.max(0)).unwrap_or(Timestamp::MAX)
}

impl Span {
    /// Returns when it begins, and before what it ends.
    pub(super) fn ends(self) -> (Timestamp, Timestamp) {
        (moment(self.from_s), moment(self.to_s))
    }

    /// Chooses what is asked for, with steps that fit.
    pub(super) fn of(query: &HistoryQuery, now: Timestamp) -> Result<Self, ApiError> {
        let to = query.to.unwrap_or(now);
        let from = query.from.unwrap_or(to.saturating_sub(DEFAULT_SPAN).unwrap_or(Timestamp::MIN));
        let length = to.duration_since(from);
        if length <= SignedDuration::ZERO || length > LONGEST_SPAN {
            return Err(refusal("from", "must be before to, by 31 days at most"));
        }
        // A part of a second counts as one.
        let seconds = length.as_secs() + 1;
        // Steps that begin before or end behind the span count, too.
        let fits = |step_s: &u32| seconds / i64::from(*step_s) + 2 <= MAX_POINTS;
        let step_s = match query.step {
            Some(step_s) if !(1..=LONGEST_STEP_S).contains(&step_s) => {
                return Err(refusal("step", "must be from 1 to 86400"));
            }
            Some(step_s) if !fits(&step_s) => {
                return Err(refusal("step", "must be longer: that would be over 2000 points"));
            }
            Some(step_s) => step_s,
            None => STEPS_S.into_iter().find(fits).unwrap_or(3600),
        };
        let step = i64::from(step_s);
        let from_s = from.as_second().div_euclid(step) * step;
        Ok(Self { from_s, to_s: to.as_second() + 1, step_s })
    }
}

fn refusal(parameter: &str, detail: &str) -> ApiError {
    Problem::new(StatusCode::BAD_REQUEST, "invalid_query").error(parameter, detail).into()
}

impl HistoryResponse {
    /// Puts points into columns.
    fn new(step_s: u32, points: Vec<HistoryPoint>) -> Self {
        let mut response = Self { step_s, ..Self::default() };
        for point in points {
            response.add(point);
        }
        response
    }

    fn add(&mut self, point: HistoryPoint) {
        self.at.push(point.at);
        self.waiting.push(point.waiting);
        self.joined.push(point.joined);
        self.admitted.push(point.admitted);
        self.left.push(point.left);
        self.closed.push(point.closed);
        self.wait_p50_ms.push(point.wait_p50_ms);
        self.wait_p90_ms.push(point.wait_p90_ms);
        self.placed.push(point.placed);
        self.confirmed.push(point.confirmed);
        self.lost.push(point.lost);
        self.held.push(point.held);
        self.sold.push(point.sold);
        self.available.push(point.available);
        self.revenue_minor.push(point.revenue_minor);
        self.admission_rate_per_second.push(point.admission_rate_per_second);
        self.command_lag_ms.push(point.command_lag_ms);
        self.commit_ms.push(point.commit_ms);
        self.provider_errors.push(point.provider_errors);
        self.breaker.push(point.breaker);
        self.held_up_by.push(point.held_up_by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: &str, to: &str, step: Option<u32>) -> Result<Span, &'static str> {
        let parsed = |text: &str| Some(text.parse().unwrap());
        let query = HistoryQuery { from: parsed(from), to: parsed(to), step };
        Span::of(&query, Timestamp::UNIX_EPOCH).map_err(|error| error.status_and_code().1)
    }

    #[test]
    fn a_span_has_as_many_points_as_fit_into_an_answer() {
        let step = |to| span("2027-03-05T12:00:00Z", to, None).unwrap().step_s;
        assert_eq!(step("2027-03-05T12:15:00Z"), 1);
        assert_eq!(step("2027-03-05T13:00:00Z"), 2);
        assert_eq!(step("2027-03-06T12:00:00Z"), 60);
        assert_eq!(step("2027-04-04T12:00:00Z"), 1800);
        let hour = |step| span("2027-03-05T12:00:00Z", "2027-03-05T13:00:00Z", Some(step));
        assert_eq!((hour(1), hour(0)), (Err("invalid_query"), Err("invalid_query")));
        assert_eq!(hour(7).unwrap().step_s, 7);
    }

    #[test]
    fn a_span_begins_with_a_whole_step_and_does_not_end_before_it() {
        let found = span("2027-03-05T12:00:07Z", "2027-03-05T12:10:00Z", Some(60)).unwrap();
        let begin: Timestamp = "2027-03-05T12:00:00Z".parse().unwrap();
        assert_eq!(found.from_s, begin.as_second());
        for to in ["2027-03-05T12:00:07Z", "2027-03-05T11:00:00Z", "2027-05-05T12:00:07Z"] {
            assert_eq!(span("2027-03-05T12:00:07Z", to, None), Err("invalid_query"), "{to}");
        }
    }
}
