//! What handlers take: who is asking, checked bodies, keys of repeated requests, pages of lists.

mod body;
mod caller;
mod idempotency_key;
mod page;
mod resource_id;
mod valid;

pub(crate) use body::Body;
pub(crate) use caller::{Caller, CurrentAdmin, CurrentOperator, CurrentSeller, ShopperOnly};
pub(crate) use idempotency_key::IdempotencyKey;
pub(crate) use page::{Page, PageQuery, PageRequest};
pub(crate) use resource_id::ResourceId;
pub(crate) use valid::{Faults, Validate};
