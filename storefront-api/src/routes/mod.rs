//! The handlers, by who asks.

pub(crate) mod aws;
pub(crate) mod console;
mod failure_policy;
mod history;
mod mode_input;
mod moments;
pub(crate) mod operator;
pub(crate) mod pass;
mod picture;
pub(crate) mod plain;
pub(crate) mod provider;
mod ranges;
pub(crate) mod seller;
pub(crate) mod shopper;
