//! The API of the retired "Virtual Waiting Room on AWS".
//!
//! | file | holds |
//! |---|---|
//! | `event` | an event whose line is in Redis, and whose people tests let in |
//! | `pages` | what the pages of a site ask |
//! | `server` | what a site's own server says and asks |
//! | `tokens` | tokens, and the key that verifies them |
//! | `refusals` | bad input, other people's rooms, lines that are not there |

mod event;
mod pages;
mod refusals;
mod server;
mod tokens;
