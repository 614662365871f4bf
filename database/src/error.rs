//! What can go wrong, named by what was being done.

use shared::lifecycle::InvalidTransition;

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

    /// Returns the name of the constraint that refused the change, if one did.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        let Self::Failed { source, .. } = self else { return None };
        source.as_database_error().and_then(sqlx::error::DatabaseError::constraint)
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
