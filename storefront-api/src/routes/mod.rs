//! The handlers, by who asks.

pub(crate) mod operator;
pub(crate) mod provider;
mod ranges;
pub(crate) mod seller;
pub(crate) mod shopper;
