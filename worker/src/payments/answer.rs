//! What the provider answered: something clear, or nothing.

use reqwest::StatusCode;
use serde::{Deserialize, de::DeserializeOwned};

/// A payment as the provider has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct ProviderPayment {
    /// Its id there.
    pub(super) id: String,
    /// Our name for what is paid.
    pub(super) reference: String,
    pub(super) status: ProviderStatus,
    /// What was asked for.
    pub(super) amount_minor: i64,
    /// ISO 4217 code.
    pub(super) currency: String,
    /// What was taken, if the provider tells it apart.
    pub(super) captured_minor: Option<i64>,
    /// What was given back, likewise.
    pub(super) refunded_minor: Option<i64>,
    pub(super) decline_code: Option<String>,
}

/// Where a payment is at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ProviderStatus {
    /// Not decided yet.
    Pending,
    /// Held.
    Authorized,
    /// Not to be had.
    Declined,
    /// Taken.
    Captured,
    /// Let go.
    Voided,
    /// Given back.
    Refunded,
    /// A word that we do not know; nothing is concluded from it.
    #[serde(other)]
    Other,
}

/// What the provider said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ProviderAnswer<T> {
    /// This.
    Known(T),
    /// That there is no such thing.
    NotFound,
    /// That the request makes no sense, now or ever.
    Refused {
        /// Its code for it.
        code: String,
        /// Whether the payment is in a state that does not allow it.
        is_state: bool,
    },
    /// Nothing certain: no answer, or one of a broken server. It may have happened.
    Unknown(String),
}

#[derive(Deserialize)]
struct ProviderProblem {
    code: String,
}

impl<T> ProviderAnswer<T> {
    /// Whether the provider answered at all.
    pub(super) const fn is_answer(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }

    /// Reads on in what is known.
    pub(super) fn and_then<U>(
        self,
        read: impl FnOnce(T) -> ProviderAnswer<U>,
    ) -> ProviderAnswer<U> {
        match self {
            Self::Known(known) => read(known),
            Self::NotFound => ProviderAnswer::NotFound,
            Self::Refused { code, is_state } => ProviderAnswer::Refused { code, is_state },
            Self::Unknown(why) => ProviderAnswer::Unknown(why),
        }
    }
}

/// Reads an answer.
pub(super) fn read<T: DeserializeOwned>(status: StatusCode, body: &[u8]) -> ProviderAnswer<T> {
    if status.is_success() {
        return match serde_json::from_slice(body) {
            Ok(known) => ProviderAnswer::Known(known),
            Err(error) => ProviderAnswer::Unknown(format!("an unreadable answer: {error}")),
        };
    }
    match status {
        StatusCode::NOT_FOUND => ProviderAnswer::NotFound,
        StatusCode::BAD_REQUEST | StatusCode::CONFLICT => {
            let problem = serde_json::from_slice::<ProviderProblem>(body);
            let code = problem.map_or_else(|_| "refused".to_owned(), |problem| problem.code);
            ProviderAnswer::Refused { code, is_state: status == StatusCode::CONFLICT }
        }
        // Our credentials, a key that came with another request before (422), another address, its
        // load, its faults: none of them says anything about the payment.
        _ => ProviderAnswer::Unknown(format!("status {status}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> ProviderAnswer<ProviderPayment> {
        read(StatusCode::from_u16(status).unwrap(), body.as_bytes())
    }

    fn payment(status: &str) -> String {
        format!(
            r#"{{"id":"p","reference":"r","status":"{status}","amount_minor":5,"currency":"EUR",
                "more":1}}"#
        )
    }

    #[test]
    fn only_a_clear_answer_counts() {
        let known = answer(200, &payment("authorized"));
        assert!(matches!(known, ProviderAnswer::Known(payment) if payment.id == "p"));
        assert_eq!(answer(404, ""), ProviderAnswer::NotFound);
        let refused = answer(409, r#"{"code":"wrong_state"}"#);
        let wanted = ProviderAnswer::Refused { code: "wrong_state".into(), is_state: true };
        assert_eq!(refused, wanted);
        for status in [302, 401, 403, 408, 422, 429, 500, 502, 503] {
            assert!(matches!(answer(status, "{}"), ProviderAnswer::Unknown(_)), "{status}");
        }
        for odd in ["<html>", r#"{"id":"p","status":"authorized"}"#] {
            assert!(matches!(answer(200, odd), ProviderAnswer::Unknown(_)), "{odd}");
        }
    }

    #[test]
    fn an_unknown_word_concludes_nothing() {
        let ProviderAnswer::Known(payment) = answer(200, &payment("under_review")) else {
            panic!("readable");
        };
        assert_eq!(payment.status, ProviderStatus::Other);
    }
}
