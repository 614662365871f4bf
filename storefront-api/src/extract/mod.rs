//! What handlers take: who is asking, checked bodies, keys of repeated requests, pages of lists.
//!
//! `people` are those whom handlers take, `caller` finds who sent a request, `console` the console that it
//! came from, and `entrance` says who is let in where.

mod body;
mod caller;
mod console;
mod entrance;
mod idempotency_key;
mod page;
mod people;
mod resource_id;
mod valid;

pub(crate) use body::Body;
pub(crate) use caller::Caller;
pub(crate) use console::{CONSOLE_COOKIE, CurrentConsole, MaybeConsole};
pub(crate) use idempotency_key::IdempotencyKey;
pub(crate) use page::{Page, PageQuery, PageRequest};
pub(crate) use people::{
    CurrentAdmin, CurrentOperator, CurrentSeller, Inviter, ProvenShopper, ShopperOnly,
};
pub(crate) use resource_id::ResourceId;
pub(crate) use valid::{Faults, Validate};
