//! A picture, and what may show one.

use shared::ids::{DropId, ProductId};

/// A picture of a seller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// SHA-256 of its seller and of what is in its files, in hex.
    pub id: String,
    /// How wide its files are, ascending, pixels.
    pub widths: Vec<i32>,
    /// How high the widest is, pixels.
    pub height: i32,
}

/// What shows a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureOf {
    /// A product, and each of its drops that has none of its own.
    Product(ProductId),
    /// A drop alone.
    Drop(DropId),
    /// The theme of one drop, or of all drops of its seller.
    Theme(Option<DropId>),
}

impl Picture {
    /// Builds what an outer join has found; `None` if it has found nothing.
    pub(in crate::selling) fn joined(
        id: Option<String>,
        widths: Option<Vec<i32>>,
        height: Option<i32>,
    ) -> Option<Self> {
        Some(Self { id: id?, widths: widths?, height: height? })
    }
}
