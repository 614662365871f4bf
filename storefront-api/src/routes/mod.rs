//! The handlers, by who asks.

pub mod operator;
pub mod provider;
pub mod seller;
pub mod shopper;
