//! What can go wrong, named by what was being done.

/// A failed operation on the database.
#[derive(Debug, thiserror::Error)]
#[error("could not {operation}")]
pub struct DatabaseError {
    operation: &'static str,
    source: sqlx::Error,
}

impl DatabaseError {
    /// Names what was being done.
    #[must_use]
    pub const fn new(operation: &'static str, source: sqlx::Error) -> Self {
        Self { operation, source }
    }

    /// Whether trying again may help: the database is away, busy or restarting. Anything that it
    /// said about the data itself will be said again.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match &self.source {
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

    /// The constraint that refused the change, if one did.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        self.source.as_database_error().and_then(sqlx::error::DatabaseError::constraint)
    }
}

/// Gives a failed query the name of its operation.
pub trait Doing<T> {
    /// Names what was being done.
    ///
    /// # Errors
    ///
    /// Returns the failure with its name.
    fn doing(self, operation: &'static str) -> Result<T, DatabaseError>;
}

impl<T> Doing<T> for Result<T, sqlx::Error> {
    fn doing(self, operation: &'static str) -> Result<T, DatabaseError> {
        self.map_err(|source| DatabaseError::new(operation, source))
    }
}
