//! What handlers take: who is asking, checked bodies, pages of lists.

mod body;
mod caller;
mod page;
mod resource_id;
mod valid;

pub use body::Body;
pub use caller::{Caller, Operator, Seller, Shopper};
pub use page::{Page, PageQuery, PageRequest};
pub use resource_id::ResourceId;
pub use valid::{Faults, Validate};
