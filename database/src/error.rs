//! What can go wrong, named by what was being done.

use shared::lifecycle::InvalidTransition;
use sqlx::error::DatabaseError as ServerError;

/// Constraints that a record of `order-commands` can break by itself: checks of the units it asks
/// for and of their price, in rows of its own order and its own customer. The stock, the journal's
/// keys and the texts of states are shared or of our making; a record that meets them broken is not
/// to blame.
const BROKEN_BY_RECORDS: [&str; 5] = [
    "order_units_asked",
    "order_units_held",
    "order_amount_not_negative",
    "usage_not_negative",
    "customer_within_limit",
];

/// A failed operation on the database.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// A statement, a transaction or the connection failed.
    #[error("could not {operation}")]
    Failed {
        /// What was being done, such as "lock orders".
        operation: &'static str,
        /// What the driver or the server says.
        source: sqlx::Error,
    },
    /// An order was to make a move that its lifecycle does not have; its transaction is rolled
    /// back.
    #[error(transparent)]
    InvalidTransition(#[from] InvalidTransition),
}

impl DatabaseError {
    pub(crate) const fn new(operation: &'static str, source: sqlx::Error) -> Self {
        Self::Failed { operation, source }
    }

    /// Whether trying again may help: the database is away, busy or restarting. Anything that it
    /// said about the data itself will be said again.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        let Self::Failed { source, .. } = self else { return false };
        match source {
            sqlx::Error::Database(error) => error.code().is_some_and(|code| {
                // Serialization and deadlock, connection, resources, operator intervention, locks.
                ["40", "08", "53", "57", "55"].iter().any(|class| code.starts_with(class))
            }),
            sqlx::Error::RowNotFound
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Decode(_)
            | sqlx::Error::Encode(_)
            | sqlx::Error::TypeNotFound { .. } => false,
            _ => true,
        }
    }

    /// Whether the record that was being processed fails by what it says: a value of it does not
    /// fit (SQLSTATE class 22), or breaks a constraint that a record can break by itself.
    ///
    /// Of a batch it only says that one of its records may be to blame. Everything else, such as a
    /// missing column or grant, a read-only server or a broken key, is trouble of the database:
    /// it hits every record alike, so none may be put aside for it.
    #[must_use]
    pub fn blames_the_record(&self) -> bool {
        let Some(error) = self.server_error() else { return false };
        let code = error.code().unwrap_or_default();
        let breaks_one = error.constraint().is_some_and(|name| BROKEN_BY_RECORDS.contains(&name));
        code.starts_with("22") || code.starts_with("23") && breaks_one
    }

    /// Returns the name of the constraint that refused the change, if one did.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        self.server_error().and_then(ServerError::constraint)
    }

    fn server_error(&self) -> Option<&(dyn ServerError + 'static)> {
        let Self::Failed { source, .. } = self else { return None };
        source.as_database_error()
    }
}

/// Names the operation that a query belongs to.
pub(crate) trait Doing<T> {
    fn doing(self, operation: &'static str) -> Result<T, DatabaseError>;
}

impl<T> Doing<T> for Result<T, sqlx::Error> {
    fn doing(self, operation: &'static str) -> Result<T, DatabaseError> {
        self.map_err(|source| DatabaseError::new(operation, source))
    }
}
