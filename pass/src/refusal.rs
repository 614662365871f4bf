//! Why a token is refused.

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It does not have the form of a token, or asks for something that is not supported.
    #[error("this is no token of a pass")]
    Malformed,
    /// It is to be verified in another way than all tokens of passes are.
    #[error("tokens of passes are signed with EdDSA alone")]
    WrongAlgorithm,
    /// Sluice has no such key, or the keys could not be had.
    #[error("the token is signed with a key that is not known")]
    UnknownKey,
    /// It was changed, or somebody else made it.
    #[error("the signature is wrong")]
    WrongSignature,
    /// It is of another Sluice, or for another site.
    #[error("the token is for another site")]
    Foreign,
    /// It is good for something else.
    #[error("the token is for another use")]
    WrongUse,
    /// It does not count yet; one of the clocks is wrong.
    #[error("the token does not count yet")]
    TooEarly,
    /// It has ended.
    #[error("the token has ended")]
    Expired,
}
