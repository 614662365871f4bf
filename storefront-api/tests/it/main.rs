//! The storefront on real Postgres and Redis, over HTTP.

mod answer;
mod audit;
mod bad_input;
mod callbacks;
mod document;
mod flows;
mod idempotency;
mod lists;
mod numbers;
mod pages;
mod roles;
mod seeding;
mod shop;
mod tenants;
