//! Signed callbacks to the shop: at least once, and not always in order.

use std::time::Duration;

use aws_lc_rs::hmac;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use shared::clock::{Clock, SystemClock};
use uuid::Uuid;

use crate::{
    bank::Payment,
    ledger::{EntryKind, LedgerEntry},
    method::PaymentMethod,
};

const SIGNATURE_HEADER: &str = "Sluice-Psp-Signature";

/// How often a callback is tried.
const N_TRIES: u32 = 6;
/// The wait before the second try; it doubles each time.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// How long an out-of-order callback is held back.
const HELD_BACK: Duration = Duration::from_millis(1_500);

/// Sends callbacks in the background. One that can't be delivered is dropped: callers have to ask
/// anyway.
#[derive(Debug, Clone)]
pub(crate) struct Callbacks {
    url: Option<String>,
    secret: SecretString,
    client: reqwest::Client,
}

impl Callbacks {
    /// Prepares to send to `url`; without one nothing is sent.
    pub(crate) fn new(url: Option<String>, secret: SecretString) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build()?;
        Ok(Self { url, secret, client })
    }

    /// Tells the shop what `entry` did to `payment`, as many times and as late as its card says.
    pub(crate) fn notify(&self, entry: &LedgerEntry, payment: &Payment) {
        let Some((url, kind)) = self.url.clone().zip(event_type(entry.kind)) else { return };
        let body = json!({
            "event_id": format!("evt_{}", Uuid::now_v7().simple()),
            "payment_id": payment.id,
            "reference": payment.reference,
            "type": kind,
            "status": payment.status,
            "amount_minor": entry.amount_minor,
            "currency": payment.currency,
            "created_at": entry.at,
        })
        .to_string();
        let held_back = entry.payment_method == PaymentMethod::OutOfOrderCallbacks
            && entry.kind == EntryKind::Authorized;
        let n_copies = match entry.payment_method {
            PaymentMethod::DuplicateCallbacks => 2,
            _ => 1,
        };
        for _ in 0..n_copies {
            let (sender, url, body) = (self.clone(), url.clone(), body.clone());
            tokio::spawn(async move {
                if held_back {
                    tokio::time::sleep(HELD_BACK).await;
                }
                sender.deliver(&url, &body).await;
            });
        }
    }

    async fn deliver(&self, url: &str, body: &str) {
        let mut wait = FIRST_WAIT;
        for _ in 0..N_TRIES {
            let signature = sign(&self.secret, SystemClock.now().as_second(), body);
            let request = self.client.post(url).header("content-type", "application/json");
            let sent = request.header(SIGNATURE_HEADER, signature).body(body.to_owned()).send();
            if sent.await.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        tracing::warn!(url, "gave up on a callback after {N_TRIES} tries");
    }
}

/// Returns the signature header's value for a body sent at `second`.
fn sign(secret: &SecretString, second: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
    let tag = hmac::sign(&key, format!("{second}.{body}").as_bytes());
    format!("t={second},v1={}", hex::encode(tag))
}

fn event_type(kind: EntryKind) -> Option<&'static str> {
    match kind {
        EntryKind::Authorized => Some("payment.authorized"),
        EntryKind::Declined => Some("payment.declined"),
        EntryKind::Captured => Some("payment.captured"),
        EntryKind::CaptureDeclined => Some("payment.capture_declined"),
        EntryKind::Voided => Some("payment.voided"),
        EntryKind::Refunded => Some("payment.refunded"),
        EntryKind::Pending | EntryKind::Failed => None,
    }
}
