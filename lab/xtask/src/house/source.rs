//! What one source file defines, imports and names.

use std::collections::BTreeSet;

/// What the checks ask of a file.
#[derive(Debug, Default)]
pub(crate) struct SourceFile {
    /// Names of its items.
    pub(crate) items: BTreeSet<String>,
    /// Its macros that stand at the crate's root for everybody.
    pub(crate) exported_macros: Vec<String>,
    pub(crate) imports: Vec<Import>,
    /// Paths in code, as written; local variables are among them.
    pub(crate) paths: Vec<NamedPath>,
    pub(crate) types: Vec<TypeName>,
}

/// One name of a `use`, or all of a module's.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) path: Vec<String>,
    /// The name it has here; none for `*`.
    pub(crate) name: Option<String>,
    pub(crate) is_public: bool,
    pub(crate) line: usize,
}

#[derive(Debug)]
pub(crate) struct NamedPath {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

#[derive(Debug)]
pub(crate) struct TypeName {
    pub(crate) name: String,
    pub(crate) is_public: bool,
    pub(crate) line: usize,
}
