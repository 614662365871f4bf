//! The storefront on real Postgres and Redis, over HTTP.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

mod admin_routes;
mod answer;
mod audit;
mod aws;
mod bad_input;
mod batches;
mod calendar;
mod callbacks;
mod choosing;
mod codes;
mod document;
mod flows;
mod gate;
mod handoff;
mod idempotency;
mod images;
mod keys;
mod lanes;
mod limits;
mod line;
mod lists;
mod many_rooms;
mod members;
mod modes;
mod numbers;
mod operating;
mod pages;
mod passes;
mod payment;
mod picture_files;
mod pictures;
mod proofs;
mod public_reads;
mod quotas;
mod review;
mod roles;
mod selling;
mod sessions;
mod shop;
mod silent_postgres;
mod site;
mod sites;
mod tenants;
mod variants;
