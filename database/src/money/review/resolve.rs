//! A person's decision about a payment.

use crate::{
    DatabaseError, Doing,
    money::payments::{Answer, Conclusion, PaymentKind, PaymentState, conclude},
    ordering::{changes::Outcome, inventory::MoveCause},
    people::audit::{self, AuditEntry},
    run_to_completion,
};
use serde_json::json;
use shared::{
    ids::{DropId, OrderId, PaymentId, SellerId},
    text_enum,
};
use sqlx::{PgConnection, PgPool};
use std::time::Duration;

/// Code of a payment that a person has closed.
const BY_OPERATOR: &str = "by_operator";

text_enum! {
    /// What a person found at the provider.
    ReviewVerdict {
        /// What was asked for has happened there.
        Paid = "paid",
        /// It has not, and will not.
        Failed = "failed",
    }
}

/// What became of a person's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// The payment is settled, and the order with it.
    Done(Outcome),
    /// There is no such payment.
    NotFound,
    /// It does not wait for a person, or not any more.
    NotOpen,
}

/// A payment as it is before the decision.
struct Reviewed {
    order_id: OrderId,
    drop_id: DropId,
    seller_id: SellerId,
    kind: PaymentKind,
    status: PaymentState,
    provider_id: Option<String>,
    code: Option<String>,
}

/// Settles a payment that waits for a person as they found it, and writes who did so and why.
///
/// What is said to have happened counts as if the provider had said so. An authorization of which
/// no id is known cannot be captured: it is given up, and let go if the provider ever tells of it.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn resolve(
    pool: &PgPool,
    payment_id: PaymentId,
    verdict: ReviewVerdict,
    actor: &str,
    why: &str,
) -> Result<Resolved, DatabaseError> {
    let (pool, actor, why) = (pool.clone(), actor.to_owned(), why.to_owned());
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin to resolve a payment")?;
        let Some(payment) = find(&mut tx, payment_id).await? else {
            return Ok(Resolved::NotFound);
        };
        let conclusion = payment.concluded(verdict);
        let answers = [Answer { payment_id, conclusion, ask_again_in: Duration::ZERO }];
        let open = [PaymentState::NeedsReview];
        let cause = MoveCause::Review;
        let settled = conclude(&mut tx, payment.drop_id, &answers, &open, cause).await?;
        let Some(outcome) = settled else { return Ok(Resolved::NotOpen) };
        let entry = AuditEntry {
            actor: &actor,
            action: "payment.resolve",
            drop_id: Some(payment.drop_id),
            seller_id: Some(payment.seller_id),
            old: Some(json!({ "status": payment.status, "code": payment.code })),
            new: Some(json!({
                "payment_id": payment_id,
                "order_id": payment.order_id,
                "kind": payment.kind,
                "verdict": verdict,
            })),
            why: &why,
        };
        audit::write(&mut tx, &entry).await?;
        tx.commit().await.doing("commit a resolved payment")?;
        Ok(Resolved::Done(outcome))
    })
    .await
}

async fn find(
    conn: &mut PgConnection,
    payment_id: PaymentId,
) -> Result<Option<Reviewed>, DatabaseError> {
    sqlx::query_as!(
        Reviewed,
        r#"select p.order_id as "order_id!: OrderId", p.drop_id as "drop_id!: DropId",
             o.seller_id as "seller_id!: SellerId", p.kind as "kind!: PaymentKind",
             p.status as "status!: PaymentState", p.provider_id as "provider_id?",
             p.code as "code?"
         from payments p join orders o on o.drop_id = p.drop_id and o.id = p.order_id
         where p.id = $1"#,
        payment_id as PaymentId,
    )
    .fetch_optional(conn)
    .await
    .doing("look for a payment to resolve")
}

impl Reviewed {
    /// What the provider would have answered.
    fn concluded(&self, verdict: ReviewVerdict) -> Conclusion {
        let code = || BY_OPERATOR.to_owned();
        match (self.kind, verdict) {
            (PaymentKind::Authorize, ReviewVerdict::Paid) => match &self.provider_id {
                Some(id) => Conclusion::Authorized { provider_id: id.clone() },
                None => Conclusion::GivenUp { code: "no_provider_id" },
            },
            (PaymentKind::Authorize, ReviewVerdict::Failed) => {
                Conclusion::AuthorizationDeclined { code: code() }
            }
            (PaymentKind::Capture, ReviewVerdict::Paid) => Conclusion::Captured,
            (PaymentKind::Capture, ReviewVerdict::Failed) => {
                Conclusion::CaptureDeclined { code: code() }
            }
            (PaymentKind::Void, ReviewVerdict::Paid) => Conclusion::Voided,
            (PaymentKind::Refund, ReviewVerdict::Paid) => Conclusion::Refunded,
            (PaymentKind::Void | PaymentKind::Refund, ReviewVerdict::Failed) => {
                Conclusion::GivenUp { code: BY_OPERATOR }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_answers_its_kind_of_payment() {
        for kind in PaymentKind::ALL {
            for verdict in ReviewVerdict::ALL {
                for provider_id in [None, Some("pay_1".to_owned())] {
                    let payment = Reviewed {
                        order_id: OrderId::generate(),
                        drop_id: DropId::generate(),
                        seller_id: SellerId::generate(),
                        kind: *kind,
                        status: PaymentState::NeedsReview,
                        provider_id,
                        code: None,
                    };
                    let conclusion = payment.concluded(*verdict);
                    assert!(conclusion.answers(*kind), "{kind}, {verdict}: {conclusion:?}");
                }
            }
        }
    }
}
