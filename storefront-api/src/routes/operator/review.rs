//! Payments that only a person can decide.

use crate::{
    ApiError, App,
    extract::{
        Body, CurrentOperator, Faults, IdempotencyKey, Page, PageQuery, PageRequest, Validate,
    },
};
use axum::extract::State;
use database::money::{
    payments::PaymentKind,
    review::{self, Resolved, ReviewCase, ReviewVerdict},
};
use edge::{Json, Path, Problem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    ids::{DropId, OrderId, PaymentId, SellerId},
    lifecycle::TicketState,
};
use utoipa::ToSchema;

/// A payment whose outcome nobody but a person can tell.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ReviewResponse {
    payment_id: PaymentId,
    order_id: OrderId,
    drop_id: DropId,
    seller_id: SellerId,
    /// What was asked of the provider.
    kind: PaymentKind,
    amount_minor: i64,
    /// ISO 4217 code.
    #[schema(example = "EUR")]
    currency: String,
    /// The provider's name for it, by which to find it there; null if it never gave one.
    provider_id: Option<String>,
    /// Why a person is needed, as a stable code.
    #[schema(example = "amount_mismatch")]
    code: Option<String>,
    /// State of its order.
    order_state: TicketState,
    /// When it was asked for.
    created_at: Timestamp,
    /// When it was put aside.
    updated_at: Timestamp,
}

impl From<ReviewCase> for ReviewResponse {
    fn from(case: ReviewCase) -> Self {
        Self {
            payment_id: case.payment_id,
            order_id: case.order_id,
            drop_id: case.drop_id,
            seller_id: case.seller_id,
            kind: case.kind,
            amount_minor: case.amount_minor,
            currency: case.currency,
            provider_id: case.provider_id,
            code: case.code,
            order_state: case.order_state,
            created_at: case.created_at,
            updated_at: case.updated_at,
        }
    }
}

/// What became of a payment, as the provider's own records show it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResolveInput {
    /// `paid` if the provider did what was asked, `failed` if it didn't and won't.
    verdict: ReviewVerdict,
    /// How it is known, for the audit log; up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// A payment that was decided.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct ResolveResponse {
    payment_id: PaymentId,
    verdict: ReviewVerdict,
}

impl Validate for ResolveInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/reason", &self.reason, 500);
        faults
    }
}

/// Lists payments that need a person, newest first.
#[utoipa::path(get, path = "/v1/operator/payments/review", tag = "operator",
    security(("operator_key" = [])), params(PageQuery),
    responses((status = 200, body = Page<ReviewResponse>), Problem))]
#[tracing::instrument(name = "handler.review.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    _: CurrentOperator,
    page: PageRequest<PaymentId>,
) -> Result<Json<Page<ReviewResponse>>, ApiError> {
    let rows = review::list(&app.pool, page.before, page.rows()).await?;
    Ok(Json(page.page(rows, |row| row.payment_id, ReviewResponse::from)))
}

/// Decides a payment, as if the provider had given this answer: its order, its units and the ledger
/// follow.
#[utoipa::path(post, path = "/v1/operator/payments/review/{payment_id}/resolve", tag = "operator",
    security(("operator_key" = [])), request_body = ResolveInput,
    params(("payment_id" = PaymentId, Path), IdempotencyKey),
    responses((status = 200, body = ResolveResponse), Problem))]
#[tracing::instrument(name = "handler.review.resolve", skip_all, fields(payment.id = %payment_id))]
pub(crate) async fn resolve(
    State(app): State<App>,
    Path(payment_id): Path<PaymentId>,
    operator: CurrentOperator,
    Body(input): Body<ResolveInput>,
) -> Result<Json<ResolveResponse>, ApiError> {
    let ResolveInput { verdict, reason } = input;
    let actor = operator.actor();
    match review::resolve(&app.pool, payment_id, verdict, &actor, &reason).await? {
        // The reconciler tells the line.
        Resolved::Done(_) => {
            tracing::info!(payment.id = %payment_id, %verdict, "payment {payment_id} is {verdict}");
            Ok(Json(ResolveResponse { payment_id, verdict }))
        }
        Resolved::NotFound => Err(ApiError::PaymentNotFound),
        Resolved::NotOpen => Err(ApiError::PaymentNotInReview),
    }
}
