//! What a site's gate does while its line gives no answer, as operators and sellers say and see it.

use super::ranges::FAILURE_PER_MINUTE;
use crate::extract::{Faults, Validate};
use serde::{Deserialize, Serialize};
use shared::{decide::failure::OnFailure, drops::FailurePolicy, ids::DropId};
use utoipa::ToSchema;

/// What a gate is to do while its line gives no answer.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FailurePolicyInput {
    policy: FailurePolicy,
    /// People who come in per minute without a line, from 1 to 60 000: with `open`, and only then.
    #[schema(minimum = 1, maximum = 60_000, example = 60)]
    per_minute: Option<u32>,
    /// The reason, for the audit log; up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub(super) why: String,
}

/// What the gate of a site does while its line gives no answer.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct FailurePolicyResponse {
    drop_id: DropId,
    policy: FailurePolicy,
    /// People who come in per minute without a line, at most; null unless the policy is `open`.
    per_minute: Option<u32>,
    /// How many have ever come in that way.
    let_through: i64,
}

impl Validate for FailurePolicyInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        check(self.policy, self.per_minute, "/per_minute", &mut faults);
        faults.text("/why", &self.why, 500);
        faults
    }
}

impl FailurePolicyInput {
    pub(super) const fn on_failure(&self) -> OnFailure {
        OnFailure::of(self.policy, self.per_minute)
    }
}

impl FailurePolicyResponse {
    pub(super) const fn new(drop_id: DropId, on_failure: OnFailure, let_through: i64) -> Self {
        let (policy, per_minute) = (on_failure.policy(), on_failure.per_minute());
        Self { drop_id, policy, per_minute, let_through }
    }
}

/// Adds what is wrong with a policy; `field` has its people per minute.
pub(super) fn check(
    policy: FailurePolicy,
    per_minute: Option<u32>,
    field: &str,
    faults: &mut Faults,
) {
    match (policy, per_minute) {
        (FailurePolicy::Open, Some(people)) => faults.within(field, people, &FAILURE_PER_MINUTE),
        (FailurePolicy::Open, None) => faults.add(field, "must be given with `open`"),
        (FailurePolicy::Closed | FailurePolicy::Hold, Some(_)) => {
            faults.add(field, "says nothing without `open`");
        }
        (FailurePolicy::Closed | FailurePolicy::Hold, None) => {}
    }
}
