//! Why a credential was refused.

/// Why a credential was refused; says nothing that would help to forge one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// Not ours, or changed.
    #[error("the credential is not valid")]
    Invalid,
    /// Its time is over.
    #[error("the credential has expired")]
    Expired,
    /// Signed with a key that this process does not know, or not yet: another one may.
    #[error("the credential was signed with a key that is not known here")]
    UnknownKey,
}
