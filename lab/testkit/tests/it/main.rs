//! The helpers themselves: on the servers that they find, and as people who use a running system.

#![cfg(test)]

mod aws;
mod journey;
mod servers;
