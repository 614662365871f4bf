//! Wrong variants of the services, so that the check can be seen to catch each of them; and a next
//! release, so that this one can be seen to get along with it.
//!
//! The product knows nothing of them. A mutant is a data file beside this crate's `Cargo.toml`:
//! lines to find in the tree and what takes their place. Services are built from a copy of the
//! tree with these changes; a mutant whose lines have moved or changed fails this crate's tests. The
//! next release is made in the same way, of the files in `upgrade/`.
//!
//! | module | holds |
//! |---|---|
//! | `patch` | a data file and how its changes apply |
//! | [`mutant`] | the mutants by name, the service that each is in, and its terms |
//! | [`novelty`] | what the next release brings |
//! | [`variant`] | what a binary is built with: a mutant and its terms, or the next release |
//! | `tree` | the files of the workspace, read and written |
//! | [`build_copy`] | the copy, and the services built from it |

pub mod build_copy;
pub mod mutant;
pub mod novelty;
pub mod variant;

mod patch;
mod tree;

pub use build_copy::BuildCopy;
pub use mutant::{Mutant, ServiceBinary, Term};
pub use novelty::Novelty;
pub use variant::{ServiceVariant, check_all};
