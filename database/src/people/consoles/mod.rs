//! Who is signed in to a console, and the links that lead into one.
//!
//! A browser gets its session for a key, or for a link that was handed out. Both are kept as hashes, and
//! both end with the key that they go back to.
//!
//! | file | holds |
//! |---|---|
//! | `token.rs` | the secret of a link or of a session |
//! | `links.rs` | links, each good once |
//! | `sessions.rs` | sessions: begun and found |
//! | `ends.rs` | sessions: ended |

mod ends;
mod links;
mod sessions;
mod token;

pub use ends::{ConsoleHolder, end, end_all, forget_expired};
pub use links::{NewLink, make_link};
pub use sessions::{ConsoleSession, begin_with_key, begin_with_link, find};
pub use token::ConsoleToken;
