//! The words of the line, shared by the callers of Redis, the services and the model.
//!
//! No I/O. Questions end in `Request`, answers in `Outcome` or `Reply`.
//!
//! | module | holds |
//! |---|---|
//! | [`score`] | epoch, lane, and a ticket's rank in its lane |
//! | [`lanes`] | how the lanes of a room share what is admitted |
//! | [`ticket`] | what is known of a ticket: as it joined, let in, in flight, ended |
//! | [`state`] | where a ticket is, and its position |
//! | [`join`] | joining, attaching, leaving |
//! | [`admit`] | admission and closing |
//! | [`presence`] | who counts as present near the front |
//! | [`flight`] | leases of admitted tickets |
//! | [`fold`], [`image`] | how a line follows from the log and Postgres, and what it begins with |
//! | [`settle`] | what Postgres decided: stock, holds, ends, who has to wait before joining again |
//! | [`room`] | a room's settings, header and counts |
//! | [`event`] | what happened in a room, numbered and chained |

pub mod admit;
pub mod event;
pub mod flight;
pub mod fold;
pub mod image;
pub mod join;
pub mod lanes;
pub mod presence;
pub mod room;
pub mod score;
pub mod settle;
pub mod state;
pub mod ticket;

pub use admit::{Admission, AdmitBlock, AdmitRequest, CloseProgress};
pub use event::{ChainHash, Configured, EventPoint, Follows, RoomEvent};
pub use flight::{Extension, InFlightTicket, Lease, LogPosition};
pub use fold::LineFold;
pub use image::{EndedCounts, LineImage};
pub use join::{AttachOutcome, AttachReply, JoinOutcome, JoinReply, JoinRequest, LeaveOutcome};
pub use lanes::LaneShare;
pub use presence::{Presence, PresenceMark};
pub use room::{
    ConfigChange, EpochProblem, RoomConfig, RoomCounts, RoomHeader, RoomState, ServedNumbers,
    VariantUnits,
};
pub use score::{Epoch, Lane, Score};
pub use settle::{CoolDown, Finished, SettleOutcome, Settlement, StockFigure};
pub use state::{LineState, LiveState, Position, ShownState};
pub use ticket::{
    AdmittedTicket, EndedTicket, Intent, JoinedTicket, LineEnd, TicketKey, TicketScore,
};
