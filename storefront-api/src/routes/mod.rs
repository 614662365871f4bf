//! The handlers, by who asks.

mod mode_input;
mod moments;
pub(crate) mod operator;
pub(crate) mod pass;
mod picture;
pub(crate) mod provider;
mod ranges;
pub(crate) mod seller;
pub(crate) mod shopper;
