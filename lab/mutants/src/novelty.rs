//! What the next release brings that this one has never heard of.

use shared::text_enum;

text_enum! {
    /// Something new of the next release; the text names its data file in `upgrade/`.
    Novelty {
        /// A room event of a kind that this release does not know.
        Events = "events",
        /// Order commands of a version that this release does not read.
        Messages = "messages",
        /// Columns that this release neither reads nor writes.
        Columns = "columns",
    }
}
