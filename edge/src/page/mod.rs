//! Pages as our services send them: in the language of their reader, filled with texts and nothing else.
//!
//! | file | holds |
//! |---|---|
//! | `language` | the language that a reader asks for |
//! | `template` | a page with gaps |
//! | `host` | our addresses, at the name under which a reader knows this machine |

mod host;
mod language;
mod template;

pub use host::{at_all_names, at_name_of};
pub use language::Language;
pub use template::{Template, Text};
